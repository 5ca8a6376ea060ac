// A line of the table of goals.
import { type Spread, spreadOf } from './statistics';

export interface Row {
  readonly work: string;
  readonly goal: string;
  /** What was measured, with its unit. */
  readonly figure: string;
  /** What it is compared with. */
  readonly reference: string;
  readonly ratio: string;
  /** Least and most of the repetitions. */
  readonly noise: string;
  readonly verdict: Verdict;
}

/** “Within noise”: the goal lies between the least and the most of the repetitions. */
export type Verdict = 'met' | 'met within noise' | 'missed within noise' | 'missed';

export function isMet({ verdict }: Row): boolean {
  return verdict.startsWith('met');
}

function verdictOn({ median, least, most }: Spread, isMet: (value: number) => boolean): Verdict {
  const isSure = isMet(least) === isMet(most);
  if (isMet(median)) return isSure ? 'met' : 'met within noise';
  return isSure ? 'missed' : 'missed within noise';
}

export interface Limit {
  readonly work: string;
  readonly goal: string;
  readonly values: readonly number[];
  readonly unit: string;
  readonly reference?: string;
  readonly isMet: (median: number) => boolean;
}

/** A row about one number that has a limit of its own. */
export function limitRow({ work, goal, values, unit, reference = '', isMet }: Limit): Row {
  const spread = spreadOf(values);
  return {
    work,
    goal,
    figure: `${inDigits(spread.median)} ${unit}`,
    reference,
    ratio: '',
    noise: noise(spread),
    verdict: verdictOn(spread, isMet),
  };
}

export interface Comparison {
  readonly work: string;
  readonly goal: string;
  readonly values: readonly number[];
  readonly unit: string;
  readonly reference: { readonly name: string; readonly values: readonly number[] };
  readonly isMet: (ratio: number) => boolean;
}

/** A row about the ratio of what ran side by side. */
export function ratioRow({ work, goal, values, unit, reference, isMet }: Comparison): Row {
  const ratios = values.map((value, index) => value / (reference.values[index] ?? Number.NaN));
  const spread = spreadOf(ratios);
  const figure = spreadOf(values);
  return {
    work,
    goal,
    figure: `${inDigits(figure.median)} ${unit}`,
    reference: `${reference.name} ${inDigits(spreadOf(reference.values).median)} ${unit}`,
    ratio: `${inDigits(spread.median)} ×`,
    noise: `${noise(spread)} ×`,
    verdict: verdictOn(spread, isMet),
  };
}

export function noise({ least, most }: Spread): string {
  return least === most ? '' : `${inDigits(least)} – ${inDigits(most)}`;
}

/** Three digits that count, whole thousands with their separator. */
export function inDigits(value: number): string {
  if (Number.isNaN(value)) return '–';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
