import type { ErrorBody } from './errorBody';
import { isObject } from './wire/json';

/**
 * Epoch ms at which an upstream says that it will serve again: from `retry-after-ms`, `retry-after` (seconds or a date),
 * a reset field of the body, or words such as "Resets in 4hr 3min". Undefined for what is past or absurdly far.
 */
export function readResetsAt(
  headers: Readonly<Record<string, string>>,
  body: ErrorBody,
  now: number,
): number | undefined {
  const candidates = [
    afterMs(headers['retry-after-ms'], 1, now),
    afterMs(headers['retry-after'], secondMs, now),
    dateMs(headers['retry-after']),
    ...resetFields(body).map(dateMs),
    inWords(body.message, now),
  ];
  return candidates.find((at) => at !== undefined && at > now && at - now <= maxRestMs);
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** A monthly limit is the longest there is. */
export const maxRestMs = 32 * dayMs;

function afterMs(value: string | undefined, unitMs: number, now: number): number | undefined {
  return value !== undefined && /^\d+(?:\.\d+)?$/.test(value.trim())
    ? now + Number(value) * unitMs
    : undefined;
}

/** ISO text, an HTTP date, or epoch seconds or milliseconds. */
function dateMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value < 1e11 ? value * secondMs : value;
  // Without a month's name or an hour it is no date but a number that Date.parse would take for a year.
  if (typeof value !== 'string' || !/[A-Z]/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : at;
}

function resetFields({ error, root }: ErrorBody): readonly unknown[] {
  const names = ['resetsAt', 'resets_at', 'resetAt', 'reset_at'];
  const holders = [error, error['metadata'], root['metadata'], root].filter(isObject);
  return holders.flatMap((holder) => names.map((name) => holder[name]));
}

const waitWords = /\b(?:resets?|retry|try again|retrying)\s{1,3}(?:in|after)\s{1,3}/i;
const durationParts =
  /^[\s,]{0,3}(?:and\s)?(\d{1,9}(?:\.\d{1,6})?)\s?(milliseconds?|ms|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])/i;
const unitMs: Readonly<Record<string, number>> = { d: dayMs, h: hourMs, m: minuteMs, s: secondMs };

function inWords(message: string, now: number): number | undefined {
  const found = waitWords.exec(message);
  if (found === null) return undefined;
  let rest = message.slice(found.index + found[0].length);
  let totalMs = 0;
  for (let part = durationParts.exec(rest); part !== null; part = durationParts.exec(rest)) {
    const unit = (part[2] ?? '').toLowerCase();
    const scale = /^(?:ms|milli)/.test(unit) ? 1 : (unitMs[unit.charAt(0)] ?? 0);
    totalMs += Number(part[1]) * scale;
    rest = rest.slice(part[0].length);
  }
  return totalMs > 0 ? now + totalMs : undefined;
}
