import { phrase } from '../phrase';
import { parseJson } from './json';
import { createSseParser, linesOf, type SseFrame } from './sse';
import { holdsError, malformed, upstreamError } from './streamErrors';
import type { StreamError } from './streamEvent';

/** The frames that one chunk completed, and why the body cannot be read on. */
export interface FrameBatch {
  readonly frames: readonly SseFrame[];
  readonly error?: StreamError;
}

export interface FrameReader {
  push(chunk: Uint8Array): FrameBatch;
  end(): FrameBatch;
}

/**
 * Reads a streamed body frame by frame. A body that holds no event at all (an error page, a bare JSON error under an event
 * stream's content type) ends with an error; an empty body ends without anything.
 */
export function createFrameReader(): FrameReader {
  return new Reader();
}

class Reader implements FrameReader {
  readonly #parser = createSseParser();
  #head = '';
  #hasEvents = false;

  push(chunk: Uint8Array): FrameBatch {
    const frames = this.#parser.push(chunk);
    this.#hasEvents ||= frames.some(isEvent);
    if (!this.#hasEvents && this.#head.length < maxHeadLength) {
      // Exactly as much, however the body is cut on the wire.
      const left = maxHeadLength - this.#head.length;
      this.#head += Buffer.from(chunk.subarray(0, left)).toString('latin1');
    }
    return this.#parser.isTooLong
      ? { frames, error: malformed(phrase('an event of the stream is longer than 16 MiB'), '') }
      : { frames };
  }

  end(): FrameBatch {
    const frames = this.#parser.end();
    this.#hasEvents ||= frames.some(isEvent);
    if (this.#hasEvents) {
      return { frames };
    }
    const isEmpty = this.#head.trim() === '' || isComment(this.#head);
    return isEmpty ? { frames: [] } : { frames: [], error: strayError(this.#head) };
  }
}

function isEvent(frame: SseFrame): boolean {
  const { data, event } = linesOf(frame);
  return data !== undefined || event !== '';
}

/** Of a body without any event. */
const maxHeadLength = 64 * 1024;

/** Keep-alive comments and nothing else: the upstream fell silent, which is not a foreign format. */
function isComment(head: string): boolean {
  return head.split(/[\r\n]+/).every((line) => line === '' || line.startsWith(':'));
}

function strayError(head: string): StreamError {
  const text = Buffer.from(head, 'latin1').toString();
  const body = parseJson(text) ?? parseJson(text.slice(0, text.lastIndexOf('}data:') + 1));
  return holdsError(body)
    ? upstreamError(body, text)
    : malformed(phrase('the answer is not an event stream'), text);
}
