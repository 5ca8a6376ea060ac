import { durationParts } from '../../proxy/timeInWords';
import type { PageContext } from './page';

/** A length of time in the words of the page: `4 h 3 min`. */
export function durationText(durationMs: number, text: PageContext['text']): string {
  return durationParts(durationMs)
    .map(({ unit, count }) => text(unit, String(count)))
    .join(' ');
}
