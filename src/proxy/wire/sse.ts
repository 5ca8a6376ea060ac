/** One server-sent event, or a run of comments, with the bytes that it was made of. */
export interface SseFrame {
  /** The `event:` line, '' when there is none. */
  readonly event: string;
  /** The `data:` lines joined with \n; undefined when there is none, '' for an empty one. */
  readonly data: string | undefined;
  /** The frame as it came, its blank line included; a last event without a blank line gets one. */
  readonly bytes: Uint8Array;
  /** False for a last event that the end of the body cut off before its blank line. */
  readonly isWhole: boolean;
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
  const state: State = { buffer: new Uint8Array(1024), length: 0, scanned: 0, isLineEmpty: true };
  let isTooLong = false;
  return {
    push(chunk) {
      if (isTooLong) {
        return [];
      }
      append(state, chunk);
      const frames = takeFrames(state);
      isTooLong = state.length > limit;
      return frames;
    },
    end() {
      const rest = state.buffer.slice(0, state.length);
      state.length = 0;
      state.scanned = 0;
      if (isTooLong || rest.every((byte) => byte === lineFeed || byte === carriageReturn)) {
        return [];
      }
      const bytes = Buffer.concat([rest, Buffer.from('\n\n')]);
      return [{ ...readFrame(bytes, true), isWhole: false }];
    },
    get isTooLong() {
      return isTooLong;
    },
  };
}

interface State {
  /** Bytes of the unfinished frame; grows by doubling, so that a long event costs no copy per chunk. */
  buffer: Uint8Array;
  length: number;
  /** How far line ends were looked for. */
  scanned: number;
  /** No byte of the current line was seen yet. */
  isLineEmpty: boolean;
  /** The last byte of the stream so far was CR, so that a LF would belong to it. */
  wasReturn?: boolean;
  /** False once a frame was taken: only the first may begin with a byte order mark. */
  isFirst?: boolean;
}

function append(state: State, chunk: Uint8Array): void {
  const needed = state.length + chunk.length;
  if (needed > state.buffer.length) {
    const grown = new Uint8Array(Math.max(needed, state.buffer.length * 2));
    grown.set(state.buffer.subarray(0, state.length));
    state.buffer = grown;
  }
  state.buffer.set(chunk, state.length);
  state.length = needed;
}

function takeFrames(state: State): readonly SseFrame[] {
  const frames: SseFrame[] = [];
  let start = 0;
  let position = state.scanned;
  while (position < state.length) {
    const byte = state.buffer[position];
    position += 1;
    if (byte === lineFeed && state.wasReturn === true) {
      // The second half of CRLF, be it in the next chunk: the line has ended already.
      state.wasReturn = false;
      continue;
    }
    state.wasReturn = byte === carriageReturn;
    if (byte !== lineFeed && byte !== carriageReturn) {
      state.isLineEmpty = false;
    } else if (!state.isLineEmpty) {
      state.isLineEmpty = true;
    } else {
      // A CR is taken as the end at once; waiting for its LF would hold the event back.
      const hasFeed = byte === carriageReturn && state.buffer[position] === lineFeed;
      if (hasFeed && position < state.length) {
        position += 1;
        state.wasReturn = false;
      }
      frames.push(readFrame(state.buffer.slice(start, position), state.isFirst !== false));
      state.isFirst = false;
      start = position;
    }
  }
  if (start > 0) {
    state.buffer.copyWithin(0, start, state.length);
    state.length -= start;
  }
  state.scanned = state.length;
  return frames;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

function readFrame(bytes: Uint8Array, mayHaveMark: boolean): SseFrame {
  const text = decoder.decode(bytes);
  const lines = (mayHaveMark ? text.replace(/^\uFEFF/, '') : text).split(/\r\n|\n|\r/);
  let event = '';
  let data: string | undefined;
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') {
      data = data === undefined ? value : `${data}\n${value}`;
    } else if (name === 'event') {
      event = value;
    }
  }
  return { event, data, bytes, isWhole: true };
}
