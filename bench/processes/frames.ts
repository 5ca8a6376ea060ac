// The event streams that the bench's upstream writes.

export interface Format {
  readonly start: string;
  readonly end: string;
  /** One text event. */
  text(text: string): string;
}

export const formats = {
  messages: {
    start:
      messagesEvent({
        type: 'message_start',
        message: {
          id: 'msg_bench',
          type: 'message',
          role: 'assistant',
          model: 'bench',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 40_000, output_tokens: 1 },
        },
      }) +
      messagesEvent({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'text', text: '' },
      }),
    text: (text) =>
      messagesEvent({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    end:
      messagesEvent({ type: 'content_block_stop', index: 0 }) +
      messagesEvent({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 50 },
      }) +
      messagesEvent({ type: 'message_stop' }),
  },
  chat: {
    start: chatChunk({ role: 'assistant', content: '' }, null),
    text: (content) => chatChunk({ content }, null),
    end: `${chatChunk({}, 'stop')}${chatUsage()}data: [DONE]\n\n`,
  },
} as const satisfies Record<string, Format>;

function messagesEvent(event: {
  readonly type: string;
  readonly [member: string]: unknown;
}): string {
  return `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

const chatHead = {
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'bench',
};

function chatChunk(delta: object, finishReason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ ...chatHead, choices })}\n\n`;
}

function chatUsage(): string {
  const usage = { prompt_tokens: 40_000, completion_tokens: 50, total_tokens: 40_050 };
  return `data: ${JSON.stringify({ ...chatHead, choices: [], usage })}\n\n`;
}

/** A moment of the machine's monotonic clock, which all processes share, to be found again in any wire format. */
export function timeMark(nanoseconds: bigint): string {
  return `@${nanoseconds}@`;
}

export const timeMarks = /@(\d+)@/g;
