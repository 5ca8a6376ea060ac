import { parseJson } from './json';
import type { SseFrame } from './sse';
import { readFrames } from './sseFrames';
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

/** Decodes a streamed body up to its `message-end` or its first error. Rules as for `UpstreamCodec.decodeStream`. */
export async function* decodeFrames(
  bytes: AsyncIterable<Uint8Array>,
  decoder: FrameDecoder,
): AsyncGenerator<StreamStep> {
  try {
    for await (const batch of readFrames(bytes)) {
      const events: StreamEvent[] =
        batch.error === undefined ? [] : [{ type: 'error', error: batch.error }];
      for (const frame of batch.frames ?? []) {
        events.push(...readFrame(decoder, frame));
        if (isLast(events)) {
          break;
        }
      }
      const isEnding = !isLast(events) && decoder.isEnding?.() === true;
      if (isEnding) {
        yield { events, isEnding };
      } else if (events.length > 0) {
        yield { events };
      }
      // Whatever follows the end (OpenCode's cost chunk) is left to whoever owns the body.
      if (isLast(events)) {
        return;
      }
    }
  } catch (error) {
    // A connection that breaks, or falls silent, behind the finish reason has cost us the usage and nothing else.
    const events = decoder.end();
    if (events.length === 0) {
      throw error;
    }
    yield { events };
    return;
  }
  const events = decoder.end();
  if (events.length > 0) {
    yield { events };
  }
}

function isLast(events: readonly StreamEvent[]): boolean {
  const type = events.at(-1)?.type;
  return type === 'message-end' || type === 'error';
}

function readFrame(decoder: FrameDecoder, frame: SseFrame): readonly StreamEvent[] {
  const data = frame.data?.trim() ?? '';
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
    const error = malformed('an event of the stream is not JSON', '');
    return frame.isWhole ? [{ type: 'error', error }] : [];
  }
  if (frame.event === 'error' && !holdsError(value)) {
    return [{ type: 'error', error: upstreamError(value, data) }];
  }
  return decoder.read(value, frame.event);
}
