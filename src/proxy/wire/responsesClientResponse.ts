import type { EncoderOptions } from './anthropic';
import type { JsonObject } from './json';
import type { ResponsesError } from './responsesClientErrors';
import { newId } from './responsesClientItems';
import type { Asked } from './responsesClientRequest';
import type { Usage } from './streamEvent';

/** What a response object is made of; changes while the answer is written. */
export interface AnswerState extends EncoderOptions {
  readonly id: string;
  /** Seconds, as OpenAI counts. */
  readonly createdAt: number;
  readonly echo: JsonObject;
  readonly output: { readonly index: number; readonly item: JsonObject }[];
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  incompleteReason: string | undefined;
  error: ResponsesError | undefined;
  usage: Usage | undefined;
}

export function answerState(options: EncoderOptions, { echo }: Asked): AnswerState {
  return {
    ...options,
    id: newId('resp_'),
    createdAt: Math.floor(Date.now() / 1000),
    echo,
    output: [],
    status: 'in_progress',
    incompleteReason: undefined,
    error: undefined,
    usage: undefined,
  };
}

/** The response as it stands, with every member that OpenAI's own types require. */
export function responseObject(state: AnswerState): JsonObject {
  const { incompleteReason: reason, usage } = state;
  const output = [...state.output].sort((left, right) => left.index - right.index);
  return {
    id: state.id,
    object: 'response',
    created_at: state.createdAt,
    status: state.status,
    background: false,
    error: state.error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: state.model,
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: null,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: null,
    truncation: 'disabled',
    user: null,
    ...state.echo,
    output: output.map(({ item }) => item),
    usage: usage === undefined ? null : usageMembers(usage),
  };
}

/** What was cached is part of `input_tokens` here. */
function usageMembers(usage: Usage): JsonObject {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
  const total = inputTokens + cacheReadTokens + cacheWriteTokens;
  return {
    input_tokens: total,
    input_tokens_details: { cached_tokens: cacheReadTokens, cache_write_tokens: cacheWriteTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: total + outputTokens,
  };
}
