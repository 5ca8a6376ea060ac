import { english, type Phrase, phrase, render, type Translate } from './phrase';

/** A length of time in its two largest units: `4 h 3 min`, `45 s`, `3 d`. Rounded up, at least a second. */
export function durationInWords(durationMs: number, t: Translate = english): string {
  return render(durationPhrase(durationMs), t);
}

/** The same, for a place in another phrase. */
export function durationPhrase(durationMs: number): Phrase {
  const [first, second] = durationParts(durationMs).map(({ unit, count }) => inUnit[unit](count));
  if (first === undefined) return inUnit.seconds(1);
  return second === undefined ? first : phrase('{0} {1}', first, second);
}

export type TimeUnit = 'days' | 'hours' | 'minutes' | 'seconds';

/** The two largest units of a length of time, or the one that it has. */
export function durationParts(
  durationMs: number,
): readonly { readonly unit: TimeUnit; readonly count: number }[] {
  let seconds = Math.max(1, Math.ceil(durationMs / 1000));
  // Nobody needs seconds beside hours.
  if (seconds >= 3600) seconds = Math.ceil(seconds / 60) * 60;
  const parts: { readonly unit: TimeUnit; readonly count: number }[] = [];
  for (const [unitSeconds, unit] of units) {
    const count = Math.floor(seconds / unitSeconds);
    if (count === 0) {
      if (parts.length > 0) break;
      continue;
    }
    parts.push({ unit, count });
    seconds -= count * unitSeconds;
    if (parts.length === 2) break;
  }
  return parts;
}

const units = [
  [86_400, 'days'],
  [3600, 'hours'],
  [60, 'minutes'],
  [1, 'seconds'],
] as const satisfies readonly (readonly [number, TimeUnit])[];

const inUnit = {
  days: (count: number) => phrase('{0} d', count),
  hours: (count: number) => phrase('{0} h', count),
  minutes: (count: number) => phrase('{0} min', count),
  seconds: (count: number) => phrase('{0} s', count),
} satisfies Record<TimeUnit, (count: number) => Phrase>;
