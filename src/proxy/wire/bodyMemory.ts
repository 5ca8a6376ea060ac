import { isUtf8 } from 'node:buffer';
import { type JsonBody, memberOf, type ReadBody, readJsonBody } from './jsonBody';

/** Reads the bodies of requests, and knows the last ones again: see `readJsonBody`. */
export interface BodyMemory {
  read(bytes: Buffer): ReadBody;
  /** The same without remembering it: for what is asked beside conversations, in which they could get lost. */
  readBeside(bytes: Buffer): ReadBody;
}

/**
 * Remembers the latest body of each of the last few conversations, in memory only. What was read of them lives as long as
 * they do, and so does everything that is remembered of those objects elsewhere.
 */
export function createBodyMemory(limits = defaultLimits): BodyMemory {
  let known: readonly JsonBody[] = [];
  // Whoever gets what is no text refuses it, or reads it in ways of their own.
  const asText = (bytes: Buffer) => (isUtf8(bytes) ? bytes : Buffer.from(bytes.toString('utf8')));
  const readBeside = (bytes: Buffer) => readJsonBody(asText(bytes), known);
  return {
    read(bytes) {
      const read = readBeside(bytes);
      if (read.ok) known = withBody(known, read.body, limits);
      return read;
    },
    readBeside,
  };
}

interface Limits {
  /** Of all remembered bodies; what is read of them takes about five times as much. */
  readonly maxBytes: number;
  readonly maxBodies: number;
  /** Below this, reading costs no more than looking for what is known. */
  readonly leastBytes: number;
}

const defaultLimits: Limits = { maxBytes: 8 * 1024 * 1024, maxBodies: 12, leastBytes: 2_000 };

/** The new body in front, in the place of the turn before it, and as many others as may stay. */
function withBody(
  known: readonly JsonBody[],
  body: JsonBody,
  { maxBytes, maxBodies, leastBytes }: Limits,
): readonly JsonBody[] {
  if (body.bytes.length < leastBytes || body.bytes.length > maxBytes) return known;
  const opening = openingOf(body);
  const kept: JsonBody[] = [body];
  let size = body.bytes.length;
  for (const other of known) {
    size += other.bytes.length;
    if (size > maxBytes || kept.length === maxBodies) break;
    if (opening === undefined || openingOf(other) !== opening) kept.push(other);
    else size -= other.bytes.length;
  }
  return kept;
}

/** A conversation is known by its first message: the same object, where the bytes are the same. */
function openingOf(body: JsonBody): unknown {
  const messages = memberOf(body, 'messages')?.value;
  return Array.isArray(messages) ? messages[0] : undefined;
}
