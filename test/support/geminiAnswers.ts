// Builders of Gemini answers, as event streams and as whole responses.
// Each element of a stream is one complete event, so that tests can cut, drop or delay single events.
import { halves } from './halves';
import type { PlainAnswer, StreamAnswer } from './scriptedUpstream';

export interface GeminiToolCall {
  readonly id?: string;
  readonly name: string;
  readonly input: unknown;
  readonly signature?: string;
}

/** What the model says; every part is optional. */
export interface GeminiContent {
  readonly text?: string;
  /** Sent as parts with `thought: true`. */
  readonly thought?: string;
  readonly toolCalls?: readonly GeminiToolCall[];
}

export interface GeminiOptions {
  readonly model?: string;
  readonly id?: string;
  /** Default: `STOP`, with calls too, the way the API does. */
  readonly finishReason?: string;
  /** Includes the cached ones, as the API counts. */
  readonly promptTokens?: number;
  readonly cachedTokens?: number;
  readonly candidatesTokens?: number;
  readonly thoughtsTokens?: number;
  readonly usage?: 'missing';
}

type Part = Readonly<Record<string, unknown>>;

/** What OpenCode appends to a stream. */
export const GEMINI_COST = 'data: {"cost":"0.00012"}\n\n';

/** One event with these members. */
export function geminiEvent(fields: Readonly<Record<string, unknown>>): string {
  return `data: ${JSON.stringify(fields)}\n\n`;
}

/** One event with these parts of an answer that goes on. */
export function geminiChunk(parts: readonly Part[], options: GeminiOptions = {}): string {
  const candidate = { content: { parts, role: 'model' }, index: 0 };
  return geminiEvent({ candidates: [candidate], ...envelope(options) });
}

/** The events of a complete stream; the last holds the finish reason and the counts. */
export function geminiSse(content: GeminiContent, options: GeminiOptions = {}): string[] {
  const candidate = {
    content: { parts: [{ text: '' }], role: 'model' },
    finishReason: options.finishReason ?? 'STOP',
    index: 0,
  };
  return [
    geminiChunk([{ text: '' }], options),
    ...halves(content.thought ?? '').map((text) => geminiChunk([{ text, thought: true }], options)),
    ...halves(content.text ?? '').map((text) => geminiChunk([{ text }], options)),
    ...(content.toolCalls ?? []).map((call) => geminiChunk([callPart(call)], options)),
    geminiEvent({ candidates: [candidate], ...counted(options), ...envelope(options) }),
  ];
}

export function geminiStream(content: GeminiContent, options: GeminiOptions = {}): StreamAnswer {
  return { sse: geminiSse(content, options) };
}

/** The answer to `generateContent`. */
export function geminiResponse(content: GeminiContent, options: GeminiOptions = {}): PlainAnswer {
  const parts: readonly Part[] = [
    ...(content.thought === undefined ? [] : [{ text: content.thought, thought: true }]),
    ...(content.text === undefined ? [] : [{ text: content.text }]),
    ...(content.toolCalls ?? []).map(callPart),
  ];
  const finishReason = options.finishReason ?? 'STOP';
  const candidate = { content: { parts, role: 'model' }, finishReason, index: 0 };
  const body = { candidates: [candidate], ...counted(options), ...envelope(options) };
  return { status: 200, body };
}

export function geminiError(code: number, status: string, message: string): Part {
  return { error: { code, message, status } };
}

function envelope({ id, model }: GeminiOptions): Part {
  return { modelVersion: model ?? 'scripted-model', responseId: id ?? 'scripted' };
}

function counted(options: GeminiOptions): Part {
  if (options.usage === 'missing') {
    return {};
  }
  const prompt = options.promptTokens ?? 12;
  const candidates = options.candidatesTokens ?? 7;
  const thoughts = options.thoughtsTokens ?? 0;
  const usageMetadata = {
    promptTokenCount: prompt,
    candidatesTokenCount: candidates,
    totalTokenCount: prompt + candidates + thoughts,
    ...(thoughts === 0 ? {} : { thoughtsTokenCount: thoughts }),
    ...(options.cachedTokens === undefined
      ? {}
      : { cachedContentTokenCount: options.cachedTokens }),
  };
  return { usageMetadata };
}

function callPart({ id, name, input, signature }: GeminiToolCall): Part {
  const functionCall = { ...(id === undefined ? {} : { id }), name, args: input };
  return { functionCall, ...(signature === undefined ? {} : { thoughtSignature: signature }) };
}
