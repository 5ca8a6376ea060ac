import { type JsonObject, withoutLoneSurrogates } from './json';
import { type JsonBody, memberOf } from './jsonBody';
import type { Range } from './jsonBytes';
import { rememberPerObject } from './rememberPerObject';

/** A part of a JSON text that is being put together. */
export type JsonPiece = string | Uint8Array;

/** What becomes of the top-level members of a JSON object: the new value, or undefined to leave the member out. */
export type Edits = ReadonlyMap<string, readonly JsonPiece[] | undefined>;

/** One text of all pieces, in UTF-8. */
export function joinPieces(pieces: readonly JsonPiece[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
  );
}

/** The bytes as they came. */
export function pieceOf({ bytes }: JsonBody, { start, end }: Range): Uint8Array {
  return bytes.subarray(start, end);
}

/** The pieces of an array with these elements. */
export function arrayPieces(elements: readonly JsonPiece[]): readonly JsonPiece[] {
  return [
    '[',
    ...elements.flatMap((element, index) => (index === 0 ? element : [',', element])),
    ']',
  ];
}

/** The JSON text of an object that is the same in every turn, written once as long as the object lives. */
export const jsonBytesOf: (object: JsonObject) => Uint8Array = rememberPerObject((object) =>
  Buffer.from(withoutLoneSurrogates(JSON.stringify(object))),
);

/**
 * Rewrites top-level members. `first` becomes the first member whatever its place was; members without an edit keep every
 * byte of their value; edits of members that do not exist are appended. A repeated key counts once, with its last value,
 * as JSON parsers read it.
 */
export function spliceMembers(
  body: JsonBody,
  first: { readonly key: string; readonly json: string },
  edits: Edits,
): Buffer {
  const pieces: JsonPiece[] = [`{${JSON.stringify(first.key)}:${first.json}`];
  const add = (key: string, json: readonly JsonPiece[] | undefined): void => {
    if (json !== undefined) pieces.push(`,${JSON.stringify(key)}:`, ...json);
  };
  for (const member of body.members) {
    const { key, valueRange } = member;
    if (key === first.key || memberOf(body, key) !== member) continue;
    add(key, edits.has(key) ? edits.get(key) : [pieceOf(body, valueRange)]);
  }
  for (const [key, json] of edits) {
    if (memberOf(body, key) === undefined) add(key, json);
  }
  pieces.push('}');
  return joinPieces(pieces);
}
