import { backslash, closeBrace, closeBracket, openBrace, openBracket, quote } from './jsonBytes';

/** A parsed JSON object whose members are not known yet. */
export type JsonObject = { readonly [key: string]: unknown };

/** True for JSON objects, not for arrays and null. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value of a JSON text, or undefined (which no JSON text means) when it is none or is nested so deeply that it could be
 * read but not written again: `JSON.stringify` and every walk over it would run out of stack.
 */
export function parseJson(text: string, maxDepth: number = maxJsonDepth): unknown {
  if (isTooDeep(text, maxDepth)) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    // The caller decides what foreign bytes mean; there is nothing to add to "not JSON".
    return undefined;
  }
}

/** Ten times what any tool schema or input needs, a tenth of what the stack bears. */
export const maxJsonDepth = 500;

/** For a client whose request is. */
export const tooDeep = `The request body is nested deeper than ${maxJsonDepth} levels.`;

/** True for a JSON text that `parseJson` does not read because of its depth. */
export function isTooDeep(text: string, maxDepth: number = maxJsonDepth): boolean {
  // Each level has two brackets, so that nothing short needs a second look.
  if (text.length < 2 * maxDepth) {
    return false;
  }
  let depth = 0;
  let position = 0;
  while (position < text.length) {
    const letter = text.charCodeAt(position);
    if (letter === quote) {
      position = skipString(text, position);
      continue;
    }
    if (letter === openBrace || letter === openBracket) {
      depth += 1;
    } else if (letter === closeBrace || letter === closeBracket) {
      depth -= 1;
    }
    if (depth > maxDepth) {
      return true;
    }
    position += 1;
  }
  return false;
}

/** The position behind the JSON string that begins at `from`. */
function skipString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1);
  while (end >= 0 && isEscaped(text, end)) {
    end = text.indexOf('"', end + 1);
  }
  return end < 0 ? text.length : end + 1;
}

/** An odd number of backslashes before a quote escapes it. */
function isEscaped(text: string, position: number): boolean {
  let first = position;
  while (text.charCodeAt(first - 1) === backslash) {
    first -= 1;
  }
  return (position - first) % 2 === 1;
}

/** The member when it is an object. */
export function objectAt(value: unknown, key: string): JsonObject | undefined {
  const member = isObject(value) ? value[key] : undefined;
  return isObject(member) ? member : undefined;
}

/** The member when it is an array, else an empty one. */
export function arrayAt(value: unknown, key: string): readonly unknown[] {
  const member = isObject(value) ? value[key] : undefined;
  return Array.isArray(member) ? member : [];
}

/** The member when it is a string. */
export function stringAt(value: unknown, key: string): string | undefined {
  const member = isObject(value) ? value[key] : undefined;
  return typeof member === 'string' ? member : undefined;
}

/** The member when it is a number that can count something: not negative, not beyond what adds up exactly. */
export function countAt(value: unknown, key: string): number | undefined {
  const member = isObject(value) ? value[key] : undefined;
  const isCount = typeof member === 'number' && member >= 0 && member <= Number.MAX_SAFE_INTEGER;
  // JSON knows a -0.
  return isCount ? Math.abs(member) : undefined;
}

/** A copy without these members, or the object itself when it has none of them. */
export function without(object: JsonObject, keys: readonly string[]): JsonObject {
  if (!keys.some((key) => key in object)) {
    return object;
  }
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
}

/**
 * JSON text in which halves of surrogate pairs, which clients make when they cut a text, are U+FFFD: many servers refuse
 * them. `JSON.stringify` writes such halves, and only them, as escapes.
 */
export function withoutLoneSurrogates(json: string): string {
  if (!/\\ud[89a-f]/.test(json)) {
    return json;
  }
  return json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (sequence) =>
    sequence.length === 6 ? '\uFFFD' : sequence,
  );
}
