import { chatErrorBody, encodeCompletion } from './chatClientAnswer';
import { readChatRequest } from './chatClientRequest';
import { createChatStreamEncoder } from './chatClientStream';
import type { ClientCodec } from './clients';

/**
 * OpenAI Chat Completions, for one request: what the client asked for in `stream_options` decides how its answer ends, so
 * the codec that reads the request must be the one that writes the answer.
 */
export function createChatClient(): ClientCodec {
  let includeUsage = false;
  return {
    canPassAnthropic: false,
    readRequest(body) {
      const read = readChatRequest(body.toString('utf8'));
      if (!read.ok) return read;
      includeUsage = read.includeUsage;
      return { ok: true, messages: Buffer.from(read.messagesText) };
    },
    createStreamEncoder: (options) => createChatStreamEncoder({ ...options, includeUsage }),
    encodeMessage: encodeCompletion,
    errorBody: chatErrorBody,
    pingFrame: ': ping\n\n',
    // Agents that do not know `x-should-retry` retry a 429, and a plan's limit lasts for hours: qwen made 28 tries and went
    // on, opencode six. At 402 each stops at once and shows our sentence, which names the time (measured 2026-11-22).
    statusFor: (kind, usual) => (kind === 'planLimit' ? 402 : usual),
  };
}
