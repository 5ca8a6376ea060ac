import type { History } from './anthropicHistory';
import type { EncodeInput } from './formats';
import { isObject } from './json';
import { memberOf } from './jsonBody';
import { arrayPieces, type JsonPiece, jsonBytesOf, pieceOf } from './jsonPieces';

/** A request that is being changed for one upstream. */
export interface Rewrite {
  readonly input: EncodeInput;
  /** A member of the client's body. */
  readonly memberValue: (key: string) => unknown;
  readonly history: History;
  readonly omitted: Set<string>;
}

export type EditMap = Map<string, readonly JsonPiece[] | undefined>;

/** Sets a member unless it says the same already; undefined takes it out. */
export function setIfNew(
  edits: EditMap,
  { memberValue }: Rewrite,
  key: string,
  value: unknown,
): void {
  const old = memberValue(key);
  if (value === old) return;
  const json = value === undefined ? undefined : JSON.stringify(value);
  if (json !== (old === undefined ? undefined : JSON.stringify(old))) {
    edits.set(key, json === undefined ? undefined : [json]);
  }
}

/** Sets an array; its elements that are the client's own objects keep their bytes. Leaves an array of nothing else alone. */
export function setElements(
  edits: EditMap,
  { input, memberValue }: Rewrite,
  key: string,
  elements: readonly unknown[],
): void {
  const { body } = input.request;
  const own = memberValue(key);
  const old: readonly unknown[] = Array.isArray(own) ? own : [];
  const isSame =
    elements.length === old.length && elements.every((value, index) => value === old[index]);
  if (isSame) return;
  const ranges = memberOf(body, key)?.elements ?? [];
  const places = new Map(old.map((value, index) => [value, ranges[index]]));
  const pieces = elements.map((value) => {
    const range = isObject(value) ? places.get(value) : undefined;
    if (range !== undefined) return pieceOf(body, range);
    return isObject(value) ? jsonBytesOf(value) : JSON.stringify(value);
  });
  edits.set(key, arrayPieces(pieces));
}

export const samplingMembers = ['temperature', 'top_p', 'top_k'] as const;
