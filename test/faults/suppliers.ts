// Refusals in the words of OpenAI and Google, which stand behind the wire formats `openai-responses` and `gemini`: before an
// answer, as the whole of one, and as an event in its place.
import { geminiError } from '../support/geminiAnswers';
import { responsesEvent } from '../support/openaiResponsesAnswers';
import { type Format, jsonOf, streamOf } from './answers';
import type { Combination, Fault } from './fault';
import type { Strike } from './model';

interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly strike: Strike;
  readonly namedSeconds?: number;
}

/** The key is the gateway's own: the person's was good enough for the gateway. */
const refusals: Readonly<Partial<Record<Format, readonly Refusal[]>>> = {
  'openai-responses': [
    {
      status: 401,
      code: 'invalid_api_key',
      message: 'Incorrect API key provided: sk-proj-********.',
      strike: 'modelRefused',
    },
    {
      status: 404,
      code: 'model_not_found',
      message: 'The model `quartz-1` does not exist or you do not have access to it.',
      strike: 'modelRefused',
    },
    {
      status: 429,
      code: 'rate_limit_exceeded',
      message: 'Rate limit reached for quartz-1 on tokens per min. Please try again in 20s.',
      strike: 'rateLimited',
      namedSeconds: 20,
    },
    {
      status: 400,
      code: 'context_length_exceeded',
      message: 'Your input exceeds the context window of this model. Please adjust your input.',
      strike: 'contextTooLong',
    },
    {
      status: 400,
      code: 'invalid_prompt',
      message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
      strike: 'contentRefused',
    },
    {
      status: 503,
      code: 'server_is_overloaded',
      message: 'Our servers are currently overloaded. Please try again later.',
      strike: 'overloaded',
    },
    {
      status: 500,
      code: 'server_error',
      message: 'The server had an error while processing your request.',
      strike: 'serverError',
    },
  ],
  gemini: [
    {
      status: 400,
      code: 'INVALID_ARGUMENT',
      message: 'API key not valid. Please pass a valid API key.',
      strike: 'modelRefused',
    },
    {
      status: 403,
      code: 'PERMISSION_DENIED',
      message: 'The caller does not have permission.',
      strike: 'modelRefused',
    },
    {
      status: 404,
      code: 'NOT_FOUND',
      message: 'models/quartz-1 is not found for API version v1beta.',
      strike: 'modelRefused',
    },
    {
      status: 429,
      code: 'RESOURCE_EXHAUSTED',
      message: 'You exceeded your current quota, please check your plan. Please retry in 26s.',
      strike: 'rateLimited',
      namedSeconds: 26,
    },
    {
      status: 400,
      code: 'INVALID_ARGUMENT',
      message: 'The input token count (1200000) exceeds the maximum number of tokens (1048576).',
      strike: 'contextTooLong',
    },
    {
      status: 400,
      code: 'INVALID_ARGUMENT',
      message: 'Please ensure that function call turn comes immediately after a user turn.',
      strike: 'badRequest',
    },
    {
      status: 503,
      code: 'UNAVAILABLE',
      message: 'The model is overloaded. Please try again later.',
      strike: 'overloaded',
    },
    {
      status: 504,
      code: 'DEADLINE_EXCEEDED',
      message: 'Deadline expired before operation could complete.',
      strike: 'timeout',
    },
    { status: 500, code: 'INTERNAL', message: 'Internal error.', strike: 'serverError' },
  ],
};

/** In the body of a refusal, and in the event that stands for one. */
const forms: Readonly<
  Partial<Record<Format, (refusal: Refusal) => { readonly body: unknown; readonly event: string }>>
> = {
  'openai-responses': ({ status, code, message }) => {
    const error = { code, message };
    const type = status < 500 ? 'invalid_request_error' : 'server_error';
    return {
      body: { error: { ...error, type, param: null } },
      event: responsesEvent('response.failed', { response: { status: 'failed', error } }),
    };
  },
  gemini: ({ status, code, message }) => {
    const body = geminiError(status, code, message);
    return { body: [body], event: `data: ${JSON.stringify(body)}\n\n` };
  },
};

export const supplierFaults: readonly Fault[] = [
  {
    name: "a refusal in the supplier's words",
    formats: ['openai-responses', 'gemini'],
    combinations: (format) =>
      (refusals[format] ?? []).flatMap((refusal): readonly Combination[] => {
        const { status, code, strike, namedSeconds } = refusal;
        const { body, event } = forms[format]?.(refusal) ?? { body: {}, event: '' };
        const meaning = {
          strike,
          zone: 'unseen',
          ...(namedSeconds === undefined ? {} : { namedSeconds }),
        } as const;
        const text = JSON.stringify(body);
        return [
          { place: `${code} under its status`, answer: jsonOf(text, { status }), ...meaning },
          { place: `${code} under 200`, answer: jsonOf(text), ...meaning },
          { place: `${code} as an event`, answer: streamOf(event), ...meaning },
        ];
      }),
  },
];
