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
  /** `[DONE]`. */
  done(): readonly StreamEvent[];
  /** The end of the body, or the connection broke; gives events only when the answer was whole already. */
  end(): readonly StreamEvent[];
}

/** Decodes a streamed body up to its `message-end` or its first error. */
export function createFramesDecoder(decoder: FrameDecoder): StreamDecoder {
  const reader = createFrameReader();
  function read({ frames, error }: FrameBatch): StreamEvent[] {
    const events: StreamEvent[] = [];
    for (const frame of frames) {
      for (const event of readFrame(decoder, frame)) {
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
  return {
    push(chunk) {
      const events = read(reader.push(chunk));
      const isEnding = !isLast(events) && decoder.isEnding?.() === true;
      return isEnding ? { events, isEnding } : stepOf(events);
    },
    end() {
      const events = read(reader.end());
      return stepOf(isLast(events) ? events : [...events, ...decoder.end()]);
    },
    // Behind the finish reason, be it broken or silent, a connection has cost us the usage and nothing else.
    breakOff: () => stepOf(decoder.end()),
  };
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
    // Dropping it would make a truncated answer look whole. A frame that the body's end cut off is no news. Its text is
    // the answer's, which no error may quote.
    const error = malformed(phrase('an event of the stream is not JSON'), '');
    return frame.isWhole ? [{ type: 'error', error }] : [];
  }
  if (lines.event === 'error' && !holdsError(value)) {
    return [{ type: 'error', error: upstreamError(value, data) }];
  }
  return decoder.read(value, lines.event);
}
