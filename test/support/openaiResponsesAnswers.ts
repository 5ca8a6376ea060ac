// Builders of OpenAI Responses answers, as event streams and as whole responses.
// Each element of a stream is one complete event, so that tests can cut, drop or delay single events.
import { halves } from './halves';
import type { OpenaiToolCall } from './openaiChatAnswers';
import type { PlainAnswer, StreamAnswer } from './scriptedUpstream';

/** What the model says; every part is optional. */
export interface ResponsesContent {
  /** Sent as the summary of a reasoning item. */
  readonly reasoning?: string;
  /** What seals the reasoning; a reasoning item may hold nothing else. */
  readonly encrypted?: string;
  readonly text?: string;
  readonly toolCalls?: readonly OpenaiToolCall[];
}

export interface ResponsesOptions {
  readonly model?: string;
  readonly id?: string;
  readonly status?: 'completed' | 'incomplete';
  /** For `incomplete`. */
  readonly reason?: string;
  /** Includes the cached ones, as the API counts. */
  readonly inputTokens?: number;
  readonly cachedTokens?: number;
  readonly outputTokens?: number;
  readonly usage?: 'missing';
}

/** The gateway's cost event, sent behind the end. */
export const RESPONSES_COST = 'event: ping\ndata: {"type":"ping","cost":"0.00012"}\n\n';

type Fields = Readonly<Record<string, unknown>>;

/** One event with its type in both places, as the API sends it. */
export function responsesEvent(type: string, fields: Fields): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** The events of a complete stream: created, the items one after the other, the end. */
export function responsesSse(
  content: ResponsesContent,
  options: ResponsesOptions = {},
): readonly string[] {
  const response = { ...envelope(content, options), status: 'in_progress', output: [] };
  const begun = { response: { ...response, usage: null } };
  return [
    responsesEvent('response.created', begun),
    responsesEvent('response.in_progress', begun),
    ...itemsOf(content).flatMap((item, index) => itemEvents(item, index)),
    responsesEvent(`response.${options.status ?? 'completed'}`, {
      response: envelope(content, options),
    }),
  ];
}

export function responsesStream(
  content: ResponsesContent,
  options: ResponsesOptions = {},
): StreamAnswer {
  return { sse: responsesSse(content, options) };
}

/** A stream that says one text, in two deltas. */
export function responsesText(text: string, options: ResponsesOptions = {}): StreamAnswer {
  return responsesStream({ text }, options);
}

/** The answer to a request without `stream`. */
export function responsesWhole(
  content: ResponsesContent,
  options: ResponsesOptions = {},
): PlainAnswer {
  return { status: 200, body: envelope(content, options) };
}

/** An error inside a stream that began with status 200. */
export function responsesErrorEvent(code: string, message: string): string {
  return responsesEvent('error', { code, message, param: null, sequence_number: 9 });
}

function envelope(content: ResponsesContent, options: ResponsesOptions): Fields {
  const status = options.status ?? 'completed';
  const input = options.inputTokens ?? 12;
  const output = options.outputTokens ?? 7;
  return {
    id: options.id ?? 'resp_scripted',
    object: 'response',
    created_at: 1_760_000_000,
    status,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason: options.reason ?? null } : null,
    model: options.model ?? 'scripted-model',
    output: itemsOf(content),
    ...(options.usage === 'missing'
      ? {}
      : {
          usage: {
            input_tokens: input,
            input_tokens_details: { cached_tokens: options.cachedTokens ?? 0 },
            output_tokens: output,
            output_tokens_details: { reasoning_tokens: 0 },
            total_tokens: input + output,
          },
        }),
  };
}

type Item =
  | { readonly type: 'reasoning'; readonly id: string; readonly summary: readonly Fields[] }
  | { readonly type: 'message'; readonly id: string; readonly content: readonly Fields[] }
  | { readonly type: 'function_call'; readonly id: string; readonly arguments: string };

function itemsOf({
  reasoning,
  encrypted,
  text,
  toolCalls = [],
}: ResponsesContent): readonly Item[] {
  const summary = reasoning === undefined ? [] : [{ type: 'summary_text', text: reasoning }];
  const sealed = encrypted === undefined ? {} : { encrypted_content: encrypted };
  const content = [{ type: 'output_text', text, annotations: [] }];
  const said = { type: 'message', status: 'completed', role: 'assistant' } as const;
  return [
    ...(reasoning === undefined && encrypted === undefined
      ? []
      : [{ type: 'reasoning', id: 'rs_1', summary, ...sealed } as const]),
    ...(text === undefined ? [] : [{ ...said, id: 'msg_1', content }]),
    ...toolCalls.map(({ id, name, input }) => {
      const call = { call_id: id, name, arguments: JSON.stringify(input), status: 'completed' };
      return { type: 'function_call', id: `fc_${id}`, ...call } as const;
    }),
  ];
}

function itemEvents(item: Item, index: number): readonly string[] {
  const event = (type: string, fields: Fields): string =>
    responsesEvent(`response.${type}`, { output_index: index, ...fields });
  const pieces = (name: string, text: string, at: Fields, whole: Fields): readonly string[] => [
    ...halves(text).map((delta) => event(`${name}.delta`, { item_id: item.id, ...at, delta })),
    event(`${name}.done`, { item_id: item.id, ...at, ...whole }),
  ];
  const done = event('output_item.done', { item });
  switch (item.type) {
    case 'reasoning':
      return [
        event('output_item.added', { item: { ...item, summary: [] } }),
        ...item.summary.flatMap((part, summary_index) => {
          const text = String(part['text']);
          return pieces('reasoning_summary_text', text, { summary_index }, { text });
        }),
        done,
      ];
    case 'message':
      return [
        event('output_item.added', { item: { ...item, content: [] } }),
        ...item.content.flatMap((part, content_index) => {
          const text = String(part['text']);
          return pieces('output_text', text, { content_index }, { text });
        }),
        done,
      ];
    case 'function_call':
      return [
        event('output_item.added', { item: { ...item, arguments: '' } }),
        ...pieces('function_call_arguments', item.arguments, {}, { arguments: item.arguments }),
        done,
      ];
  }
}
