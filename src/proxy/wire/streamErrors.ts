import { type Phrase, phrase } from '../phrase';
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
    stringAt(value, 'message');
  return {
    origin: 'upstream',
    message: message?.slice(0, maxMessageLength) ?? phrase('the upstream reported an error'),
    raw: raw.slice(0, maxRawLength),
  };
}

/** An upstream's word that it could not go on. */
export function gaveUp(why: string, raw: string): StreamError {
  return { origin: 'upstream', message: phrase('the upstream gave up: {0}', why), raw };
}

/** An answer that is not in its own wire format. */
export function malformed(message: Phrase, raw: string): StreamError {
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
    : malformed(phrase('the answer is not in the expected wire format'), hasBegun ? '' : raw);
}
