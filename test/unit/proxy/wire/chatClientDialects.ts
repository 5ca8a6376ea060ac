// The same answers in the wire format of each upstream.
import type { WireFormat } from '../../../../src/proxy/types';
import { anthropicMessage, anthropicStream } from '../../../support/anthropicAnswers';
import { geminiResponse, geminiStream } from '../../../support/geminiAnswers';
import { openaiChatCompletion, openaiChatStream } from '../../../support/openaiChatAnswers';
import { responsesStream, responsesWhole } from '../../../support/openaiResponsesAnswers';
import type { Answer } from '../../../support/scriptedUpstream';

/** What every answer tells of its tokens. */
export const usage = { input: 70, cached: 30, output: 25 };

/** The same answer in the format of each upstream, streamed and whole. */
export interface Dialect {
  readonly stream: (content: Content) => Answer;
  readonly whole: (content: Content) => Answer;
}
export interface Content {
  readonly reasoning?: string;
  readonly text?: string;
  readonly toolCalls?: readonly {
    readonly id: string;
    readonly name: string;
    readonly input: unknown;
  }[];
}

const chatUsage = { promptTokens: 100, cachedTokens: usage.cached, completionTokens: usage.output };
const responsesUsage = { inputTokens: 100, cachedTokens: usage.cached, outputTokens: usage.output };
const geminiUsage = {
  promptTokens: 100,
  cachedTokens: usage.cached,
  candidatesTokens: usage.output,
  thoughtsTokens: 0,
};
const anthropicUsage = {
  inputTokens: usage.input,
  cacheReadInputTokens: usage.cached,
  outputTokens: usage.output,
};
const anthropicBlocks = (content: Content) => [
  ...(content.reasoning === undefined
    ? []
    : [{ type: 'thinking' as const, thinking: content.reasoning, signature: 'c2ln' }]),
  ...(content.text === undefined ? [] : [{ type: 'text' as const, text: content.text }]),
  ...(content.toolCalls ?? []).map((call) => ({ type: 'tool_use' as const, ...call })),
];
const geminiContent = ({ reasoning: thought, ...rest }: Content) =>
  thought === undefined ? rest : { ...rest, thought };

export const dialects: Readonly<Record<WireFormat, Dialect>> = {
  'anthropic-messages': {
    stream: (content) => anthropicStream(anthropicBlocks(content), anthropicUsage),
    whole: (content) => anthropicMessage(anthropicBlocks(content), anthropicUsage),
  },
  'openai-chat': {
    stream: (content) => openaiChatStream(content, chatUsage),
    whole: (content) => openaiChatCompletion(content, chatUsage),
  },
  'openai-responses': {
    stream: (content) => responsesStream(content, responsesUsage),
    whole: (content) => responsesWhole(content, responsesUsage),
  },
  gemini: {
    stream: (content) => geminiStream(geminiContent(content), geminiUsage),
    whole: (content) => geminiResponse(geminiContent(content), geminiUsage),
  },
};
