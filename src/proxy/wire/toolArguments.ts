import { isObject, parseJson } from './json';

/** The input of one tool call, gathered from the pieces of a Chat Completions stream. */
export interface ToolArguments {
  /** A piece as it came: mostly a string; some hosts send the object itself, or null. */
  add(piece: unknown): void;
  /** The text that may go to the client now, beyond what was taken before. */
  take(): string;
  /** True when what was gathered is a whole JSON object with members. */
  readonly isComplete: boolean;
  /** True when any piece has come. */
  readonly isStarted: boolean;
  /** True when text was taken, which nobody can take back. */
  readonly isTaken: boolean;
  /** The text that is still to be sent, and whether all of it is a JSON object (or nothing, which means `{}`). */
  finish(): { readonly rest: string; readonly isValid: boolean };
}

/**
 * Gathers the arguments of one call. Hosts differ: pieces to be joined, growing snapshots of the whole, a string inside a
 * string, an object, `{}` before the real input. Text is streamed only while there is one way to read it; when a piece
 * repeats all that came before it, both readings are kept and the one that is JSON wins at the end.
 */
export function createToolArguments(): ToolArguments {
  let joined = '';
  let snapshot = '';
  let isAmbiguous = false;
  let taken = 0;
  /** The end of `joined` that was not taken; slicing `joined` for every piece would copy it every time. */
  let untaken = '';
  // What is known of `joined` without a look at all of it, which for every piece would be its square.
  let firstLetter = '';
  let lastLetter = '';
  let checkedChars = 0;
  let isTooLong = false;
  let found: { readonly text: string | undefined } | undefined;
  const isPlaceholder = () => joined.length < 16 && /^\s*\{\s*\}\s*$/.test(joined);
  function finalText(): string | undefined {
    if (found === undefined) {
      checkedChars += joined.length + snapshot.length;
      found = { text: isTooLong ? undefined : firstObject([joined, snapshot], taken) };
    }
    return found.text;
  }
  return {
    add(piece) {
      const text = pieceText(piece);
      isTooLong ||= joined.length + text.length > maxInputChars;
      if (text === '' || isTooLong) {
        return;
      }
      if (taken === 0 && isPlaceholder()) {
        joined = '';
        snapshot = '';
        untaken = '';
        firstLetter = '';
      }
      found = undefined;
      const words = text.trim();
      firstLetter ||= words.charAt(0);
      lastLetter = words.at(-1) ?? lastLetter;
      isAmbiguous ||= joined !== '' && (repeats(text, joined) || isObject(piece));
      snapshot = repeats(text, snapshot) || isObject(piece) ? text : snapshot + text;
      joined += text;
      untaken += text;
    },
    take() {
      // Only an object may be streamed: a string holds the object inside and must be decoded first.
      const isStreamed = taken > 0 || firstLetter === '{';
      if (isAmbiguous || !isStreamed || isPlaceholder()) {
        return '';
      }
      const text = untaken;
      untaken = '';
      // The first piece that is taken settles how the rest is read.
      found = taken === 0 ? undefined : found;
      taken += text.length;
      return text;
    },
    get isComplete() {
      // Past the limit the call is closed when the answer ends.
      const mayCheck = found !== undefined || checkedChars < maxCheckedChars;
      return mayCheck && lastLetter === '}' && !isPlaceholder() && finalText() !== undefined;
    },
    get isStarted() {
      return joined !== '';
    },
    get isTaken() {
      return taken > 0;
    },
    finish() {
      const text = finalText();
      return { rest: (text ?? joined).slice(taken), isValid: text !== undefined };
    },
  };
}

/** A call that says more is broken. */
export const maxInputChars = 16 * 1024 * 1024;
/** How much may be read in vain while looking for the end of one call. */
const maxCheckedChars = 64 * 1024 * 1024;

/** The first reading that is JSON; of what was streamed already, nothing can be decoded any more. */
function firstObject(readings: readonly string[], taken: number): string | undefined {
  for (const text of readings) {
    const read = readObjectText(text);
    if (read !== undefined && (taken === 0 || read === text)) {
      return read;
    }
  }
  return undefined;
}

function repeats(text: string, before: string): boolean {
  return text.length >= before.length && text.startsWith(before);
}

function pieceText(piece: unknown): string {
  if (typeof piece === 'string') {
    return piece;
  }
  return isObject(piece) && Object.keys(piece).length > 0 ? JSON.stringify(piece) : '';
}

/** The text of a JSON object; undefined when it holds none. */
function readObjectText(text: string): string | undefined {
  if (text.trim() === '') {
    return '';
  }
  const value = parseJson(text);
  if (isObject(value)) {
    return text;
  }
  if (value === null) {
    return '';
  }
  return typeof value === 'string' && isObject(parseJson(value)) ? value : undefined;
}
