import type { FailureKind } from '../types';
import type { ClientCodec } from './clients';
import type { Message } from './message';
import { responsesErrorBody } from './responsesClientErrors';
import { type Asked, nothingAsked, readResponsesRequest } from './responsesClientRequest';
import { createResponsesEncoder } from './responsesClientStream';
import type { StreamEvent } from './streamEvent';

/**
 * OpenAI Responses for one request: its answer names tools as its request did, so the codec remembers what was asked. Never
 * use one for two requests.
 */
export function createResponsesClient(): ClientCodec {
  let asked: Asked = nothingAsked;
  return {
    canPassAnthropic: false,
    readRequest(body) {
      const read = readResponsesRequest(body.toString('utf8'));
      if (!read.ok) return read;
      asked = read.asked;
      return { ok: true, messages: Buffer.from(read.messagesText) };
    },
    createStreamEncoder: (options) => createResponsesEncoder(options, asked),
    encodeMessage(message, options) {
      const encoder = createResponsesEncoder(options, asked);
      encoder.encode(eventsOf(message));
      return JSON.stringify(encoder.response());
    },
    errorBody: responsesErrorBody,
    // A comment: the official SDK refuses any event before `response.created`.
    pingFrame: ': ping\n\n',
    statusFor,
  };
}

/** What no retry can improve. */
const hopeless: ReadonlySet<FailureKind> = new Set<FailureKind>([
  'missingKey',
  'keyHeldBack',
  'keyRejected',
  'accountBlocked',
  'accountUnfunded',
  'planMissing',
  'planLimit',
  'modelRefused',
  'wrongWireFormat',
]);

/** Codex tries again after every status but 400, up to thirty times (measured with 0.169.0, 2026-11-22). */
function statusFor(kind: FailureKind, usual: number): number {
  if (hopeless.has(kind)) return 400;
  // 529 is Anthropic's own.
  return usual === 529 ? 503 : usual;
}

/** The events that a stream of this message would have had: so there is one way only to write an answer. */
function eventsOf({ id, model, content, usage, ...ending }: Message): readonly StreamEvent[] {
  return [
    { type: 'message-start', id, model, usage },
    ...content.flatMap((block): readonly StreamEvent[] => {
      if (block.type === 'text') {
        return [
          { type: 'text-start' },
          { type: 'text-delta', text: block.text },
          { type: 'text-end' },
        ];
      }
      if (block.type === 'thinking') {
        const { thinking: text, signature } = block;
        return [
          { type: 'thinking-start' },
          { type: 'thinking-delta', text },
          { type: 'thinking-end', signature },
        ];
      }
      if (block.type === 'redacted_thinking') {
        return [{ type: 'redacted-thinking', data: block.data }];
      }
      return [
        { type: 'tool-start', id: block.id, name: block.name },
        { type: 'tool-delta', json: JSON.stringify(block.input) },
        { type: 'tool-end' },
      ];
    }),
    { type: 'message-end', ...ending, usage },
  ];
}
