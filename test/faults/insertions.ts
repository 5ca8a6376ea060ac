// One foreign event between two healthy ones, at every place.
import { anthropicErrorEvent, anthropicEvent } from '../support/anthropicAnswers';
import { geminiChunk, geminiError, geminiEvent } from '../support/geminiAnswers';
import { openaiChatChunk, openaiChatErrorEvent } from '../support/openaiChatAnswers';
import {
  RESPONSES_COST,
  responsesErrorEvent,
  responsesEvent,
} from '../support/openaiResponsesAnswers';
import { type Format, formats, healthyStream, joined, streamOf } from './answers';
import type { Fault } from './fault';
import type { Strike, Zone } from './model';

interface Insertion {
  readonly name: string;
  readonly event: Readonly<Partial<Record<Format, string>>>;
  readonly strike: Strike;
  /** What it means once content has come, where that makes a difference. */
  readonly strikeLater?: Strike;
}

const everywhere = (event: string): Insertion['event'] =>
  Object.fromEntries(formats.map((format) => [format, event]));

/** Google has other names for the same. */
const geminiErrors: Readonly<Record<string, readonly [code: number, status: string]>> = {
  overloaded_error: [503, 'UNAVAILABLE'],
  api_error: [500, 'INTERNAL'],
  rate_limit_error: [429, 'RESOURCE_EXHAUSTED'],
  authentication_error: [401, 'UNAUTHENTICATED'],
  invalid_request_error: [400, 'INVALID_ARGUMENT'],
};

/** An error as each vendor tells it inside a stream; what only the gateway knows it tells in its own way. */
function inBand(type: string, message: string): Insertion['event'] {
  const [code, status] = geminiErrors[type] ?? [];
  return {
    'anthropic-messages': anthropicErrorEvent(type, message),
    'openai-chat': openaiChatErrorEvent(type, message),
    'openai-responses': responsesErrorEvent(type, message),
    gemini:
      code === undefined || status === undefined
        ? geminiEvent({ type: 'error', error: { type, message } })
        : geminiEvent(geminiError(code, status, message)),
  };
}

const insertions: readonly Insertion[] = [
  // The standard says to ignore these, and hosts use them to keep a connection alive.
  { name: 'a comment', event: everywhere(': keep-alive\n\n'), strike: 'nothing' },
  { name: 'an empty data line', event: everywhere('data:\n\n'), strike: 'nothing' },
  { name: 'blank lines', event: everywhere('\n\n\r\n\r\n'), strike: 'nothing' },
  {
    name: 'lines that are no fields',
    event: everywhere('<br/>\nid: 7\nretry\n\n'),
    strike: 'nothing',
  },
  {
    name: 'a ping',
    event: {
      'anthropic-messages': anthropicEvent('ping', {}),
      'openai-chat': ': OPENROUTER PROCESSING\n\n',
      'openai-responses': RESPONSES_COST,
      gemini: geminiEvent({ responseId: 'scripted', cost: '0.1' }),
    },
    strike: 'nothing',
  },
  {
    name: 'an event of the future',
    event: {
      'anthropic-messages': anthropicEvent('future_event', { thoughts: [1] }),
      'openai-chat': openaiChatChunk({ object: 'future.chunk', choices: [], thoughts: [1] }),
      'openai-responses': responsesEvent('response.future_event', { output_index: 0, delta: 'x' }),
      gemini: geminiChunk([{ futurePart: { x: 1 } }]),
    },
    strike: 'nothing',
  },
  {
    name: 'usage far too early',
    event: {
      'anthropic-messages': anthropicEvent('ping', { usage: { output_tokens: 3 } }),
      'openai-chat': openaiChatChunk({
        choices: [],
        usage: { prompt_tokens: 12, completion_tokens: 3 },
      }),
      'openai-responses': responsesEvent('response.in_progress', {
        response: { usage: { input_tokens: 12, output_tokens: 3 } },
      }),
      gemini: geminiEvent({ usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 3 } }),
    },
    strike: 'nothing',
  },
  {
    name: 'usage of null',
    event: {
      'anthropic-messages': anthropicEvent('ping', { usage: null }),
      'openai-chat': openaiChatChunk({ choices: [], usage: null }),
      'openai-responses': responsesEvent('response.in_progress', { response: { usage: null } }),
      gemini: geminiEvent({ usageMetadata: null }),
    },
    strike: 'nothing',
  },
  {
    name: 'an item that is none of ours',
    event: {
      'openai-responses': responsesEvent('response.output_item.added', {
        output_index: 9,
        item: { type: 'web_search_call', id: 'ws_1', status: 'in_progress' },
      }),
    },
    strike: 'nothing',
  },
  {
    // In this format it ends nothing: a gateway writes it when its own supplier has left, finished or not.
    name: 'the end marker of Chat Completions',
    event: { 'openai-responses': 'data: [DONE]\n\n' },
    strike: 'nothing',
  },
  // Passing over what cannot be read would make a truncated answer look whole.
  { name: 'half an event', event: everywhere('data: {"half":\n\n'), strike: 'nonsense' },
  { name: 'HTML in an event', event: everywhere('data: <html>502</html>\n\n'), strike: 'nonsense' },
  { name: 'binary data', event: everywhere('data: \u0000\u0001\ufffd\n\n'), strike: 'nonsense' },
  { name: 'a JSON string', event: everywhere('data: "overloaded"\n\n'), strike: 'nonsense' },
  // Of Gemini it may be an array of answers, but none of these is one.
  { name: 'a JSON array', event: everywhere('data: [1,2]\n\n'), strike: 'nonsense' },
  // In-band errors: the words decide, as they do in a refusal.
  {
    name: 'overloaded_error',
    event: inBand('overloaded_error', 'Overloaded'),
    strike: 'overloaded',
  },
  { name: 'api_error', event: inBand('api_error', 'Internal server error'), strike: 'serverError' },
  {
    name: 'rate_limit_error',
    event: inBand('rate_limit_error', 'Too many requests'),
    strike: 'rateLimited',
  },
  {
    name: 'authentication_error',
    event: inBand('authentication_error', 'the key is not known'),
    strike: 'keyRejected',
    // The key was good enough for the beginning: it is a supplier's own key that is meant.
    strikeLater: 'modelRefused',
  },
  {
    name: 'GoUsageLimitError',
    event: inBand('GoUsageLimitError', '5-hour usage limit reached.'),
    strike: 'planLimit',
  },
  {
    name: 'a prompt that is too long',
    event: inBand('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    strike: 'contextTooLong',
  },
  {
    name: 'a response that failed',
    event: { 'openai-responses': failed('server_error', 'The model crashed.') },
    strike: 'serverError',
  },
  {
    name: 'a response that failed for its rate',
    event: { 'openai-responses': failed('rate_limit_exceeded', 'Rate limit reached for gpt.') },
    strike: 'rateLimited',
  },
  {
    name: 'a response that was cancelled',
    event: {
      'openai-responses': responsesEvent('response.cancelled', { response: { error: null } }),
    },
    strike: 'serverError',
  },
  {
    name: 'a list with an error',
    event: {
      gemini: `data: ${JSON.stringify([geminiError(503, 'UNAVAILABLE', 'The model is overloaded.')])}\n\n`,
    },
    strike: 'overloaded',
  },
  {
    // What it wrote by then is not what it meant.
    name: 'a model that lost its thread',
    event: {
      gemini: geminiEvent({
        candidates: [{ content: {}, finishReason: 'MALFORMED_FUNCTION_CALL', index: 0 }],
        usageMetadata: { promptTokenCount: 12 },
      }),
    },
    strike: 'serverError',
  },
  {
    name: 'an error that is a string',
    event: everywhere('data: {"error":"the model crashed"}\n\n'),
    strike: 'serverError',
  },
  {
    name: 'an error named by its event line',
    event: everywhere('event: error\ndata: {"message":"the model crashed"}\n\n'),
    strike: 'serverError',
  },
];

function failed(code: string, message: string): string {
  return responsesEvent('response.failed', {
    response: { status: 'failed', error: { code, message } },
  });
}

export const insertionFaults: readonly Fault[] = insertions.map((insertion) => ({
  name: `${insertion.name} between two events`,
  formats: formats.filter((format) => insertion.event[format] !== undefined),
  combinations: (format) => {
    const events = healthyStream(format);
    return [...events, undefined].flatMap((next, index) => {
      const zone: Zone = events[index - 1]?.zone ?? 'unseen';
      const place = next === undefined ? 'behind the last event' : `before ${next.name}`;
      const text =
        joined(events.slice(0, index)) +
        (insertion.event[format] ?? '') +
        joined(events.slice(index));
      const { strike, strikeLater = strike } = insertion;
      const struck = zone === 'unseen' ? strike : strikeLater;
      return [{ place, zone, strike: struck, answer: streamOf(text) }];
    });
  },
}));
