import { once } from './once';

/** A length of time in its two largest units: `4 h 3 min`, `45 s`, `3 d`. Rounded up, at least a second. */
export function durationInWords(durationMs: number): string {
  let seconds = Math.max(1, Math.ceil(durationMs / 1000));
  // Nobody needs seconds beside hours.
  if (seconds >= 3600) seconds = Math.ceil(seconds / 60) * 60;
  const parts: string[] = [];
  for (const [unitSeconds, unit] of units) {
    const count = Math.floor(seconds / unitSeconds);
    if (count === 0) {
      if (parts.length > 0) break;
      continue;
    }
    parts.push(`${count} ${unit}`);
    seconds -= count * unitSeconds;
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** A moment in the local time of this machine: `Sun 22 Nov, 18:20`. */
export function momentInWords(at: number): string {
  return momentFormat().format(at);
}

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

// Costs a start several milliseconds, and most never name a moment.
const momentFormat = once(
  () =>
    new Intl.DateTimeFormat('en-GB', {
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      hour: '2-digit',
      minute: '2-digit',
    }),
);
