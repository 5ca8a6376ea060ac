// Builders of OpenAI Chat Completions answers, as event streams and as whole completions.
// Each element of a stream is one complete event, so that tests can cut, drop or delay single events.
import { halves } from './halves';
import type { PlainAnswer, StreamAnswer } from './scriptedUpstream';

export interface OpenaiToolCall {
  readonly id: string;
  readonly name: string;
  /** Sent as its JSON text, the way the API does. */
  readonly input: unknown;
}

/** What the model says; every part is optional. */
export interface OpenaiChatContent {
  readonly text?: string;
  /** Sent as `reasoning_content`, the key most hosts use. */
  readonly reasoning?: string;
  readonly toolCalls?: readonly OpenaiToolCall[];
}

export interface OpenaiChatOptions {
  readonly model?: string;
  readonly id?: string;
  /** Default: `tool_calls` where the answer calls a tool, else `stop`. */
  readonly finishReason?: string;
  /** Includes the cached ones, as the API counts. */
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  readonly completionTokens?: number;
  /** Leaves the usage chunk out, as hosts without `stream_options` do. */
  readonly usage?: 'missing';
}

export const OPENAI_CHAT_DONE = 'data: [DONE]\n\n';

/** The usage chunk of the gateway, sent behind `[DONE]`; see facts on trailing cost events. */
export const OPENAI_CHAT_COST = 'data: {"choices":[],"cost":"0.00012"}\n\n';

/** One `chat.completion.chunk` event with these choices or other fields. */
export function openaiChatChunk(
  fields: Readonly<Record<string, unknown>>,
  options: OpenaiChatOptions = {},
): string {
  const chunk = { ...envelope('chat.completion.chunk', options), ...fields };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

/** The events of a complete stream: role, reasoning, text, tool calls, finish, usage, `[DONE]`. */
export function openaiChatSse(
  content: OpenaiChatContent,
  options: OpenaiChatOptions = {},
): string[] {
  const delta = (fields: Readonly<Record<string, unknown>>): string =>
    openaiChatChunk({ choices: [{ index: 0, delta: fields, finish_reason: null }] }, options);
  const finish = { index: 0, delta: {}, finish_reason: finishReason(content, options) };
  return [
    delta({ role: 'assistant', content: '' }),
    ...halves(content.reasoning ?? '').map((piece) => delta({ reasoning_content: piece })),
    ...halves(content.text ?? '').map((piece) => delta({ content: piece })),
    ...(content.toolCalls ?? []).flatMap((call, index) =>
      toolCallDeltas(call, index).map((fields) => delta({ tool_calls: [fields] })),
    ),
    openaiChatChunk({ choices: [finish] }, options),
    ...(options.usage === 'missing'
      ? []
      : [openaiChatChunk({ choices: [], usage: usage(options) }, options)]),
    OPENAI_CHAT_DONE,
  ];
}

export function openaiChatStream(
  content: OpenaiChatContent,
  options: OpenaiChatOptions = {},
): StreamAnswer {
  return { sse: openaiChatSse(content, options) };
}

/** A stream that says one text, in two deltas. */
export function openaiChatText(text: string, options: OpenaiChatOptions = {}): StreamAnswer {
  return openaiChatStream({ text }, options);
}

/** The answer to a request without `stream`. */
export function openaiChatCompletion(
  content: OpenaiChatContent,
  options: OpenaiChatOptions = {},
): PlainAnswer {
  const message = {
    role: 'assistant',
    content: content.text ?? null,
    ...(content.reasoning === undefined ? {} : { reasoning_content: content.reasoning }),
    ...(content.toolCalls === undefined ? {} : { tool_calls: content.toolCalls.map(wholeCall) }),
  };
  const choice = { index: 0, message, finish_reason: finishReason(content, options) };
  const counted = options.usage === 'missing' ? {} : { usage: usage(options) };
  const body = { ...envelope('chat.completion', options), choices: [choice], ...counted };
  return { status: 200, body };
}

/** An error inside a stream that began with status 200. */
export function openaiChatErrorEvent(type: string, message: string): string {
  return `data: ${JSON.stringify({ error: { message, type, code: null } })}\n\n`;
}

function envelope(object: string, options: OpenaiChatOptions): Readonly<Record<string, unknown>> {
  return {
    id: options.id ?? 'chatcmpl-scripted',
    object,
    created: 1_760_000_000,
    model: options.model ?? 'scripted-model',
  };
}

function usage(options: OpenaiChatOptions): Readonly<Record<string, unknown>> {
  const prompt = options.promptTokens ?? 12;
  const completion = options.completionTokens ?? 7;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: options.cachedTokens ?? 0 },
  };
}

function finishReason(content: OpenaiChatContent, options: OpenaiChatOptions): string {
  const callsTool = (content.toolCalls ?? []).length > 0;
  return options.finishReason ?? (callsTool ? 'tool_calls' : 'stop');
}

function wholeCall(call: OpenaiToolCall): Readonly<Record<string, unknown>> {
  const fields = { name: call.name, arguments: JSON.stringify(call.input) };
  return { id: call.id, type: 'function', function: fields };
}

function toolCallDeltas(
  call: OpenaiToolCall,
  index: number,
): readonly Readonly<Record<string, unknown>>[] {
  const first = {
    index,
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: '' },
  };
  const pieces = halves(JSON.stringify(call.input));
  return [first, ...pieces.map((piece) => ({ index, function: { arguments: piece } }))];
}
