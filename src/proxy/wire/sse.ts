/** One server-sent event, or a run of comments. What it says is read by `linesOf`. */
export interface SseFrame {
  /** The frame as it came, its blank line included; a last event without a blank line gets one. */
  readonly bytes: Buffer;
  /** False for a last event that the end of the body cut off before its blank line. */
  readonly isWhole: boolean;
  /** Only the first may begin with a byte order mark. */
  readonly isFirst: boolean;
}

/** What the lines of a frame say. */
export interface SseLines {
  /** The `event:` line, '' when there is none. */
  readonly event: string;
  /** The `data:` lines joined with \n; undefined when there is none, '' for an empty one. */
  readonly data: string | undefined;
}

export interface SseParser {
  /** Frames that these bytes complete; chunks may be cut anywhere. */
  push(chunk: Uint8Array): readonly SseFrame[];
  /** The last frame, when the body ended without its blank line. */
  end(): readonly SseFrame[];
  /** True once an event exceeded the limit; nothing is read any more. */
  readonly isTooLong: boolean;
}

/** The longest event that is kept in memory; a whole 4k image as base64 fits. */
export const maxEventBytes = 16 * 1024 * 1024;

const lineFeed = 10;
const carriageReturn = 13;

/** Splits a byte stream into server-sent events: LF, CRLF, CR, BOM, comments, any chunking. */
export function createSseParser(limit: number = maxEventBytes): SseParser {
  return new Parser(limit);
}

class Parser implements SseParser {
  readonly #limit: number;
  readonly #state: State = { buffer: noBytes, length: 0, scanned: 0, isLineEmpty: true };
  #isTooLong = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  push(chunk: Uint8Array): readonly SseFrame[] {
    if (this.#isTooLong) {
      return [];
    }
    const state = this.#state;
    const frames = state.length === 0 ? splitChunk(state, chunk) : splitBuffer(state, chunk);
    this.#isTooLong = state.length > this.#limit;
    return frames;
  }

  end(): readonly SseFrame[] {
    const state = this.#state;
    const rest = state.buffer.subarray(0, state.length);
    state.length = 0;
    state.scanned = 0;
    if (this.#isTooLong || rest.every((byte) => byte === lineFeed || byte === carriageReturn)) {
      return [];
    }
    const bytes = Buffer.concat([rest, Buffer.from('\n\n')]);
    return [{ ...frameOf(state, bytes), isWhole: false }];
  }
}

const noBytes = Buffer.alloc(0);

interface State {
  /** Bytes of the unfinished frame; grows by doubling, so that a long event costs no copy per chunk. */
  buffer: Buffer;
  length: number;
  /** How far line ends were looked for. */
  scanned: number;
  /** No byte of the current line was seen yet. */
  isLineEmpty: boolean;
  /** The last byte of the stream so far was CR, so that a LF would belong to it. */
  wasReturn?: boolean;
  /** False once a frame was taken. */
  isFirst?: boolean;
}

/** The usual case, a chunk that begins with a frame: frames are views of the chunk, and only a cut-off end is copied. */
function splitChunk(state: State, chunk: Uint8Array): readonly SseFrame[] {
  const source = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const ends = frameEnds(state, source, 0);
  const frames = framesOf(state, source, ends);
  append(state, source.subarray(ends.at(-1) ?? 0));
  state.scanned = state.length;
  return frames;
}

function splitBuffer(state: State, chunk: Uint8Array): readonly SseFrame[] {
  append(state, chunk);
  const ends = frameEnds(state, state.buffer.subarray(0, state.length), state.scanned);
  const used = ends.at(-1) ?? 0;
  state.scanned = state.length - used;
  if (used === 0) {
    return [];
  }
  // A copy, because the rest moves to the front of the buffer.
  const frames = framesOf(state, Buffer.from(state.buffer.subarray(0, used)), ends);
  state.buffer.copyWithin(0, used, state.length);
  state.length -= used;
  return frames;
}

function append(state: State, chunk: Uint8Array): void {
  const needed = state.length + chunk.length;
  if (needed > state.buffer.length) {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, minBufferBytes, state.buffer.length * 2));
    grown.set(state.buffer.subarray(0, state.length));
    state.buffer = grown;
  }
  state.buffer.set(chunk, state.length);
  state.length = needed;
}

const minBufferBytes = 1024;

/** Where frames end, looking from `from` on: behind each empty line. */
function frameEnds(state: State, source: Buffer, from: number): readonly number[] {
  const ends: number[] = [];
  let position = from;
  let feed = -1;
  let carriage = -1;
  while (position < source.length) {
    if (feed < position) {
      feed = indexOrEnd(source, lineFeed, position);
    }
    if (carriage < position) {
      carriage = indexOrEnd(source, carriageReturn, position);
    }
    const lineEnd = Math.min(feed, carriage);
    if (lineEnd > position) {
      state.isLineEmpty = false;
      state.wasReturn = false;
    }
    if (lineEnd === source.length) {
      break;
    }
    position = lineEnd + 1;
    if (lineEnd === feed && state.wasReturn === true) {
      // The second half of CRLF, be it in the next chunk: the line has ended already.
      state.wasReturn = false;
      continue;
    }
    state.wasReturn = lineEnd === carriage;
    if (!state.isLineEmpty) {
      state.isLineEmpty = true;
      continue;
    }
    // A CR is taken as the end at once; waiting for its LF would hold the event back.
    if (state.wasReturn && source[position] === lineFeed) {
      position += 1;
      state.wasReturn = false;
    }
    ends.push(position);
  }
  return ends;
}

function indexOrEnd(source: Buffer, byte: number, from: number): number {
  const index = source.indexOf(byte, from);
  return index < 0 ? source.length : index;
}

function framesOf(state: State, source: Buffer, ends: readonly number[]): readonly SseFrame[] {
  const frames: SseFrame[] = [];
  let start = 0;
  for (const end of ends) {
    frames.push(frameOf(state, source.subarray(start, end)));
    start = end;
  }
  return frames;
}

function frameOf(state: State, bytes: Buffer): SseFrame {
  const isFirst = state.isFirst !== false;
  state.isFirst = false;
  return { bytes, isWhole: true, isFirst };
}

export function linesOf({ bytes, isFirst }: SseFrame): SseLines {
  const text = bytes.toString();
  const hasMark = isFirst && text.startsWith('\uFEFF');
  let event = '';
  let data: string | undefined;
  const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
  let start = hasMark ? 1 : 0;
  while (start < lines.length) {
    const feed = lines.indexOf('\n', start);
    const end = feed < 0 ? lines.length : feed;
    if (lines.startsWith('data', start) && isNameEnd(lines, start + 4, end)) {
      const value = lines.slice(valueStart(lines, start + 4, end), end);
      data = data === undefined ? value : `${data}\n${value}`;
    } else if (lines.startsWith('event', start) && isNameEnd(lines, start + 5, end)) {
      event = lines.slice(valueStart(lines, start + 5, end), end);
    }
    start = end + 1;
  }
  return { event, data };
}

/** A line may be a name and nothing else. */
function isNameEnd(text: string, position: number, lineEnd: number): boolean {
  return position === lineEnd || text[position] === ':';
}

/** Behind the colon and the one space that may follow it. */
function valueStart(text: string, nameEnd: number, lineEnd: number): number {
  const start = text[nameEnd + 1] === ' ' ? nameEnd + 2 : nameEnd + 1;
  return Math.min(start, lineEnd);
}
