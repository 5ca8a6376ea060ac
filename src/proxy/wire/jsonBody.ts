import { isTooDeep, type JsonObject, maxJsonDepth, parseJson, tooDeep } from './json';
import {
  closeBrace,
  closeBracket,
  colon,
  comma,
  endsScalar,
  openBrace,
  openBracket,
  type Range,
  skipSpace,
  skipValue,
} from './jsonBytes';

/** A JSON object as a client sent it, with the place of each of its parts, so that they can be sent on as they came. */
export interface JsonBody {
  /** UTF-8. */
  readonly bytes: Buffer;
  readonly value: JsonObject;
  /** In order; of a name that stands there twice, both. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly key: string;
  readonly value: unknown;
  readonly valueRange: Range;
  /** Of the elements of an array. */
  readonly elements: readonly Range[];
}

export type ReadBody =
  | { readonly ok: true; readonly body: JsonBody }
  | { readonly ok: false; readonly message: string };

/**
 * Reads a body. What stands in it as in one of the `known` bodies is the same value as there, the same object even, and
 * takes no more time than comparing its bytes: with each turn a conversation comes anew, and little of it is new.
 */
export function readJsonBody(bytes: Buffer, known: readonly JsonBody[] = []): ReadBody {
  const reader: Reader = { bytes, known, position: 0, isBroken: false };
  const members = readMembers(reader);
  if (reader.isBroken) return refusal(bytes.toString('utf8'));
  const value = Object.fromEntries(members.map((member) => [member.key, member.value]));
  return { ok: true, body: { bytes, value, members } };
}

/** The member that counts: of a repeated name the last, as JSON parsers have it. */
export function memberOf({ members }: JsonBody, key: string): Member | undefined {
  return members.findLast((member) => member.key === key);
}

interface Reader {
  readonly bytes: Buffer;
  readonly known: readonly JsonBody[];
  position: number;
  /** These bytes are no JSON object; whatever was read of them is worth nothing. */
  isBroken: boolean;
}

function refusal(text: string): ReadBody {
  return {
    ok: false,
    message: isTooDeep(text) ? tooDeep : 'The request body is not a JSON object.',
  };
}

function readMembers(reader: Reader): readonly Member[] {
  const members: Member[] = [];
  expect(reader, openBrace);
  if (!accept(reader, closeBrace)) {
    do {
      const member = readMember(reader);
      if (reader.isBroken) return members;
      members.push(member);
    } while (accept(reader, comma));
    expect(reader, closeBrace);
  }
  if (skipSpace(reader.bytes, reader.position) < reader.bytes.length) reader.isBroken = true;
  return members;
}

function readMember(reader: Reader): Member {
  reader.position = skipSpace(reader.bytes, reader.position);
  const key = readName(reader);
  expect(reader, colon);
  const valueStart = skipSpace(reader.bytes, reader.position);
  reader.position = valueStart;
  const { value, elements } = readMemberValue(reader, key);
  const end = reader.position;
  return { key, value, valueRange: { start: valueStart, end }, elements };
}

function readName(reader: Reader): string {
  const name = readNew(reader, 1);
  if (typeof name === 'string') return name;
  reader.isBroken = true;
  return '';
}

type MemberValue = Pick<Member, 'value' | 'elements'>;

function readMemberValue(reader: Reader, key: string): MemberValue {
  if (reader.bytes[reader.position] === openBracket) return readArray(reader, key);
  for (const body of reader.known) {
    const member = memberOf(body, key);
    if (member !== undefined && take(reader, body, member.valueRange)) {
      return { value: member.value, elements: [] };
    }
  }
  return { value: readNew(reader, 1), elements: [] };
}

function readArray(reader: Reader, key: string): MemberValue {
  const behindBracket = reader.position + 1;
  const { alike, elements } = mostAlike(reader, key);
  reader.position = elements.at(-1)?.end ?? behindBracket;
  if (elements.length === 0 && accept(reader, closeBracket)) return { value: [], elements };
  const values: unknown[] = alike?.values.slice(0, elements.length) ?? [];
  let isSame = true;
  let hasNext = elements.length === 0 || accept(reader, comma);
  while (hasNext && !reader.isBroken) {
    const start = skipSpace(reader.bytes, reader.position);
    reader.position = start;
    const isKnown = alike !== undefined && takeElement(reader, alike, values.length);
    values.push(isKnown ? alike.values[values.length] : readNew(reader, 2));
    isSame &&= isKnown;
    elements.push({ start, end: reader.position });
    hasNext = accept(reader, comma);
  }
  expect(reader, closeBracket);
  const isWhole = alike !== undefined && isSame && alike.values.length === values.length;
  return { value: isWhole ? alike.values : values, elements };
}

interface KnownArray {
  readonly body: JsonBody;
  readonly values: readonly unknown[];
  readonly elements: readonly Range[];
}

interface Alike {
  readonly alike: KnownArray | undefined;
  /** Where the first elements stand here that are the same there. */
  readonly elements: Range[];
}

/** The known array that has the most elements at its beginning in common with the one that begins here. */
function mostAlike(reader: Reader, key: string): Alike {
  const first = reader.position + 1;
  let best: Alike = { alike: undefined, elements: [] };
  for (const body of reader.known) {
    const member = memberOf(body, key);
    if (member === undefined || !Array.isArray(member.value)) continue;
    reader.position = first;
    const elements = takeCommon(reader, body, member.elements);
    if (elements.length > best.elements.length) {
      const alike = { body, values: member.value, elements: member.elements };
      best = { alike, elements };
    }
    if (elements.length > 0 && elements.length === member.elements.length) break;
  }
  return best;
}

function takeCommon(reader: Reader, body: JsonBody, known: readonly Range[]): Range[] {
  const common: Range[] = [];
  for (const element of known) {
    const start = skipSpace(reader.bytes, reader.position);
    reader.position = start;
    if (!take(reader, body, element)) break;
    common.push({ start, end: reader.position });
    if (!accept(reader, comma)) break;
  }
  return common;
}

function takeElement(reader: Reader, { body, elements }: KnownArray, index: number): boolean {
  const range = elements[index];
  return range !== undefined && take(reader, body, range);
}

/** Passes over a value that stands here just as in a known body. */
function take(reader: Reader, { bytes: known }: JsonBody, { start, end }: Range): boolean {
  const { bytes, position } = reader;
  const after = position + end - start;
  if (after > bytes.length || bytes[position] !== known[start]) return false;
  if (known.compare(bytes, position, after, start, end) !== 0) return false;
  // A number may go on.
  if (!endsScalar(bytes[after])) return false;
  reader.position = after;
  return true;
}

/** `depth`: how many brackets are open. */
function readNew(reader: Reader, depth: number): unknown {
  const { bytes, position } = reader;
  const end = skipValue(bytes, position);
  const value = parseJson(bytes.toString('utf8', position, end), maxJsonDepth - depth);
  if (value === undefined) reader.isBroken = true;
  reader.position = end;
  return value;
}

function expect(reader: Reader, letter: number): void {
  if (!accept(reader, letter)) reader.isBroken = true;
}

function accept(reader: Reader, letter: number): boolean {
  const position = skipSpace(reader.bytes, reader.position);
  if (reader.bytes[position] !== letter) return false;
  reader.position = position + 1;
  return true;
}
