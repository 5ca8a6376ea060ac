import { type JsonObject, parseJson } from './json';
import { backslash, closeBrace, newline, quote, space } from './jsonBytes';

/** The event that a plain delta is. */
export const plainDeltaEvent = 'content_block_delta';

/**
 * The data of a frame that is a delta with one text, written as nearly every upstream writes it: most of a stream, and read
 * by its bytes in a third of the time. Undefined for every other frame, which is to be read as what it is.
 */
export function plainDelta(frame: Buffer): JsonObject | undefined {
  for (const style of styles) {
    const delta = readAs(frame, style);
    if (delta !== undefined) return delta;
  }
  return undefined;
}

/** How an upstream's JSON is spaced. */
interface Style {
  readonly beforeIndex: Buffer;
  readonly kinds: readonly Kind[];
}

interface Kind {
  readonly type: string;
  readonly member: string;
  /** What stands between the index and the text. */
  readonly beforeText: Buffer;
}

const members = [
  ['text_delta', 'text'],
  ['input_json_delta', 'partial_json'],
  ['thinking_delta', 'thinking'],
] as const;

const styles: readonly Style[] = ['', ' '].map((gap) => {
  const colon = `:${gap}`;
  const comma = `,${gap}`;
  const type = (name: string) => `"type"${colon}"${name}"${comma}`;
  const head = `event: ${plainDeltaEvent}\ndata: {${type(plainDeltaEvent)}"index"${colon}`;
  return {
    beforeIndex: Buffer.from(head),
    kinds: members.map(([name, member]) => ({
      type: name,
      member,
      beforeText: Buffer.from(`${comma}"delta"${colon}{${type(name)}"${member}"${colon}"`),
    })),
  };
});

function readAs(frame: Buffer, { beforeIndex, kinds }: Style): JsonObject | undefined {
  if (!standsAt(frame, 0, beforeIndex)) return undefined;
  const digit = (frame[beforeIndex.length] ?? 0) - zero;
  const behindIndex = beforeIndex.length + 1;
  // Answers of more than ten blocks are seldom.
  const kind = kinds.find(({ beforeText }) => standsAt(frame, behindIndex, beforeText));
  if (digit < 0 || digit > 9 || kind === undefined) return undefined;
  const start = behindIndex + kind.beforeText.length;
  const { end, isEscaped } = endOfText(frame, start);
  if (end === undefined || !isEndOfFrame(frame, end + 1)) return undefined;
  const text = isEscaped
    ? parseJson(frame.toString('utf8', start - 1, end + 1))
    : frame.toString('utf8', start, end);
  if (typeof text !== 'string') return undefined;
  return { type: plainDeltaEvent, index: digit, delta: { type: kind.type, [kind.member]: text } };
}

function standsAt(frame: Buffer, at: number, expected: Buffer): boolean {
  if (at + expected.length > frame.length) return false;
  for (let index = 0; index < expected.length; index += 1) {
    if (frame[at + index] !== expected[index]) return false;
  }
  return true;
}

interface TextEnd {
  /** Where the quote is; undefined for what is no JSON string. */
  readonly end?: number;
  readonly isEscaped: boolean;
}

function endOfText(frame: Buffer, start: number): TextEnd {
  let isEscaped = false;
  for (let position = start; position < frame.length; position += 1) {
    const letter = frame[position] ?? 0;
    if (letter === quote) return { end: position, isEscaped };
    if (letter < space) break;
    if (letter === backslash) {
      isEscaped = true;
      position += 1;
    }
  }
  return { isEscaped };
}

/** Two brackets, with spaces if need be, and the blank line. */
function isEndOfFrame(frame: Buffer, from: number): boolean {
  let brackets = 0;
  let position = from;
  for (; position < frame.length - 2; position += 1) {
    if (frame[position] === closeBrace) brackets += 1;
    else if (frame[position] !== space) return false;
  }
  return (
    brackets === 2 &&
    position === frame.length - 2 &&
    frame[position] === newline &&
    frame[position + 1] === newline
  );
}

const zero = 48;
