import { skipString } from './json';

/** A half-open range of characters in a JSON text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export interface Member {
  readonly key: string;
  readonly value: Range;
}

/**
 * The members of the JSON object that begins at or after `from`, in order, without parsing the values. `text` must be valid
 * JSON; gives undefined when there is no object.
 */
export function membersOf(text: string, from = 0): readonly Member[] | undefined {
  const members: Member[] = [];
  let position = skipSpace(text, from);
  if (text[position] !== '{') {
    return undefined;
  }
  position = skipSpace(text, position + 1);
  while (text[position] === '"') {
    const keyEnd = skipValue(text, position);
    const key: unknown = JSON.parse(text.slice(position, keyEnd));
    const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = skipValue(text, start);
    members.push({ key: String(key), value: { start, end } });
    position = skipSpace(text, end);
    position = text[position] === ',' ? skipSpace(text, position + 1) : position;
  }
  return members;
}

/** The elements of the JSON array that begins at or after `from`; undefined when there is no array. */
export function elementsOf(text: string, from: number): readonly Range[] | undefined {
  const elements: Range[] = [];
  let position = skipSpace(text, from);
  if (text[position] !== '[') {
    return undefined;
  }
  position = skipSpace(text, position + 1);
  while (position < text.length && text[position] !== ']') {
    const end = skipValue(text, position);
    elements.push({ start: position, end });
    position = skipSpace(text, end);
    position = text[position] === ',' ? skipSpace(text, position + 1) : position;
  }
  return elements;
}

/** What becomes of the top-level members of a JSON object: new JSON text, or undefined to leave the member out. */
export type Edits = ReadonlyMap<string, string | undefined>;

/**
 * Rewrites top-level members; `members` are those of `text`. `first` becomes the first member whatever its place was; members without an edit keep every
 * byte of their value; edits of members that do not exist are appended. A repeated key counts once, with
 * its last value, as JSON parsers read it.
 */
export function spliceMembers(
  text: string,
  first: { readonly key: string; readonly json: string },
  edits: Edits,
  members: readonly Member[] = membersOf(text) ?? [],
): string {
  const last = new Map(members.map((member) => [member.key, member]));
  const parts = [`${JSON.stringify(first.key)}:${first.json}`];
  for (const member of members) {
    if (member.key === first.key || last.get(member.key) !== member) {
      continue;
    }
    const { start, end } = member.value;
    const json = edits.has(member.key) ? edits.get(member.key) : text.slice(start, end);
    if (json !== undefined) {
      parts.push(`${JSON.stringify(member.key)}:${json}`);
    }
  }
  for (const [key, json] of edits) {
    if (!last.has(key) && json !== undefined) {
      parts.push(`${JSON.stringify(key)}:${json}`);
    }
  }
  return `{${parts.join(',')}}`;
}

function skipSpace(text: string, from: number): number {
  let position = from;
  while (position < text.length && ' \n\r\t'.includes(text.charAt(position))) {
    position += 1;
  }
  return position;
}

const quote = 34;

/** The position behind the JSON value that begins at `from`. */
function skipValue(text: string, from: number): number {
  let depth = 0;
  let position = from;
  while (position < text.length) {
    const letter = text.charCodeAt(position);
    if (letter === quote) {
      position = skipString(text, position);
    } else if (letter === 123 || letter === 91) {
      depth += 1;
      position += 1;
    } else if (letter === 125 || letter === 93) {
      if (depth === 0) {
        return position;
      }
      depth -= 1;
      position += 1;
    } else if (depth === 0 && (letter === 44 || letter <= 32)) {
      return position;
    } else {
      position += 1;
      continue;
    }
    if (depth === 0) {
      return position;
    }
  }
  return position;
}
