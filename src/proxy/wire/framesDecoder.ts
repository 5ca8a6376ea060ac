import { phrase } from '../phrase';
import { parseJson } from './json';
import { linesOf, type SseFrame } from './sse';
import { createFrameReader, type FrameBatch } from './sseFrames';
import type { StreamDecoder } from './streamDecoder';
import { holdsError, malformed, upstreamError } from './streamErrors';
import type { StreamEvent, StreamStep } from './streamEvent';

/** The state machine of one answer, fed with the JSON of each frame. */
export interface FrameDecoder {
  /** The JSON of one frame, and the name in its `event:` line, '' without one. */
  read(data: unknown, event: string): readonly StreamEvent[];
  /** True when the answer has its finish reason and only counts may follow. */
  isEnding?(): boolean;
  /** True when the counts are there too, so that nothing behind them can take anything from the answer. */
  isComplete?(): boolean;
  /** `[DONE]`. */
  done(): readonly StreamEvent[];
  /** The end of the body, or what comes behind the answer's ending; gives events only when the answer was whole already. */
  end(): readonly StreamEvent[];
}

/** Decodes a streamed body up to its `message-end` or its first error. */
export function createFramesDecoder(decoder: FrameDecoder): StreamDecoder {
  return new FramesDecoder(decoder);
}

class FramesDecoder implements StreamDecoder {
  readonly #decoder: FrameDecoder;
  readonly #reader = createFrameReader();

  constructor(decoder: FrameDecoder) {
    this.#decoder = decoder;
  }

  push(chunk: Uint8Array): StreamStep | undefined {
    const events = this.#read(this.#reader.push(chunk));
    const isEnding = !isLast(events) && this.#decoder.isEnding?.() === true;
    return isEnding ? { events, isEnding } : stepOf(events);
  }

  end(): StreamStep | undefined {
    const events = this.#read(this.#reader.end());
    return stepOf(isLast(events) ? events : [...events, ...this.#decoder.end()]);
  }

  // Behind the finish reason, be it broken or silent, a connection has cost us the usage and nothing else.
  breakOff(): StreamStep | undefined {
    return this.#decoder.isEnding?.() === true ? stepOf(this.#decoder.end()) : undefined;
  }

  #read({ frames, error }: FrameBatch): readonly StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const frame of frames) {
      for (const event of readFrame(this.#decoder, frame)) {
        events.push(event);
      }
      // Whatever follows the end (OpenCode's cost chunk) is left to whoever owns the body.
      if (isLast(events)) {
        return events;
      }
    }
    if (error !== undefined) {
      events.push({ type: 'error', error });
    }
    return events;
  }
}

function stepOf(events: readonly StreamEvent[]): StreamStep | undefined {
  return events.length === 0 ? undefined : { events };
}

function isLast(events: readonly StreamEvent[]): boolean {
  const type = events.at(-1)?.type;
  return type === 'message-end' || type === 'error';
}

function readFrame(decoder: FrameDecoder, frame: SseFrame): readonly StreamEvent[] {
  const lines = linesOf(frame);
  const data = lines.data?.trim() ?? '';
  // Keep-alives: comments and empty data.
  if (data === '') {
    return [];
  }
  if (data === '[DONE]') {
    return decoder.done();
  }
  const value = parseJson(data);
  if (value === undefined) {
    if (decoder.isComplete?.() === true) return decoder.end();
    // Dropping it would make a truncated answer look whole. A frame that the body's end cut off is no news. Its text is
    // the answer's, which no error may quote.
    const error = malformed(phrase('an event of the stream is not JSON'), '');
    return frame.isWhole ? [{ type: 'error', error }] : [];
  }
  if (lines.event === 'error' && !holdsError(value)) {
    if (decoder.isComplete?.() === true) return decoder.end();
    return [{ type: 'error', error: upstreamError(value, data) }];
  }
  return decoder.read(value, lines.event);
}
