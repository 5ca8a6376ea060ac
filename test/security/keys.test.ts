import assert from 'node:assert/strict';
import { render } from '../../src/proxy/phrase';
import { codecs } from '../../src/proxy/wire/formats';
import { anthropicEvent, anthropicText } from '../support/anthropicAnswers';
import {
  type Answer,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../support/testProxy';

// A key goes to its own provider's origin and nowhere else: not to another host, and not back to anybody who reads
// answers, logs, notifications, the status or what is stored.

const key = 'gw-canary/0aB+c=d"e&f<9zQ7';
const base64 = Buffer.from(`Bearer ${key}`).toString('base64');

/** Every way in which an upstream may repeat the key, and what must then be found nowhere. */
const echoes: Readonly<Record<string, readonly [said: string, mustNotAppear: string]>> = {
  plain: [`the key ${key} is wrong`, key],
  'as a header': [`got header x-api-key: ${key}`, key],
  'as a bearer': [`Authorization: Bearer ${key} was refused`, key],
  'escaped for JSON': [`got ${JSON.stringify({ key })}`, JSON.stringify(key).slice(1, -1)],
  'percent-encoded': [`at /v1?key=${encodeURIComponent(key)}`, encodeURIComponent(key)],
  'in a link': [
    `see https://opencode.ai/help?key=${encodeURIComponent(key)}`,
    encodeURIComponent(key),
  ],
  'in Base64': [`decoded ${base64}`, base64.slice(12, -4)],
  'broken over lines': [`${key.slice(0, 9)}\n  ${key.slice(9)}`, key.slice(9)],
  'as the access token': [`you said ${testToken}`, testToken],
};

const paths = ['/v1/messages', '/v1/chat/completions', '/v1/responses'] as const;

function bodyFor(path: (typeof paths)[number], stream: boolean): object {
  const shared = { model: 'any', stream };
  if (path === '/v1/responses') return { ...shared, input: 'hello' };
  const messages = [{ role: 'user', content: 'hello' }];
  return path === '/v1/messages'
    ? { ...shared, max_tokens: 50, messages }
    : { ...shared, messages };
}

/** The forms in which an upstream refuses, each quoting `said`. */
const refusals: Readonly<Record<string, (said: string) => Answer>> = {
  ...Object.fromEntries(
    [400, 401, 402, 403, 404, 413, 422, 429, 500, 503].map((status) => [
      `a ${status}`,
      (said: string) => ({ status, body: { error: { type: 'some_error', message: said } } }),
    ]),
  ),
  'a page of text': (said) => ({ status: 502, body: said }),
  'a page of HTML': (said) => ({ status: 500, body: `<html><title>${said}</title></html>` }),
  'an account that is blocked': (said) => ({
    status: 403,
    body: { error: { type: 'account_deactivated', message: `Your account is blocked. ${said}` } },
  }),
  'a limit with a name': (said) => ({
    status: 429,
    body: {
      error: { type: 'GoUsageLimitError', message: `weekly usage limit reached. ${said}` },
      metadata: { limitName: said, workspace: 'wrk_01' },
    },
  }),
  'an error in a stream': (said) => ({
    sse: [anthropicEvent('error', { error: { type: 'api_error', message: said } })],
  }),
  'an error in the middle of an answer': (said) => ({
    sse: [
      ...(anthropicText('hi').sse.slice(0, 3) ?? []),
      anthropicEvent('error', { error: { type: 'api_error', message: said } }),
    ],
  }),
  'an error right behind content': (said) => ({
    sse: [
      anthropicText('hi').sse.slice(0, 3).join('') +
        anthropicEvent('error', { error: { type: 'api_error', message: said } }),
    ],
  }),
  'an error inside a 200': (said) => ({
    status: 200,
    body: { type: 'error', error: { type: 'api_error', message: said } },
  }),
  'a redirect': (said) => ({
    status: 307,
    headers: { location: `https://elsewhere.example/${encodeURIComponent(said)}` },
    body: said,
  }),
};

describe('a key', () => {
  let upstream: ScriptedUpstream;
  let evil: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    evil = await startScriptedUpstream(anthropicText('caught'));
    proxy = await startTestProxy({
      keys: { opencode: key },
      settings: {
        providers: {
          'opencode-go': { baseUrl: upstream.url, wireFormat: 'anthropic-messages' },
          'opencode-zen': { baseUrl: `${upstream.url}/zen`, wireFormat: 'anthropic-messages' },
        },
        scenarios: { default: { models: ['opencode-go/m'] } },
      },
    });
  });

  afterEach(async () => {
    assert.equal(evil.requests.length, 0, 'nobody else was called');
    await proxy.close();
    await upstream.close();
    await evil.close();
  });

  /** Everything that left the proxy for people, files and logs. */
  function told(): string {
    const { logs, notices, reports, rests, traces } = proxy;
    return [...logs, JSON.stringify({ notices, reports, rests, traces })].join('\n');
  }

  for (const [how, refuse] of Object.entries(refusals)) {
    it(`comes back to nobody from ${how}, however it is written`, async () => {
      for (const [form, [said, mustNotAppear]] of Object.entries(echoes)) {
        for (const path of paths) {
          for (const stream of [true, false]) {
            const where = `${form}, ${path}, stream ${stream}`;
            proxy.proxy.resetHealth();
            upstream.answerAlways(refuse(said));
            const calls = upstream.requests.length;
            const response = await proxy.post(bodyFor(path, stream), { path });
            const answer = [...response.headers].join('\n') + (await response.text());
            assert.ok(upstream.requests.length > calls, `${where}: it was asked`);
            assert.ok(!answer.includes(mustNotAppear), `${where}: ${answer}`);
            // As JSON writes it.
            assert.ok(!answer.includes(JSON.stringify(mustNotAppear).slice(1, -1)), where);
          }
        }
        const all = told();
        assert.ok(!all.includes(mustNotAppear), `${form}: ${all}`);
        assert.ok(!all.includes(JSON.stringify(mustNotAppear).slice(1, -1)), form);
      }
      assert.match(told(), /upstream said|failed/);
    });
  }

  it('that is being checked comes back to nobody either', async () => {
    const typed = 'typed-canary-0123456789"x';
    for (const status of [200, 302, 400, 401, 403, 500]) {
      upstream.answer({
        status,
        headers: { location: `https://${encodeURIComponent(typed)}.example/` },
        body: { error: { message: `no ${typed}` } },
      });
      const check = await proxy.proxy.checkKey('opencode-go', typed);
      assert.ok(!JSON.stringify(check).includes('typed-canary'), JSON.stringify(check));
    }
    assert.ok(!told().includes('typed-canary'));
  });

  it('comes back from no page about the use of a plan', async () => {
    upstream.answer({
      status: 200,
      body: { usage: { [`rolling ${key}`]: { status: 'ok', percent: 3 } } },
    });
    const [plan] = await proxy.proxy.planUsage();
    assert.deepEqual(
      plan?.windows.map(({ name }) => name),
      ['rolling [redacted]'],
    );
  });

  it('of the past, echoed after it was replaced, comes back to nobody', async () => {
    let answer: (refusal: Answer) => void = () => {};
    const refusal = new Promise<Answer>((resolve) => {
      answer = resolve;
    });
    upstream.answer(() => refusal, anthropicText('served'));
    const asked = proxy.post(bodyFor('/v1/messages', true));
    await upstream.waitForRequests(1);
    proxy.configure({ keys: { opencode: 'another-key-0123456789' } });
    answer({ status: 401, body: { error: { type: 'AuthError', message: `no ${key}` } } });
    assert.equal((await asked).status, 200);
    assert.ok(!told().includes(key));
  });

  for (const status of [300, 301, 302, 303, 307, 308]) {
    it(`follows no ${status} to another host, be it for a request or for a check`, async () => {
      const answer = { status, headers: { location: `${evil.url}/v1/messages` } };
      upstream.answerAlways(answer);
      for (const path of paths) {
        const response = await proxy.post(bodyFor(path, true), { path });
        const { host } = new URL(evil.url);
        assert.ok((await response.text()).includes(`redirects to ${host}, which is not followed`));
        proxy.proxy.resetHealth();
      }
      const check = await proxy.proxy.checkKey('opencode-go', key);
      assert.equal(check.outcome, 'unknown');
      assert.match(render(check.message), /redirects to 127\.0\.0\.1:\d+, where no key is sent/);
    });
  }

  it('that is short enough to be guessed leaves no hash behind', async () => {
    for (const [credential, kept] of [
      ['short-key', 0],
      [key, 1],
    ] as const) {
      proxy.configure({ keys: { opencode: credential } });
      upstream.answer({ status: 401, body: { error: { type: 'AuthError', message: 'no' } } });
      assert.equal((await proxy.post(bodyFor('/v1/messages', false))).status, 424);
      const last = proxy.rests.at(-1);
      assert.equal(Array.isArray(last) ? last.length : -1, kept);
    }
  });

  it('is in no report of a bug in the proxy, however deep it was', () => {
    const bug = new Error(`invalid header ${key}`, { cause: new Error(testToken) });
    const report = proxy.proxy.redact(`${bug.stack}${String(bug.cause)}`);
    assert.match(report, /^Error: invalid header \[redacted\]/);
    assert.ok(!report.includes(testToken));
  });

  it('is sent in one header, and the access token in none', async () => {
    upstream.answer(anthropicText('hi'));
    await (await proxy.post(bodyFor('/v1/messages', true))).text();
    const [request] = upstream.requests;
    const headers = Object.entries(request?.headers ?? {});
    assert.deepEqual(
      headers.filter(([, value]) => String(value).includes(key)).map(([name]) => name),
      ['x-api-key'],
    );
    assert.ok(!JSON.stringify([headers, request?.text, request?.query]).includes(testToken));
    assert.ok(!`${request?.path}${request?.query}${request?.text}`.includes('canary'));
  });

  describe('that was set for other addresses', () => {
    /** The person agreed to `upstream` only; Zen points elsewhere. */
    function moveZen(): void {
      proxy.proxy.configure({
        version: '1.0.0',
        keys: { opencode: key },
        keyOrigins: { opencode: [new URL(upstream.url).origin] },
        settings: {
          providers: {
            'opencode-go': { baseUrl: upstream.url, wireFormat: 'anthropic-messages' },
            'opencode-zen': { baseUrl: `${evil.url}/zen`, wireFormat: 'anthropic-messages' },
            mine: { baseUrl: `${evil.url}/v1`, credential: 'opencode' },
          },
          scenarios: {
            default: { models: ['opencode-zen/m', 'opencode-go/m'] },
            go: { models: ['opencode-go/m'] },
          },
          modelOverrides: {},
          onAuthError: 'tryOtherCredentials',
          timeouts: { connectMs: 5_000, firstTokenMs: 120_000, idleMs: 180_000 },
        },
      });
    }

    /** Everything points elsewhere. */
    function moveAll(): void {
      const providers = {
        'opencode-go': { baseUrl: evil.url },
        'opencode-zen': { baseUrl: evil.url },
      };
      proxy.configure({
        keyOrigins: { opencode: ['https://opencode.ai'] },
        settings: { providers },
      });
    }

    for (const path of paths) {
      it(`is held back: ${path} says so at once, and nobody is called`, async () => {
        moveZen();
        for (const model of ['any', 'mine/m']) {
          const response = await proxy.post({ ...bodyFor(path, true), model }, { path });
          assert.equal(response.status, path === '/v1/responses' ? 400 : 424);
          assert.equal(response.headers.get('x-should-retry'), 'false');
          const text = await response.text();
          assert.ok(text.includes('is held back: the setting switchyard.providers.'), text);
          assert.ok(text.includes(`now sends it to ${new URL(evil.url).origin}`), text);
          assert.match(text, /Switchyard: Confirm Key Address/);
        }
        assert.deepEqual(upstream.requests, []);
      });
    }

    it('still serves the provider that it was set for', async () => {
      moveZen();
      upstream.answer(anthropicText('from go'));
      const response = await proxy.post({
        ...bodyFor('/v1/messages', false),
        model: 'scenario:go',
      });
      assert.match(await response.text(), /from go/);
    });

    it('is not sent there to ask how far its plan is used, either', async () => {
      moveAll();
      assert.deepEqual(await proxy.proxy.planUsage(), []);
    });

    it('is not sent there to ask for models, either', async () => {
      moveAll();
      await proxy.proxy.refreshCatalogue();
      await proxy.proxy.modelsOf('opencode-go');
    });

    it('is not sent there to find out what stands in the way, either', async () => {
      moveAll();
      proxy.configure({
        keyOrigins: { opencode: ['https://opencode.ai'] },
        settings: { scenarios: { default: { models: ['opencode-go/m', 'opencode-zen/m'] } } },
      });
      const reached = await proxy.proxy.reach();
      assert.equal(reached.length, 2);
      for (const { failure, keys } of reached) {
        assert.match(render(failure ?? ''), /held back: run .*Confirm Key Address/);
        assert.deepEqual(keys, []);
      }
    });

    it('goes there as soon as a person agrees', async () => {
      moveZen();
      assert.equal((await proxy.post(bodyFor('/v1/messages', false))).status, 424);
      proxy.configure({});
      upstream.answer(anthropicText('agreed'));
      assert.match(await (await proxy.post(bodyFor('/v1/messages', false))).text(), /agreed/);
    });
  });
});

describe('the address of a request', () => {
  const hostile = [
    '../../..',
    '..',
    '.',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example\\',
    '@evil.example',
    ':@evil.example/',
    '?x=1',
    '#x',
    '%2e%2e/%2e%2e/',
    '..%2f..%2f',
    'a/../../../b',
    'https://evil.example/',
    '\r\nhost: evil.example',
    '\u0000',
    '．．／',
    'm;evil',
    ' ',
    '\ud800',
  ];
  for (const [format, codec] of Object.entries(codecs)) {
    for (const baseUrl of ['https://opencode.ai/zen/v1', 'https://opencode.ai']) {
      it(`stays below ${baseUrl} in ${format}, whatever the model is called`, () => {
        for (const model of hostile) {
          for (const stream of [true, false]) {
            const url = new URL(baseUrl + (codec?.path(model, stream) ?? ''));
            assert.equal(url.origin, 'https://opencode.ai');
            assert.ok(url.pathname.startsWith(new URL(baseUrl).pathname), url.href);
            assert.ok(['', '?alt=sse'].includes(url.search), url.href);
            assert.equal(url.hash, '');
          }
        }
      });
    }
  }
});
