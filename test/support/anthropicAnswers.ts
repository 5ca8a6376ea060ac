// Builders of Anthropic Messages answers, as event streams and as whole messages.
// Each element of a stream is one complete event, so that tests can cut, drop or delay single events.
import { halves } from './halves';
import type { PlainAnswer, StreamAnswer } from './scriptedUpstream';

/** One content block of a scripted answer. */
export type AnthropicBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature?: string }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly input: unknown;
    };

export interface AnthropicOptions {
  readonly model?: string;
  readonly id?: string;
  /** Default: `tool_use` where the answer calls a tool, else `end_turn`. */
  readonly stopReason?: string;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
  readonly cacheReadInputTokens?: number;
}

/** One server-sent event with the type both as event name and inside the data. */
export function anthropicEvent(type: string, data: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
}

/** The events of a complete stream that holds these blocks. */
export function anthropicSse(
  blocks: readonly AnthropicBlock[],
  options: AnthropicOptions = {},
): string[] {
  const message = { ...envelope(options), content: [], stop_reason: null, stop_sequence: null };
  return [
    anthropicEvent('message_start', {
      message: { ...message, usage: { ...usage(options), output_tokens: 1 } },
    }),
    ...blocks.flatMap(blockEvents),
    anthropicEvent('message_delta', {
      delta: { stop_reason: stopReason(blocks, options), stop_sequence: null },
      usage: usage(options),
    }),
    anthropicEvent('message_stop', {}),
  ];
}

/** An event that ends a stream in the middle, as the API sends it. */
export function anthropicErrorEvent(type: string, message: string): string {
  return anthropicEvent('error', { error: { type, message } });
}

export function anthropicStream(
  blocks: readonly AnthropicBlock[],
  options: AnthropicOptions = {},
): StreamAnswer {
  return { sse: anthropicSse(blocks, options) };
}

/** A stream that says one text, in two deltas. */
export function anthropicText(text: string, options: AnthropicOptions = {}): StreamAnswer {
  return anthropicStream([{ type: 'text', text }], options);
}

/** The answer to a request without `stream`. */
export function anthropicMessage(
  blocks: readonly AnthropicBlock[],
  options: AnthropicOptions = {},
): PlainAnswer {
  const body = {
    ...envelope(options),
    content: blocks,
    stop_reason: stopReason(blocks, options),
    stop_sequence: null,
    usage: usage(options),
  };
  return { status: 200, body };
}

function envelope(options: AnthropicOptions): Readonly<Record<string, unknown>> {
  return {
    id: options.id ?? 'msg_scripted',
    type: 'message',
    role: 'assistant',
    model: options.model ?? 'scripted-model',
  };
}

function usage(options: AnthropicOptions): Readonly<Record<string, number>> {
  return {
    input_tokens: options.inputTokens ?? 12,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: options.cacheReadInputTokens ?? 0,
    output_tokens: options.outputTokens ?? 7,
  };
}

function stopReason(blocks: readonly AnthropicBlock[], options: AnthropicOptions): string {
  const callsTool = blocks.some((block) => block.type === 'tool_use');
  return options.stopReason ?? (callsTool ? 'tool_use' : 'end_turn');
}

function blockEvents(block: AnthropicBlock, index: number): string[] {
  const { start, deltas } = blockParts(block);
  return [
    anthropicEvent('content_block_start', { index, content_block: start }),
    ...deltas.map((delta) => anthropicEvent('content_block_delta', { index, delta })),
    anthropicEvent('content_block_stop', { index }),
  ];
}

interface BlockParts {
  readonly start: Readonly<Record<string, unknown>>;
  readonly deltas: readonly Readonly<Record<string, unknown>>[];
}

function blockParts(block: AnthropicBlock): BlockParts {
  if (block.type === 'text') {
    return {
      start: { type: 'text', text: '' },
      deltas: halves(block.text).map((text) => ({ type: 'text_delta', text })),
    };
  }
  if (block.type === 'thinking') {
    const signature = block.signature ?? 'c2NyaXB0ZWQ=';
    return {
      start: { type: 'thinking', thinking: '', signature: '' },
      deltas: [
        ...halves(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
        { type: 'signature_delta', signature },
      ],
    };
  }
  // The real API sends an empty piece first; a decoder must not take it for the end.
  const pieces = ['', ...halves(JSON.stringify(block.input))];
  return {
    start: { type: 'tool_use', id: block.id, name: block.name, input: {} },
    deltas: pieces.map((piece) => ({ type: 'input_json_delta', partial_json: piece })),
  };
}
