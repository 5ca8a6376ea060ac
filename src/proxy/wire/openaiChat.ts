import type { ToolNames, UpstreamCodec } from './formats';
import { parseJson } from './json';
import { createChatDecoder } from './openaiChatDecoder';
import { encodeChatRequest } from './openaiChatRequest';
import type { SseFrame } from './sse';
import { readFrames } from './sseFrames';
import { bodyError, holdsError, malformed, upstreamError } from './streamErrors';
import type { StreamEvent, StreamStep } from './streamEvent';

/** OpenAI Chat Completions and the many hosts that speak it, each with its own accent. */
export const openaiChat: UpstreamCodec = {
  format: 'openai-chat',
  path: () => '/chat/completions',
  encodeRequest: encodeChatRequest,
  decodeStream,
  decodeMessage,
};

async function* decodeStream(
  bytes: AsyncIterable<Uint8Array>,
  model: string,
  toolNames: ToolNames = new Map(),
): AsyncGenerator<StreamStep> {
  const decoder = createChatDecoder(model, toolNames);
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
      if (events.length > 0) {
        yield { events };
      }
      // Whatever follows the end (OpenCode's cost chunk behind `[DONE]`) is left to whoever owns the body.
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

type Decoder = ReturnType<typeof createChatDecoder>;

function readFrame(decoder: Decoder, frame: SseFrame): readonly StreamEvent[] {
  const data = frame.data?.trim() ?? '';
  // Keep-alives: comments and empty data.
  if (data === '') {
    return [];
  }
  if (data === '[DONE]') {
    return decoder.done();
  }
  const chunk = parseJson(data);
  if (chunk === undefined) {
    // Dropping it would make a truncated answer look whole. A frame that the body's end cut off is no news.
    const error = malformed('an event of the stream is not JSON', data);
    return frame.isWhole ? [{ type: 'error', error }] : [];
  }
  if (frame.event === 'error' && !holdsError(chunk)) {
    return [{ type: 'error', error: upstreamError(chunk, data) }];
  }
  return decoder.read(chunk);
}

function decodeMessage(
  body: unknown,
  model: string,
  toolNames: ToolNames = new Map(),
): readonly StreamEvent[] {
  const decoder = createChatDecoder(model, toolNames);
  const events = decoder.read(body);
  if (events.length === 0) {
    return [{ type: 'error', error: bodyError(body) }];
  }
  return [...events, ...decoder.done()];
}
