import { once } from '../proxy/once';
import type { Translate } from './translate';

// One way to write figures, the one that the settings' texts and the log have: 12,345 and 0.5. Made at their first use: they
// cost an activation several milliseconds.
const whole = once(() => new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }));
const short = once(
  () => new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 }),
);

/** `12,345` */
export function count(value: number): string {
  return whole().format(value);
}

/** `12.3K`, for tables in which the order of magnitude is the news. */
export function shortCount(value: number): string {
  return short().format(value);
}

/** USD with as many digits as tell something: `$12.30`, `$0.042`, `$0.0006`, `-$0.10`. */
export function money(usd: number): string {
  const size = Math.abs(usd);
  if (size < smallestUsd) return '$0';
  const digits = size >= 0.1 ? 2 : size >= 0.01 ? 3 : 4;
  return `${usd < 0 ? '-' : ''}$${size.toFixed(digits)}`;
}

/** `340 ms`, `2.0 s`, `3 min 5 s` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A share in whole percent; a dash of nothing. */
export function percent(part: number, ofWhole: number): string {
  return ofWhole === 0 ? '-' : `${Math.round((part / ofWhole) * 100)} %`;
}

/** 24 hours: the shortest that is clear everywhere. */
export function timeOfDay(epochMs: number): string {
  return new Date(epochMs).toLocaleTimeString([], { hourCycle: 'h23' });
}

export function yesOrNo(value: boolean, t: Translate): string {
  return value ? t('yes') : t('no');
}

const smallestUsd = 0.00005;
