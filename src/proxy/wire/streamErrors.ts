import { isObject, objectAt, stringAt } from './json';
import type { StreamError } from './streamEvent';

const maxRawLength = 4096;
/** More than any message has to say; every rule of the classifier reads it. */
const maxMessageLength = 8192;

/** What the upstream itself reported; `raw` is the JSON text that held it. */
export function upstreamError(value: unknown, raw: string): StreamError {
  const member = isObject(value) ? value['error'] : undefined;
  const message =
    stringAt(member, 'message') ??
    (typeof member === 'string' ? member : undefined) ??
    stringAt(value, 'message') ??
    'the upstream reported an error';
  return {
    origin: 'upstream',
    message: message.slice(0, maxMessageLength),
    raw: raw.slice(0, maxRawLength),
  };
}

/** An answer that is not in its own wire format. */
export function malformed(message: string, raw: string): StreamError {
  return { origin: 'malformed', message, raw: raw.slice(0, maxRawLength) };
}

/** True for bodies that report an error in any of the known shapes. */
export function holdsError(value: unknown): boolean {
  return (
    isObject(value) &&
    (value['type'] === 'error' ||
      objectAt(value, 'error') !== undefined ||
      (typeof value['error'] === 'string' && value['error'] !== ''))
  );
}

/** The error of a body, or of one event of it, that is no answer. Where one has begun, nothing of it is quoted. */
export function bodyError(body: unknown, { hasBegun = false } = {}): StreamError {
  const raw = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  return holdsError(body)
    ? upstreamError(body, raw)
    : malformed('the answer is not in the expected wire format', hasBegun ? '' : raw);
}
