/** A half-open range of bytes. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The position of the next byte that is no white space. */
export function skipSpace(bytes: Uint8Array, from: number): number {
  let position = from;
  for (;;) {
    const letter = bytes[position];
    if (letter !== space && letter !== newline && letter !== tab && letter !== carriageReturn) {
      return position;
    }
    position += 1;
  }
}

/**
 * The position behind the JSON value that begins at `from`. Of bytes that are no JSON it gives some end, at most that of
 * the bytes: whoever reads the range will find out.
 */
export function skipValue(bytes: Buffer, from: number): number {
  let depth = 0;
  let position = from;
  while (position < bytes.length) {
    const letter = bytes[position];
    if (letter === quote) {
      position = skipString(bytes, position);
    } else if (letter === openBrace || letter === openBracket) {
      depth += 1;
      position += 1;
    } else if (letter === closeBrace || letter === closeBracket) {
      if (depth === 0) return position;
      depth -= 1;
      position += 1;
    } else if (depth === 0 && endsScalar(letter)) {
      return position;
    } else {
      position += 1;
      continue;
    }
    if (depth === 0) return position;
  }
  return position;
}

/** True for what may stand behind a value: a comma, a closing bracket, white space, or nothing. */
export function endsScalar(letter: number | undefined): boolean {
  return (
    letter === undefined ||
    letter === comma ||
    letter === closeBrace ||
    letter === closeBracket ||
    letter <= space
  );
}

/** Most strings of a schema end within these bytes; a search of the engine's own pays off beyond. */
const nearBytes = 48;

/** The position behind the JSON string that begins at `from`. */
function skipString(bytes: Buffer, from: number): number {
  const near = Math.min(from + 1 + nearBytes, bytes.length);
  let position = from + 1;
  while (position < near) {
    const letter = bytes[position];
    if (letter === quote) return position + 1;
    position += letter === backslash ? 2 : 1;
  }
  let end = bytes.indexOf(quote, position);
  while (end >= 0 && isEscaped(bytes, position, end)) {
    end = bytes.indexOf(quote, end + 1);
  }
  return end < 0 ? bytes.length : end + 1;
}

/** An odd number of backslashes before a quote escapes it. What is before `from` has been read. */
function isEscaped(bytes: Buffer, from: number, position: number): boolean {
  let first = position;
  while (first > from && bytes[first - 1] === backslash) {
    first -= 1;
  }
  return (position - first) % 2 === 1;
}

const tab = 9;
export const newline = 10;
const carriageReturn = 13;
export const space = 32;
export const backslash = 92;

export const quote = 34;
export const comma = 44;
export const colon = 58;
export const openBracket = 91;
export const closeBracket = 93;
export const openBrace = 123;
export const closeBrace = 125;
