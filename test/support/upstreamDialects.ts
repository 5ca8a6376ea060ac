// What an upstream says, in the words of every wire format, so that one test can run over all of them.
import type { WireFormat } from '../../src/proxy/types';
import {
  type AnthropicBlock,
  anthropicErrorEvent,
  anthropicEvent,
  anthropicMessage,
  anthropicSse,
} from './anthropicAnswers';
import { GEMINI_COST, geminiError, geminiEvent, geminiResponse, geminiSse } from './geminiAnswers';
import {
  OPENAI_CHAT_COST,
  openaiChatChunk,
  openaiChatCompletion,
  openaiChatErrorEvent,
  openaiChatSse,
} from './openaiChatAnswers';
import {
  RESPONSES_COST,
  responsesErrorEvent,
  responsesEvent,
  responsesSse,
  responsesWhole,
} from './openaiResponsesAnswers';

/** What an answer says. */
export interface Said {
  readonly thinking?: string;
  readonly text?: string;
  readonly tools?: readonly {
    readonly id: string;
    readonly name: string;
    readonly input: unknown;
  }[];
}

export interface Ending {
  readonly stop?: 'refusal' | 'max_tokens';
  /** Of all input tokens, these came from a cache. */
  readonly cachedTokens?: number;
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

export interface UpstreamDialect {
  readonly format: WireFormat;
  /** Path behind the base URL, for any model. */
  readonly path: RegExp;
  /** The stream, one event per element. */
  stream(said: Said, ending?: Ending): readonly string[];
  /** The body of the whole answer. */
  whole(said: Said, ending?: Ending): unknown;
  /** "Too busy", in the middle of a stream. */
  readonly error: string;
  readonly behindTheEnd: string;
  /** Where the vendor counts before the end: a count of tokens, in the middle of a stream. */
  readonly countInTheMiddle: string;
  /** The body of a refusal. */
  refusalBody(message: string): unknown;
}

function blocksOf({ thinking, text, tools = [] }: Said): readonly AnthropicBlock[] {
  return [
    ...(thinking === undefined ? [] : [{ type: 'thinking', thinking } as const]),
    ...(text === undefined ? [] : [{ type: 'text', text } as const]),
    ...tools.map((tool) => ({ type: 'tool_use', ...tool }) as const),
  ];
}

function contentOf({ thinking, text, tools }: Said) {
  return {
    ...(thinking === undefined ? {} : { reasoning: thinking }),
    ...(text === undefined ? {} : { text }),
    ...(tools === undefined ? {} : { toolCalls: tools }),
  };
}

function geminiContentOf({ thinking, text, tools }: Said) {
  return {
    ...(thinking === undefined ? {} : { thought: thinking }),
    ...(text === undefined ? {} : { text }),
    ...(tools === undefined ? {} : { toolCalls: tools }),
  };
}

function anthropicOptions({ stop, inputTokens = 12, cachedTokens = 0, outputTokens = 7 }: Ending) {
  return {
    ...(stop === undefined ? {} : { stopReason: stop }),
    inputTokens: inputTokens - cachedTokens,
    cacheReadInputTokens: cachedTokens,
    outputTokens,
  };
}

function chatOptions({ stop, inputTokens = 12, cachedTokens = 0, outputTokens = 7 }: Ending) {
  const finishReason = { refusal: 'content_filter', max_tokens: 'length' } as const;
  return {
    ...(stop === undefined ? {} : { finishReason: finishReason[stop] }),
    promptTokens: inputTokens,
    cachedTokens,
    completionTokens: outputTokens,
  };
}

function responsesOptions({ stop, inputTokens = 12, cachedTokens = 0, outputTokens = 7 }: Ending) {
  const reason = { refusal: 'content_filter', max_tokens: 'max_output_tokens' } as const;
  return {
    ...(stop === undefined ? {} : { status: 'incomplete' as const, reason: reason[stop] }),
    inputTokens,
    cachedTokens,
    outputTokens,
  };
}

function geminiOptions({ stop, inputTokens = 12, cachedTokens = 0, outputTokens = 7 }: Ending) {
  const finishReason = { refusal: 'SAFETY', max_tokens: 'MAX_TOKENS' } as const;
  return {
    ...(stop === undefined ? {} : { finishReason: finishReason[stop] }),
    promptTokens: inputTokens,
    cachedTokens,
    candidatesTokens: outputTokens,
  };
}

const openaiRefusal = (message: string) => ({
  error: { message, type: 'invalid_request_error', param: null, code: null },
});

export const UPSTREAM_DIALECTS: readonly UpstreamDialect[] = [
  {
    format: 'anthropic-messages',
    path: /^\/messages$/,
    stream: (said, ending = {}) => anthropicSse(blocksOf(said), anthropicOptions(ending)),
    whole: (said, ending = {}) => anthropicMessage(blocksOf(said), anthropicOptions(ending)).body,
    error: anthropicErrorEvent('overloaded_error', 'Too busy'),
    behindTheEnd: 'event: ping\ndata: {"type":"ping","cost":"0.1"}\n\n',
    countInTheMiddle: anthropicEvent('message_delta', { delta: {}, usage: { output_tokens: 3 } }),
    refusalBody: (message) => ({
      type: 'error',
      error: { type: 'invalid_request_error', message },
    }),
  },
  {
    format: 'openai-chat',
    path: /^\/chat\/completions$/,
    stream: (said, ending = {}) => openaiChatSse(contentOf(said), chatOptions(ending)),
    whole: (said, ending = {}) => openaiChatCompletion(contentOf(said), chatOptions(ending)).body,
    error: openaiChatErrorEvent('overloaded_error', 'Too busy'),
    behindTheEnd: OPENAI_CHAT_COST,
    countInTheMiddle: openaiChatChunk({ choices: [], usage: { completion_tokens: 3 } }),
    refusalBody: openaiRefusal,
  },
  {
    format: 'openai-responses',
    path: /^\/responses$/,
    stream: (said, ending = {}) => responsesSse(contentOf(said), responsesOptions(ending)),
    whole: (said, ending = {}) => responsesWhole(contentOf(said), responsesOptions(ending)).body,
    error: responsesErrorEvent('overloaded_error', 'Too busy'),
    behindTheEnd: RESPONSES_COST,
    countInTheMiddle: responsesEvent('response.in_progress', {
      response: { usage: { input_tokens: 3, output_tokens: 3 } },
    }),
    refusalBody: openaiRefusal,
  },
  {
    format: 'gemini',
    path: /^\/models\/[^/]+:(streamGenerateContent|generateContent)$/,
    stream: (said, ending = {}) => geminiSse(geminiContentOf(said), geminiOptions(ending)),
    whole: (said, ending = {}) => geminiResponse(geminiContentOf(said), geminiOptions(ending)).body,
    error: geminiEvent(geminiError(503, 'UNAVAILABLE', 'Too busy')),
    behindTheEnd: GEMINI_COST,
    countInTheMiddle: geminiEvent({
      candidates: [{ content: { parts: [], role: 'model' }, index: 0 }],
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 3 },
    }),
    refusalBody: (message) => geminiError(400, 'INVALID_ARGUMENT', message),
  },
];
