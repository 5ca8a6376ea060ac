import type { ToolNames, UpstreamCodec } from './formats';
import { createFramesDecoder } from './framesDecoder';
import { createChatDecoder } from './openaiChatDecoder';
import { encodeChatRequest } from './openaiChatRequest';
import { bodyError } from './streamErrors';
import type { StreamEvent } from './streamEvent';

/** OpenAI Chat Completions and the many hosts that speak it, each with its own accent. */
export const openaiChat: UpstreamCodec = {
  format: 'openai-chat',
  path: () => '/chat/completions',
  encodeRequest: encodeChatRequest,
  createStreamDecoder: (model, toolNames) =>
    createFramesDecoder(createChatDecoder(model, toolNames)),
  decodeMessage,
};

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
