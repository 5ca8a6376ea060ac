import assert from 'node:assert/strict';
import { type ClassifyContext, classify } from '../../../src/proxy/classify';
import { phrase, render } from '../../../src/proxy/phrase';
import { redact } from '../../../src/proxy/redact';
import type { Failure, FailureKind, Provider } from '../../../src/proxy/types';
import { inChinese } from '../../support/inChinese';
import {
  OPENCODE_CONSOLE_ERRORS,
  OPENCODE_CONSOLE_MEANINGS,
  OPENCODE_INFERENCE_ERRORS,
  OPENCODE_INFERENCE_MEANINGS,
} from '../../support/upstreamErrors';

const now = Date.UTC(2026, 10, 22, 12);
const opencode: Provider = {
  id: 'opencode-go',
  label: 'OpenCode',
  planLabel: 'OpenCode Go',
  baseUrl: 'https://opencode.ai/zen/go/v1',
  credentials: ['opencode'],
  wireFormat: 'openai-chat',
  models: {},
  isOpencode: true,
};
const elsewhere: Provider = {
  id: 'moonshot',
  label: 'Moonshot AI',
  baseUrl: 'https://api.moonshot.ai/v1',
  credentials: ['moonshot'],
  wireFormat: 'openai-chat',
  models: {},
};

function classifyBody(
  status: number,
  body: unknown,
  context: Partial<ClassifyContext> & { headers?: Record<string, string> } = {},
): Failure {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = { status, headers: context.headers ?? {}, body: text };
  return classify(answer, {
    provider: elsewhere,
    model: 'glm-5.3',
    hasKeySucceeded: false,
    now,
    ...context,
  });
}

const onOpencode = { provider: opencode };

describe('classify, on what OpenCode answers', () => {
  const tables = [
    ['console', OPENCODE_CONSOLE_ERRORS, OPENCODE_CONSOLE_MEANINGS],
    ['inference service', OPENCODE_INFERENCE_ERRORS, OPENCODE_INFERENCE_MEANINGS],
  ] as const;
  for (const [service, answers, kinds] of tables) {
    const expected = new Map<string, FailureKind>(Object.entries(kinds));
    for (const [name, answer] of Object.entries(answers)) {
      it(`takes ${name} of the ${service} (${answer.status}) for ${expected.get(name)}`, () => {
        const failure = classify(answer, {
          ...onOpencode,
          model: 'm',
          hasKeySucceeded: false,
          now,
        });
        assert.equal(failure.kind, expected.get(name));
        assert.equal(failure.upstreamStatus, answer.status);
      });

      it(`takes ${name} of the ${service} for the same inside a stream`, () => {
        const error = { raw: `data: ${answer.body}`, message: 'error' };
        const failure = classify(error, { ...onOpencode, model: 'm', hasKeySucceeded: false, now });
        // Without a status, a text that only a status explains stays a server error.
        const byStatus = ['supplierBalance', 'temporarilyUnavailable', 'routingUnavailable'];
        if (byStatus.includes(name)) return;
        assert.equal(failure.kind, expected.get(name));
        assert.equal(failure.upstreamStatus, undefined);
      });
    }
  }

  it('takes the usage limit for a plan limit under any status', () => {
    const { body } = OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours;
    for (const status of [200, 400, 402, 403, 429]) {
      assert.equal(classifyBody(status, body, onOpencode).kind, 'planLimit');
    }
  });

  it('takes an unexplained 401 for the key, unless the key has served', () => {
    assert.equal(classifyBody(401, '', onOpencode).kind, 'keyRejected');
    assert.equal(
      classifyBody(401, '', { ...onOpencode, hasKeySucceeded: true }).kind,
      'modelRefused',
    );
  });

  it('takes AuthError for the key even when the key has served: it may have been deleted', () => {
    const { body } = OPENCODE_CONSOLE_ERRORS.invalidKey;
    assert.equal(
      classifyBody(401, body, { ...onOpencode, hasKeySucceeded: true }).kind,
      'keyRejected',
    );
  });

  it("does not blame a key that has served for a supplier's unmarked authentication error", () => {
    const bodies = [
      { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
      {
        error: {
          code: 401,
          message: 'Request had invalid authentication credentials.',
          status: 'UNAUTHENTICATED',
        },
      },
    ];
    for (const body of bodies) {
      assert.equal(
        classifyBody(401, body, { ...onOpencode, hasKeySucceeded: true }).kind,
        'modelRefused',
      );
      assert.equal(classifyBody(401, body, onOpencode).kind, 'keyRejected');
    }
  });

  it('rests a model for the time that Google names, whoever has reached a limit there', () => {
    const words =
      'You exceeded your current quota, please check your plan and billing details.\n* Quota exceeded for metric: generate_content_free_tier_requests, limit: 20\nPlease retry in 26.5s.';
    for (const message of [words, `Error from provider (Google): ${words}`]) {
      const body = { error: { code: 429, message, status: 'RESOURCE_EXHAUSTED' } };
      const failure = classifyBody(429, body, onOpencode);
      assert.deepEqual([failure.kind, failure.resetsAt], ['rateLimited', now + 26_500]);
    }
  });

  it('never blames the key for what Google says of the one that OpenCode has there', () => {
    const words = 'API key not valid. Please pass a valid API key.';
    for (const message of [words, `Error from provider (Google): ${words}`]) {
      const body = { error: { code: 400, message, status: 'INVALID_ARGUMENT' } };
      assert.equal(classifyBody(400, body, onOpencode).kind, 'modelRefused');
    }
  });

  it("blames the model for the supplier's billing and quota", () => {
    const message = 'Error from provider (Anthropic): Your credit balance is too low';
    const body = { error: { type: 'invalid_request_error', message } };
    assert.equal(classifyBody(400, body, onOpencode).kind, 'modelRefused');
    assert.equal(
      classifyBody(400, { error: { message: message.slice(33) } }).kind,
      'accountUnfunded',
    );
  });
});

describe('classify, on what other hosts answer', () => {
  const rows: readonly (readonly [FailureKind, number, unknown])[] = [
    [
      'keyRejected',
      401,
      { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } },
    ],
    [
      'keyRejected',
      401,
      { error: { message: 'Incorrect API key provided: sk-abc', code: 'invalid_api_key' } },
    ],
    [
      'keyRejected',
      400,
      [
        {
          error: {
            code: 400,
            message: 'API key not valid. Please pass a valid API key.',
            status: 'INVALID_ARGUMENT',
          },
        },
      ],
    ],
    ['accountBlocked', 400, { error: { message: 'This organization has been disabled.' } }],
    [
      'accountUnfunded',
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'Your credit balance is too low to access the Anthropic API.',
        },
      },
    ],
    ['accountUnfunded', 402, { error: { message: 'Insufficient Balance', type: 'unknown_error' } }],
    ['accountUnfunded', 402, ''],
    [
      'accountUnfunded',
      429,
      {
        error: {
          message: 'You exceeded your current quota',
          type: 'insufficient_quota',
          code: 'insufficient_quota',
        },
      },
    ],
    [
      'rateLimited',
      429,
      {
        error: {
          code: 429,
          message: 'You exceeded your current quota, please check your plan and billing details.',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
    ],
    [
      'planLimit',
      429,
      {
        error: {
          code: '1308',
          message: 'Usage limit reached for 5 hour. Your limit will reset at 2026-11-22 18:00:00',
        },
      },
    ],
    [
      'modelRefused',
      404,
      {
        error: {
          message: 'The model `x` does not exist',
          type: 'invalid_request_error',
          code: 'model_not_found',
        },
      },
    ],
    ['modelRefused', 404, { error: 'model "x" not found, try pulling it first' }],
    ['modelRefused', 400, { error: { message: 'x is not a valid model ID', code: 400 } }],
    [
      'modelRefused',
      403,
      { type: 'error', error: { type: 'permission_error', message: 'no access' } },
    ],
    ['modelRefused', 404, '<html><head><title>404 Not Found</title></head></html>'],
    ['rateLimited', 429, ''],
    [
      'rateLimited',
      429,
      {
        type: 'error',
        error: {
          type: 'rate_limit_error',
          message: 'This request would exceed your rate limit of 30,000 input tokens per minute',
        },
      },
    ],
    [
      'rateLimited',
      400,
      {
        __type: 'x',
        message:
          'ThrottlingException: Too many tokens, please wait before trying again. prompt too long',
      },
    ],
    [
      'overloaded',
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
    ],
    ['overloaded', 503, '<html><body>upstream connect error</body></html>'],
    [
      'overloaded',
      429,
      { error: { type: 'engine_overloaded_error', message: 'The engine is currently overloaded' } },
    ],
    ['serverError', 500, 'not json {'],
    ['serverError', 502, ''],
    ['serverError', 409, ''],
    ['timeout', 408, ''],
    ['timeout', 504, '<html>'],
    ['timeout', 524, 'error code: 524'],
    ['contextTooLong', 400, { error: { code: 'context_length_exceeded', message: 'too long' } }],
    [
      'contextTooLong',
      413,
      {
        type: 'error',
        error: { type: 'request_too_large', message: 'Request exceeds the maximum size' },
      },
    ],
    ['contextTooLong', 413, ''],
    [
      'contentRefused',
      400,
      { error: { code: 'content_filter', message: 'The response was filtered' } },
    ],
    [
      'contentRefused',
      400,
      { code: 'data_inspection_failed', message: 'Input data may contain inappropriate content.' },
    ],
    [
      'badRequest',
      400,
      {
        error: { message: 'messages: Input should be a valid list', type: 'invalid_request_error' },
      },
    ],
    ['badRequest', 422, { detail: [{ loc: ['body', 'messages'], msg: 'field required' }] }],
    ['badRequest', 400, 'plain words'],
  ];
  for (const [kind, status, body] of rows) {
    const shown = (typeof body === 'string' ? body : JSON.stringify(body)).slice(0, 90);
    it(`takes ${status} ${shown} for ${kind}`, () => {
      assert.equal(classifyBody(status, body).kind, kind);
    });
  }

  it('says that a key is missing when a server that was set up without one wants one', () => {
    const provider = { ...elsewhere, credentials: [] };
    assert.equal(classifyBody(401, '', { provider }).kind, 'missingKey');
  });

  it('does not read the echo of a prompt as the meaning of an error', () => {
    const detail = [
      { msg: 'field required', input: 'GoUsageLimitError: prompt is too long, Invalid API key.' },
    ];
    assert.equal(classifyBody(422, { detail }).kind, 'badRequest');
  });
});

describe('classify, on errors inside an answer', () => {
  const rows: readonly (readonly [FailureKind, string])[] = [
    ['overloaded', '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'],
    ['overloaded', '{"type":"error","code":"server_is_overloaded","message":"Please try later."}'],
    ['overloaded', '{"type":"response.failed","response":{"error":{"code":"slow_down"}}}'],
    ['rateLimited', '{"error":{"code":429,"message":"slow down"}}'],
    [
      'rateLimited',
      '{"error":{"message":"Provider returned error","code":502,"metadata":{"raw":"rate limit exceeded"}}}',
    ],
    ['serverError', '{"type":"error","error":{"type":"api_error","message":"Internal"}}'],
    ['badRequest', '{"type":"error","error":{"type":"invalid_request_error","message":"no"}}'],
    [
      'contextTooLong',
      '{"type":"response.failed","response":{"error":{"code":"context_length_exceeded","message":"long"}}}',
    ],
    ['serverError', ''],
  ];
  for (const [kind, raw] of rows) {
    it(`takes ${raw.slice(0, 70)} for ${kind}`, () => {
      const context = { provider: elsewhere, model: 'm', hasKeySucceeded: true, now };
      assert.equal(classify({ raw, message: 'from the decoder' }, context).kind, kind);
    });
  }

  it("reads the decoder's message when the raw text was cut open", () => {
    const error = {
      raw: '{"error":{"echo":"GoUsageLimitError","message":"pro',
      message: 'prompt is too long',
    };
    const context = { provider: elsewhere, model: 'm', hasKeySucceeded: true, now };
    assert.equal(classify(error, context).kind, 'contextTooLong');
  });

  it('takes what is not the wire format for a broken stream', () => {
    const error = { raw: '<html>', message: 'not JSON', origin: 'malformed' } as const;
    const context = { provider: elsewhere, model: 'm', hasKeySucceeded: true, now };
    assert.equal(classify(error, context).kind, 'brokenStream');
  });

  it('keeps words of ours translatable, and cleans what is foreign in them', () => {
    const secret = 'k-3f0c1a52';
    const told = phrase('the answer is not finished: {0}', `queued ${secret}`);
    const error = { raw: '', message: told, origin: 'malformed' } as const;
    const context = {
      provider: elsewhere,
      model: 'm',
      hasKeySucceeded: true,
      now,
      redact: (text: string) => text.replace(secret, '[key]'),
    };
    const { detail } = classify(error, context);
    assert.equal(render(detail), 'the answer is not finished: queued [key]');
    assert.equal(inChinese(detail), '回答尚未完成：queued [key]');
  });
});

describe('classify, on the shape of a body', () => {
  const json = OPENCODE_CONSOLE_ERRORS.invalidKey.body;
  const shapes = {
    'JSON with events after it': `${json}data: {"choices":[],"cost":"0"}\n\n`,
    'JSON behind words': `401 ${json}`,
    'a data line': `data: ${json}\n\n`,
    'a whole event': `event: error\ndata: ${json}\n\n`,
    'a byte order mark': `\ufeff${json}`,
    'an array': `[${json}]`,
    'a message that is itself a body': JSON.stringify({ error: { message: json, type: 'relay' } }),
  };
  for (const [name, body] of Object.entries(shapes)) {
    it(`reads ${name}`, () => {
      const failure = classifyBody(500, body, onOpencode);
      assert.equal(failure.kind, 'keyRejected');
      assert.equal(failure.detail, 'Invalid API key.');
    });
  }

  it('gives the title of an HTML page as detail', () => {
    const failure = classifyBody(
      502,
      '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>',
    );
    assert.equal(failure.detail, '502 Bad Gateway');
  });

  it('says so when there is no message', () => {
    assert.equal(render(classifyBody(502, '').detail), 'status 502 without a message');
  });

  it('gives a detail of at most 300 characters without keys and control characters', () => {
    const message = `\u001b[31mbad\u001b[0m key my-own-secret-key and sk-abcdefghijklmnop ${'x'.repeat(400)}`;
    const failure = classifyBody(
      400,
      { error: { message } },
      { redact: (text) => redact(text, ['my-own-secret-key']) },
    );
    const detail = render(failure.detail);
    assert.ok(detail.startsWith('bad key [redacted] and [redacted] xxx'), detail);
    assert.equal(detail.length, 300);
  });

  it('reads a body of any size and nesting in good time', () => {
    const started = performance.now();
    for (const body of [
      '{'.repeat(1e6),
      '['.repeat(1e6),
      `<html>${'<'.repeat(1e6)}`,
      'model '.repeat(2e5),
      '\\"'.repeat(5e5),
    ]) {
      classifyBody(400, body);
    }
    assert.ok(performance.now() - started < 1500);
  });
});

describe('classify, on when and where it can be mended', () => {
  const at = (
    context: { headers?: Record<string, string> },
    message = 'slow',
  ): number | undefined => {
    const resetsAt = classifyBody(429, { error: { message } }, context).resetsAt;
    return resetsAt === undefined ? undefined : (resetsAt - now) / 1000;
  };

  it('reads the reset time from headers, fields and words', () => {
    assert.equal(at({ headers: { 'retry-after': '19380' } }), 19_380);
    assert.equal(at({ headers: { 'retry-after': new Date(now + 90_000).toUTCString() } }), 90);
    assert.equal(at({ headers: { 'retry-after-ms': '1500', 'retry-after': '2' } }), 1.5);
    assert.equal(at({}, 'usage limit. Resets in 4hr 3min.'), 14_580);
    assert.equal(at({}, 'Please try again in 1m30.5s'), 90.5);
    assert.equal(at({}, 'Resets in 3 days.'), 259_200);
    assert.equal(at({}, 'retry after 20 seconds'), 20);
    assert.equal(at({}, 'Please try again in 250ms.'), 0.25);
    const resetsAt = new Date(now + 60_000).toISOString();
    assert.equal(classifyBody(429, { error: { message: 'x', resetsAt } }).resetsAt, now + 60_000);
    assert.equal(
      classifyBody(429, { error: { message: 'x', resets_at: now / 1000 + 5 } }).resetsAt,
      now + 5000,
    );
  });

  it('ignores times that are past, absurd or no times', () => {
    for (const value of [
      '0',
      '-5',
      'soon',
      '99999999999',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      '2026',
    ]) {
      const seconds = at({ headers: { 'retry-after': value } });
      assert.equal(seconds, value === '2026' ? 2026 : undefined, value);
    }
  });

  it('gives no reset time to what only a person can mend', () => {
    const failure = classifyBody(401, '', { headers: { 'retry-after': '5' } });
    assert.equal(failure.resetsAt, undefined);
  });

  it('names the limit and links to the workspace of a Go usage limit', () => {
    const failure = classify(OPENCODE_CONSOLE_ERRORS.goUsageLimitWeekly, {
      ...onOpencode,
      model: 'm',
      hasKeySucceeded: true,
      now,
    });
    assert.equal(failure.limitName, 'weekly');
    assert.equal(failure.link, 'https://opencode.ai/workspace/wrk_01TEST/go');
    assert.equal(failure.resetsAt, now + 259_200_000);
  });

  it('links to the billing page that the message names', () => {
    const answer = OPENCODE_CONSOLE_ERRORS.insufficientBalance;
    const failure = classifyBody(answer.status, answer.body, onOpencode);
    assert.equal(failure.link, 'https://opencode.ai/workspace/wrk_01TEST/billing');
  });

  it('shows no key as the name of a limit or inside a link', () => {
    const key = 'sk-secret-0123456789';
    const limit = {
      error: { type: 'GoUsageLimitError', message: 'x' },
      metadata: { limitName: key },
    };
    assert.equal(classifyBody(429, limit).limitName, '[redacted]');
    const message = `Pay here: https://platform.moonshot.ai/pay?key=${key}.`;
    assert.equal(classifyBody(402, { error: { message } }).link, undefined);
  });

  it('links only to the own site of the provider, by https, without credentials', () => {
    const link = (url: string): string | undefined =>
      classifyBody(402, { error: { message: `Pay here: ${url}.` } }).link;
    assert.equal(link('https://platform.moonshot.ai/pay'), 'https://platform.moonshot.ai/pay');
    assert.equal(link('https://moonshot.ai.example.com/pay'), undefined);
    assert.equal(link('https://notmoonshot.ai/pay'), undefined);
    assert.equal(link('https://user:word@moonshot.ai/pay'), undefined);
    assert.equal(link('http://moonshot.ai/pay'), undefined);
    assert.equal(link('javascript:alert(1)'), undefined);
  });
});

describe('classify, on prompts that are too long', () => {
  const rows: readonly (readonly [string, number, number])[] = [
    ['prompt is too long: 210000 tokens > 200000 maximum', 210_000, 200_000],
    [
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130123 tokens. Please reduce the length of the messages.",
      130_123,
      128_000,
    ],
    [
      "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
      537_812,
      131_072,
    ],
    [
      'The input token count (1,200,000) exceeds the maximum number of tokens allowed (1,048,576).',
      1_200_000,
      1_048_576,
    ],
    [
      'Invalid request: Your request exceeded model token limit: 262144 (requested: 300000)',
      300_000,
      262_144,
    ],
    [
      'request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it',
      9000,
      8192,
    ],
    ['Range of input length should be [1, 129024]', 129_025, 129_024],
    ['invalid params, context window exceeds limit (2013)', 150_000, 128_000],
    ['Input exceeds the context window of this model', 150_000, 128_000],
    [
      'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000',
      200_001,
      200_000,
    ],
  ];
  for (const [message, tokens, maxTokens] of rows) {
    it(`reads the numbers of: ${message.slice(0, 70)}`, () => {
      const context = { inputTokens: 150_000, context: 128_000 };
      // The row without a length of its own is measured against our estimate only when that is the larger one.
      const estimate = message.startsWith('Range') ? { ...context, inputTokens: 1000 } : context;
      const failure = classifyBody(400, { error: { message } }, estimate);
      assert.equal(failure.kind, 'contextTooLong');
      assert.deepEqual([failure.tokens, failure.maxTokens], [tokens, maxTokens]);
    });
  }

  it('never says that a refused prompt is shorter than the maximum', () => {
    const failure = classifyBody(413, '', { inputTokens: 1000, context: 200_000 });
    assert.deepEqual([failure.tokens, failure.maxTokens], [200_001, 200_000]);
  });
});
