import { completeUsage, type EncoderOptions } from './anthropic';
import type { Message } from './message';
import type { StopReason, Usage } from './streamEvent';

/** The JSON text of a whole chat completion. */
export function encodeCompletion(message: Message, options: EncoderOptions): string {
  const { content } = message;
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  const reasoning = content
    .flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []))
    .join('');
  const calls = content.flatMap((block) =>
    block.type === 'tool_use'
      ? [
          {
            id: block.id,
            type: 'function',
            function: { name: block.name, arguments: JSON.stringify(block.input) },
          },
        ]
      : [],
  );
  const answer = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  const finish = chatFinishReason(message.stopReason);
  const length = JSON.stringify(content).length;
  return JSON.stringify({
    id: completionId(message.id),
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: options.model,
    choices: [{ index: 0, message: answer, logprobs: null, finish_reason: finish }],
    usage: chatUsage(completeUsage(message.usage, options.inputTokens, length)),
  });
}

/** The upstream's own id, so that its support can find the answer; else one of ours. */
export function completionId(id: string): string {
  return id === '' ? `chatcmpl-${crypto.randomUUID().replaceAll('-', '')}` : id;
}

/** Always numbers, and the prompt's include what came from the cache. Reasoning tokens are not known apart. */
export function chatUsage(usage: Usage) {
  const prompt = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.outputTokens,
    total_tokens: prompt + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cacheReadTokens },
  };
}

const finishReasons = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content_filter',
} as const satisfies Record<StopReason, string>;

export function chatFinishReason(reason: StopReason): string {
  return finishReasons[reason];
}

/**
 * Our error types as OpenAI names them: its type and, where it has one that clients know, its code. opencode 1.18 retries
 * by words as well, whatever the status: "rate_limit", "server_error", "overloaded". So only what may be tried again has
 * one of them; a rate limit has its status, and shares its type with the limit of a plan, which lasts for hours.
 */
const errorNames: Readonly<Record<string, readonly [type: string, code: string | null]>> = {
  invalid_request_error: ['invalid_request_error', null],
  authentication_error: ['authentication_error', 'invalid_api_key'],
  billing_error: ['insufficient_quota', 'insufficient_quota'],
  permission_error: ['permission_error', null],
  not_found_error: ['not_found_error', 'model_not_found'],
  rate_limit_error: ['requests', 'limit_reached'],
  timeout_error: ['server_error', 'timeout'],
  overloaded_error: ['server_error', 'server_overloaded'],
  api_error: ['server_error', null],
};

/** The error envelope of JSON answers and of streams, as JSON text. */
export function chatErrorBody(errorType: string, message: string): string {
  const known = Object.hasOwn(errorNames, errorType) ? errorNames[errorType] : undefined;
  const [type, usualCode] = known ?? [errorType, null];
  // Agents compact by this code or by the words, whichever they know.
  const code = message.startsWith('prompt is too long') ? 'context_length_exceeded' : usualCode;
  return JSON.stringify({ error: { message, type, param: null, code } });
}
