import assert from 'node:assert/strict';
import {
  anthropicEvent,
  anthropicMessage,
  anthropicSse,
  anthropicText,
} from '../../support/anthropicAnswers';
import { createFakeClock } from '../../support/fakeClock';
import { inEnglish } from '../../support/inEnglish';
import {
  openaiChatCompletion,
  openaiChatSse,
  openaiChatText,
} from '../../support/openaiChatAnswers';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, type TestProxyOptions } from '../../support/testProxy';
import { OPENCODE_CONSOLE_ERRORS, OPENCODE_INFERENCE_ERRORS } from '../../support/upstreamErrors';

const prompt = 'a prompt that no log may hold';
const key = 'sk-test-0123456789abcdefghij';
const chain = ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code', 'opencode-go/deepseek-v4-pro'];

function bodyOf(stream: boolean): object {
  return {
    model: 'claude-opus-5-5',
    max_tokens: 100,
    stream,
    messages: [{ role: 'user', content: prompt }],
  };
}

interface Failed {
  readonly type: string;
  readonly message: string;
}

async function failed(response: Response): Promise<Failed> {
  const parsed: { type: string; error: Failed } = JSON.parse(await response.text());
  assert.equal(parsed.type, 'error');
  return parsed.error;
}

describe('POST /v1/messages', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  async function start(options: TestProxyOptions = {}): Promise<void> {
    proxy = await startTestProxy({
      keys: { opencode: key },
      ...options,
      settings: {
        providers: {
          'opencode-go': { baseUrl: upstream.url },
          'opencode-zen': { baseUrl: `${upstream.url}/zen` },
          plain: {
            baseUrl: `${upstream.url}/plain`,
            credential: 'none',
            wireFormat: 'anthropic-messages',
          },
        },
        scenarios: { default: { models: chain } },
        ...options.settings,
      },
    });
  }

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  for (const stream of [true, false]) {
    const kind = stream ? 'streaming' : 'non-streaming';
    const chatAnswer = (text: string) =>
      stream ? openaiChatText(text) : openaiChatCompletion({ text });

    describe(`${kind}, with a rejected key`, () => {
      it('stops after one upstream call of a chain of three, with our sentence', async () => {
        await start();
        upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
        const response = await proxy.post(bodyOf(stream));
        assert.equal(response.status, 424);
        assert.equal(response.headers.get('x-should-retry'), 'false');
        assert.equal(response.headers.get('x-switchyard-upstream-status'), '401');
        assert.deepEqual(await failed(response), {
          type: 'authentication_error',
          message: 'OpenCode rejected the API key. Run “Switchyard: Set API Key” in VS Code.',
        });
        assert.equal(upstream.requests.length, 1);
      });

      it('makes no call for the next request, and tells the person once', async () => {
        await start();
        upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
        await proxy.post(bodyOf(stream));
        const second = await proxy.post(bodyOf(stream));
        assert.equal(second.status, 424);
        assert.match((await failed(second)).message, /^OpenCode rejected the API key\. Run/);
        assert.equal(upstream.requests.length, 1);
        assert.equal(proxy.notices.length, 1);
        assert.equal(inEnglish(proxy.notices[0]?.message), 'OpenCode rejected the API key.');
        assert.deepEqual(proxy.notices[0]?.buttons, ['setApiKey', 'showLog']);
      });

      it('works as soon as the right key is set', async () => {
        await start();
        upstream.answer(OPENCODE_CONSOLE_ERRORS.invalidKey);
        await proxy.post(bodyOf(stream));
        proxy.configure({ keys: { opencode: 'sk-right-0123456789abcdef' } });
        upstream.answerAlways(chatAnswer('hello'));
        assert.equal((await proxy.post(bodyOf(stream))).status, 200);
        assert.equal(
          upstream.requests[1]?.headers.authorization,
          'Bearer sk-right-0123456789abcdef',
        );
      });

      it('lets one request probe after 60 s, without a second notice', async () => {
        const clock = createFakeClock();
        await start({ clock });
        upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
        await proxy.post(bodyOf(stream));
        clock.advance(59_000);
        await proxy.post(bodyOf(stream));
        assert.equal(upstream.requests.length, 1);
        clock.advance(2_000);
        await proxy.post(bodyOf(stream));
        await proxy.post(bodyOf(stream));
        assert.equal(upstream.requests.length, 2);
        assert.equal(proxy.notices.length, 1);
      });
    });

    it(`${kind}: answers 424 without any call when no key is set`, async () => {
      await start({ keys: {} });
      const response = await proxy.post(bodyOf(stream));
      assert.equal(response.status, 424);
      assert.match(
        (await failed(response)).message,
        /OpenCode has no API key.*Switchyard: Set API Key/,
      );
      await proxy.post(bodyOf(stream));
      assert.equal(upstream.requests.length, 0);
      assert.equal(proxy.notices.length, 1);
    });

    const goesOn = {
      'a model that the gateway does not know (401)': OPENCODE_CONSOLE_ERRORS.unknownModel,
      "a supplier's broken key (401)": OPENCODE_INFERENCE_ERRORS.supplierKeyBroken,
      'a server error': { status: 500, body: 'oops' },
      'an overloaded upstream': { status: 529, body: {} },
      'a provider rate limit': OPENCODE_INFERENCE_ERRORS.supplierRateLimit,
      'a connection cut before the headers': { reset: true as const },
      'an empty stream': { sse: [] },
      'an HTML page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' },
      'an error inside a 200 answer': {
        status: 200,
        body: { error: { message: 'overloaded', type: 'server_error' } },
      },
    };
    for (const [what, answer] of Object.entries(goesOn)) {
      it(`${kind}: goes on to the next model after ${what}`, async () => {
        await start();
        upstream.answer(answer);
        upstream.answerAlways(chatAnswer('from the second'));
        const response = await proxy.post(bodyOf(stream));
        assert.equal(response.status, 200);
        assert.match(await response.text(), /from the/);
        assert.equal(upstream.requests.length, 2);
        assert.equal(valueAt(upstream.requests[1]?.body, 'model'), 'kimi-k2.7-code');
        assert.equal(proxy.notices.length, 0);
      });
    }

    it(`${kind}: skips the plan after a usage limit and goes on with another provider`, async () => {
      const models = [...chain, 'plain/other'];
      await start({ settings: scenario(models) });
      upstream.answer(OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours);
      upstream.answerAlways(
        stream
          ? anthropicText('from elsewhere')
          : anthropicMessage([{ type: 'text', text: 'from elsewhere' }]),
      );
      const response = await proxy.post(bodyOf(stream));
      assert.match(await response.text(), /from/);
      assert.deepEqual(
        upstream.requests.map((request) => request.path),
        ['/chat/completions', '/plain/messages'],
      );
      assert.equal(proxy.notices[0]?.kind, 'planLimit');
    });

    it(`${kind}: answers 429 with the reset time when the plan was all there is`, async () => {
      await start();
      upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours);
      const response = await proxy.post(bodyOf(stream));
      assert.equal(response.status, 429);
      assert.equal(response.headers.get('x-should-retry'), 'false');
      assert.match((await failed(response)).message, /OpenCode Go/);
      await proxy.post(bodyOf(stream));
      assert.equal(upstream.requests.length, 1);
    });

    it(`${kind}: sends a malformed request to one more model of another family, then gives the first message`, async () => {
      await start();
      upstream.answer({ status: 400, body: { error: { message: 'the first complaint' } } });
      upstream.answerAlways({ status: 400, body: { error: { message: 'another complaint' } } });
      const response = await proxy.post(bodyOf(stream));
      assert.equal(response.status, 400);
      assert.match((await failed(response)).message, /the first complaint/);
      assert.equal(upstream.requests.length, 2);
    });
  }

  function scenario(models: readonly string[]): NonNullable<TestProxyOptions['settings']> {
    return { scenarios: { default: { models } } };
  }

  it('tries other credentials only when the setting says so', async () => {
    await start({
      settings: { ...scenario([...chain, 'plain/other']), onAuthError: 'tryOtherCredentials' },
    });
    upstream.answer(OPENCODE_CONSOLE_ERRORS.invalidKey);
    upstream.answerAlways(anthropicText('served by another key'));
    assert.equal((await proxy.post(bodyOf(true))).status, 200);
    assert.equal(upstream.requests.length, 2);
  });

  it('turns to the other wire format of the same model once, and remembers it', async () => {
    await start();
    upstream.answer(OPENCODE_INFERENCE_ERRORS.protocolUnsupported);
    upstream.answerAlways(anthropicText('in the other format'));
    const response = await proxy.post(bodyOf(true));
    assert.match(await response.text(), /in the/);
    assert.deepEqual(
      upstream.requests.map((request) => request.path),
      ['/chat/completions', '/messages'],
    );
    assert.equal(valueAt(upstream.requests[1]?.body, 'model'), 'glm-5.3');
    await (await proxy.post(bodyOf(true))).text();
    assert.equal(upstream.requests[2]?.path, '/messages');
  });

  it('goes from a full context window only to a larger one, in words that the client understands', async () => {
    await start({
      settings: scenario(['opencode-go/kimi-k2.7-code', 'opencode-go/hy3', 'opencode-go/glm-5.3']),
    });
    const message = 'prompt is too long: 300000 tokens > 262144 maximum';
    upstream.answerAlways({ status: 400, body: { error: { message } } });
    const response = await proxy.post(bodyOf(true));
    assert.equal(response.status, 400);
    assert.equal((await failed(response)).message, message);
    const models = upstream.requests.map((request) => valueAt(request.body, 'model'));
    assert.deepEqual(models, ['kimi-k2.7-code', 'glm-5.3']);
  });

  it('skips every model of a host that cannot be reached', async () => {
    await start({
      settings: {
        providers: {
          gone: { baseUrl: 'http://127.0.0.1:9', credential: 'none' },
          plain: { baseUrl: upstream.url, credential: 'none', wireFormat: 'anthropic-messages' },
        },
        ...scenario(['gone/a', 'gone/b', 'plain/c']),
      },
    });
    upstream.answerAlways(anthropicText('still served'));
    assert.equal((await proxy.post(bodyOf(true))).status, 200);
    assert.equal(proxy.logs.filter((line) => line.includes('unreachable')).length, 2);
  });

  it('falls back when no first token comes in time', async () => {
    const clock = createFakeClock();
    await start({ clock });
    upstream.answer({ silent: true });
    upstream.answerAlways(openaiChatText('second'));
    const response = proxy.post(bodyOf(true));
    await upstream.waitForRequests(1);
    // The first model always thinks, and gets twice the time.
    clock.advance(239_000);
    assert.equal(upstream.requests.length, 1);
    clock.advance(1_000);
    assert.match(await (await response).text(), /message_stop/);
    await upstream.requests[0]?.whenClosed;
    assert.equal(upstream.requests[0]?.isAborted, true);
    assert.equal(upstream.requests.length, 2);
  });

  it('pings a waiting client after 15 s and ends in an error event, not in a fake success', async () => {
    const clock = createFakeClock();
    await start({ clock, settings: scenario(chain.slice(1, 2)) });
    upstream.answer({ silent: true });
    const pending = proxy.post(bodyOf(true));
    await upstream.waitForRequests(1);
    clock.advance(15_000);
    const response = await pending;
    assert.equal(response.status, 200);
    clock.advance(105_000);
    const text = await response.text();
    assert.match(text, /^event: ping\n/);
    assert.match(text, /event: error\ndata: \{"type":"error","error":\{"type":"timeout_error"/);
    assert.doesNotMatch(text, /message_stop/);
  });

  for (const [what, ending] of [
    ['a connection that breaks', { thenReset: true as const }],
    ['a stream that just ends', {}],
  ] as const) {
    it(`ends in an error event after ${what} in the middle of the answer`, async () => {
      await start({ settings: scenario(['plain/a', 'plain/b']) });
      const sse = anthropicSse([{ type: 'text', text: 'half of it' }]).slice(0, 4);
      upstream.answerAlways({ sse, ...ending });
      const text = await (await proxy.post(bodyOf(true))).text();
      assert.match(text, /half/);
      assert.match(text, /event: content_block_stop\ndata: .*"index":0\}\n\nevent: error\n/);
      assert.doesNotMatch(text, /message_stop/);
      assert.equal(upstream.requests.length, 1);
    });
  }

  it('ends a stream that falls silent after its beginning in an error event', async () => {
    const clock = createFakeClock();
    await start({ clock, settings: scenario(['plain/a']) });
    const sse = anthropicSse([{ type: 'text', text: 'half of it' }]).slice(0, 4);
    upstream.answer({ sse, thenHang: true });
    const response = await proxy.post(bodyOf(true));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('half')) text += (await reader?.read())?.value ?? '';
    clock.advance(180_000);
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read())
      text += next.value;
    assert.match(text, /event: error\ndata: .*timeout_error/);
    assert.match(text, /within 3 min.*idleMs/);
  });

  it('ends an answer soon after its finish reason, although the host keeps the stream open and counts nothing', async () => {
    const clock = createFakeClock();
    await start({ clock });
    const sse = openaiChatSse({ text: 'complete' }, { usage: 'missing' }).slice(0, -1);
    upstream.answer({ sse, thenHang: true });
    const response = await proxy.post(bodyOf(true));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('lete')) text += (await reader?.read())?.value ?? '';
    clock.advance(2_000);
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      text += next.value;
    }
    assert.match(text, /"stop_reason":"end_turn".*event: message_stop/s);
    assert.doesNotMatch(text, /event: error/);
  });

  it('falls back from a broken answer to a client that wants it whole', async () => {
    await start({ settings: scenario(['opencode-go/glm-5.3', 'plain/b']) });
    upstream.answer({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"choices":[{"mess',
    });
    upstream.answerAlways(anthropicMessage([{ type: 'text', text: 'whole' }]));
    const response = await proxy.post(bodyOf(false));
    assert.equal(response.status, 200);
    assert.match(await response.text(), /"whole"/);
  });

  it('aborts the upstream and stops the chain when the client leaves', async () => {
    await start();
    upstream.answerAlways({ silent: true });
    const leave = new AbortController();
    const pending = proxy.post(bodyOf(true), { signal: leave.signal });
    await upstream.waitForRequests(1);
    leave.abort();
    await assert.rejects(pending);
    await upstream.requests[0]?.whenClosed;
    assert.equal(upstream.requests[0]?.isAborted, true);
    assert.equal(upstream.requests.length, 1);
    assert.deepEqual(
      proxy.logs.filter((line) => line.startsWith('[warn]')),
      [],
    );
  });

  it('sends its own headers, the session and the key, and nothing else of the client', async () => {
    await start({ settings: scenario(['opencode-go/glm-5.3']) });
    upstream.answerAlways(openaiChatText('hi'));
    const headers = {
      'x-claude-code-session-id': '11111111-2222-4333-8444-555555555555',
      cookie: 'secret=1',
      'x-stainless-os': 'Linux',
      'x-claude-code-request-class': 'main',
      'proxy-authorization': 'Basic abc',
    };
    await (await proxy.post(bodyOf(true), { headers })).text();
    const sent = upstream.requests[0]?.headers ?? {};
    assert.equal(sent['user-agent'], 'switchyard/9.9.9');
    assert.equal(sent['x-opencode-session'], '11111111-2222-4333-8444-555555555555');
    assert.equal(sent['accept-language'], 'en');
    assert.equal(sent.authorization, `Bearer ${key}`);
    const allowed = [
      'accept',
      'accept-encoding',
      'accept-language',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'user-agent',
      'x-opencode-session',
    ];
    assert.deepEqual(Object.keys(sent).sort(), allowed);
  });

  it('sends the key as x-api-key to an Anthropic endpoint', async () => {
    await start({ settings: scenario(['opencode-go/minimax-m3']) });
    upstream.answerAlways(anthropicText('hi'));
    await (await proxy.post(bodyOf(true))).text();
    assert.equal(upstream.requests[0]?.headers['x-api-key'], key);
    assert.equal(upstream.requests[0]?.headers.authorization, undefined);
    assert.match(upstream.requests[0]?.text ?? '', /^\{"model":"minimax-m3",/);
  });

  it('passes the bytes of an Anthropic stream through as they are, up to its end marker', async () => {
    await start({ settings: scenario(['plain/a']) });
    const sse = anthropicSse([
      { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
      { type: 'text', text: 'grüße 🚋' },
    ]);
    const cost = anthropicEvent('ping', { cost: '0.001' });
    upstream.answer({ sse: [...sse, cost] });
    assert.equal(await (await proxy.post(bodyOf(true))).text(), sse.join(''));
  });

  it('passes a whole Anthropic answer through as it is, unless it lacks the usage that clients need', async () => {
    await start({ settings: scenario(['plain/a']) });
    const whole = anthropicMessage([{ type: 'text', text: 'grüße' }]);
    const text = `${JSON.stringify(whole.body)}  `;
    upstream.answer({ status: 200, headers: { 'content-type': 'application/json' }, body: text });
    assert.equal(await (await proxy.post(bodyOf(false))).text(), text);
    upstream.answer({ status: 200, body: { ...JSON.parse(text), usage: null } });
    const mended: { usage: { input_tokens: number } } = JSON.parse(
      await (await proxy.post(bodyOf(false))).text(),
    );
    assert.ok(mended.usage.input_tokens > 0);
  });

  it('keeps one connection for requests that follow one another', async () => {
    await start({ settings: scenario(['plain/a']) });
    upstream.answerAlways(anthropicText('hi'));
    for (let index = 0; index < 3; index += 1) await (await proxy.post(bodyOf(true))).text();
    assert.equal(upstream.acceptedSockets(), 1);
  });

  it('logs routing, attempts and outcome of a request, and neither content nor keys', async () => {
    await start();
    upstream.answer({ status: 500, body: `you said: ${prompt}, your key is ${key}` });
    upstream.answerAlways(openaiChatText('an answer that no log may hold'));
    await (await proxy.post(bodyOf(true))).text();
    const told = proxy.logs.filter((line) => !line.startsWith('[debug]'));
    const lines = told.filter((line) => line.includes('request '));
    assert.match(
      lines[0] ?? '',
      /request [0-9a-f]{4} routing scenario=default \(.+\) chain=opencode-go\/glm-5\.3 > opencode-go\/kimi-k2\.7-code/,
    );
    assert.match(lines[1] ?? '', /attempt 1 opencode-go\/glm-5\.3 serverError upstream=500/);
    assert.match(
      lines[2] ?? '',
      /attempt 2 opencode-go\/kimi-k2\.7-code answers format=openai-chat ttft=\d+ms/,
    );
    assert.match(
      lines[3] ?? '',
      /served by opencode-go\/kimi-k2\.7-code in=\d+ cached=\d+ out=\d+ .*total=\d+ms/,
    );
    assert.equal(lines.length, 4);
    assert.doesNotMatch(told.join('\n'), /no log may hold/);
    assert.doesNotMatch(proxy.logs.join('\n'), new RegExp(key));
  });

  it('keeps the private data of auto mode from other vendors, and tells the person once', async () => {
    await start({ settings: scenario(['plain/a']) });
    upstream.answerAlways(anthropicText('hi'));
    const safeguards = [
      { type: 'dangerous_tool_use', classifier_context: { cwd: '/home/someone' } },
    ];
    for (let index = 0; index < 2; index += 1) {
      await (await proxy.post({ ...bodyOf(true), safeguards })).text();
    }
    assert.doesNotMatch(upstream.requests[0]?.text ?? '', /safeguards|someone/);
    assert.deepEqual(
      proxy.notices.map(({ kind }) => kind),
      ['safeguardsLeftOut'],
    );
  });

  describe('memory between sessions', () => {
    it('lets a plan limit and a rejected key outlive a reload, without the key and without a second notice', async () => {
      for (const answer of [
        OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours,
        OPENCODE_CONSOLE_ERRORS.invalidKey,
      ]) {
        const calls = upstream.requests.length;
        await start();
        upstream.answerAlways(answer);
        const first = await proxy.post(bodyOf(true));
        const rests = proxy.rests.at(-1);
        await proxy.close();
        assert.doesNotMatch(JSON.stringify(rests), new RegExp(key));
        await start({ rests: JSON.parse(JSON.stringify(rests)) });
        const second = await proxy.post(bodyOf(true));
        assert.equal(second.status, first.status);
        assert.equal(upstream.requests.length, calls + 1);
        assert.equal(proxy.notices.length, 0);
        await proxy.close();
      }
      await start();
    });

    it('forgets it when the key is another', async () => {
      await start();
      upstream.answer(OPENCODE_CONSOLE_ERRORS.invalidKey);
      await proxy.post(bodyOf(true));
      const rests = proxy.rests.at(-1);
      await proxy.close();
      await start({ rests, keys: { opencode: 'sk-another-0123456789' } });
      upstream.answerAlways(openaiChatText('hi'));
      assert.equal((await proxy.post(bodyOf(true))).status, 200);
    });

    it('takes nothing from memory that is damaged', async () => {
      await start({
        rests: [null, 7, { scope: 'plan' }, { scope: 'plan', key: 'opencode-go', untilAt: 9e15 }],
      });
      upstream.answerAlways(openaiChatText('hi'));
      assert.equal((await proxy.post(bodyOf(true))).status, 200);
    });
  });

  it('asks when a plan limit resets, if the refusal did not say', async () => {
    const clock = createFakeClock();
    await start({ clock });
    const { body } = OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours;
    const silent = JSON.parse(body);
    silent.error.message = '5-hour usage limit reached.';
    const resetsAt = new Date(clock.now() + 2 * 3_600_000).toISOString();
    upstream.answer({ status: 429, body: silent });
    upstream.answer({
      status: 200,
      body: {
        usage: {
          rolling: { status: 'rate-limited', resetsAt },
          weekly: { status: 'ok', resetsAt: '2030-01-01T00:00:00Z' },
        },
      },
    });
    await proxy.post(bodyOf(true));
    await upstream.waitForRequests(2);
    await upstream.requests[1]?.whenClosed;
    assert.equal(upstream.requests[1]?.path, '/usage');
    assert.equal(upstream.requests[1]?.headers.authorization, `Bearer ${key}`);
    while (proxy.rests.length < 2) await new Promise((resolve) => setImmediate(resolve));
    const { message } = await failed(await proxy.post(bodyOf(true)));
    assert.match(message, /resets in 2 h/);
    assert.equal(upstream.requests.length, 2);
  });

  describe('when settings or keys change while requests run', () => {
    it('does not blame the new key for what the old one was refused, and tries again with the new one', async () => {
      await start();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      upstream.answer(async () => {
        await held;
        return OPENCODE_CONSOLE_ERRORS.invalidKey;
      });
      const pending = proxy.post(bodyOf(true));
      await upstream.waitForRequests(1);
      proxy.configure({ keys: { opencode: 'sk-new-0123456789abcdef' } });
      upstream.answer(openaiChatText('with the new key'));
      release();
      assert.equal((await pending).status, 200);
      assert.equal(upstream.requests[1]?.headers.authorization, 'Bearer sk-new-0123456789abcdef');
      assert.equal(proxy.notices.length, 0);
      upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
      await proxy.post(bodyOf(true));
      assert.equal(proxy.notices.length, 1);
    });

    it('applies a changed wire format to the next request', async () => {
      await start({ settings: scenario(['plain/a']) });
      upstream.answer(anthropicText('hi'), openaiChatText('hi'));
      await (await proxy.post(bodyOf(true))).text();
      const plain = {
        baseUrl: `${upstream.url}/plain`,
        credential: 'none',
        wireFormat: 'openai-chat' as const,
      };
      proxy.configure({ settings: { providers: { plain } } });
      await (await proxy.post(bodyOf(true))).text();
      const paths = upstream.requests.map(({ path }) => path);
      assert.deepEqual(paths, ['/plain/messages', '/plain/chat/completions']);
    });

    it('serves a fallback although the HTTP client was replaced meanwhile', async () => {
      await start();
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      upstream.answer(async () => {
        await held;
        return { status: 503, body: {} };
      });
      const pending = proxy.post(bodyOf(true));
      await upstream.waitForRequests(1);
      proxy.configure({
        settings: { timeouts: { connectMs: 900, firstTokenMs: 120_000, idleMs: 180_000 } },
      });
      upstream.answer(openaiChatText('hi'));
      release();
      assert.equal((await pending).status, 200);
    });

    it('forgets what an unexplained 401 had done to the models when the key changes', async () => {
      await start();
      upstream.answer(openaiChatText('hi'));
      await (await proxy.post(bodyOf(true))).text();
      upstream.answerAlways({ status: 401, body: { error: { message: 'Unauthorized' } } });
      const response = await proxy.post(bodyOf(true));
      // The key has served, so the first 401 blames the model; the second blames the key.
      assert.match((await failed(response)).message, /OpenCode rejected the API key/);
      assert.equal(upstream.requests.length, 3);
      proxy.configure({ keys: { opencode: 'sk-new-0123456789abcdef' } });
      upstream.answerAlways(openaiChatText('hi'));
      assert.equal((await proxy.post(bodyOf(true))).headers.get('x-switchyard-target'), chain[0]);
    });

    it('asks again when a person sets the same key anew, after the account was mended', async () => {
      await start();
      upstream.answer(OPENCODE_INFERENCE_ERRORS.noGoSubscription);
      assert.equal((await proxy.post(bodyOf(true))).status, 402);
      upstream.answerAlways(openaiChatText('hi'));
      assert.equal((await proxy.post(bodyOf(true))).status, 402);
      proxy.proxy.keyConfirmed('opencode');
      assert.equal((await proxy.post(bodyOf(true))).status, 200);
    });
  });

  it('gives the words on which a client repairs its request, whatever the second opinion says', async () => {
    await start();
    const message =
      'max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for m';
    upstream.answer({ status: 400, body: { error: { message } } }, { status: 503, body: {} });
    const response = await proxy.post(bodyOf(true));
    assert.equal(response.status, 400);
    assert.ok((await failed(response)).message.startsWith(message));
    assert.equal(upstream.requests.length, 2);
  });

  it('counts only a target that was really asked as the second opinion on a request', async () => {
    await start({
      settings: scenario([
        'opencode-go/glm-5.3',
        'opencode-go/kimi-k2.7-code',
        'opencode-go/qwen3.8-max',
      ]),
    });
    upstream.answer(
      { status: 500, body: {} },
      OPENCODE_CONSOLE_ERRORS.unknownModel,
      anthropicText('hi'),
    );
    await (await proxy.post(bodyOf(true))).text();
    upstream.answer({ status: 400, body: { error: { message: 'no' } } }, anthropicText('hi'));
    assert.equal((await proxy.post(bodyOf(true))).status, 200);
  });

  it('says where a redirect leads, which it does not follow', async () => {
    await start({ settings: scenario(['plain/a']) });
    upstream.answer({ status: 302, headers: { location: 'https://elsewhere.example/v1' } });
    const response = await proxy.post(bodyOf(true));
    assert.equal(response.status, 424);
    assert.match(
      (await failed(response)).message,
      /redirects to elsewhere\.example.*baseUrl.*switchyard\.providers/,
    );
  });

  it('takes a redirect for nothing else, whatever its page says, and names the host alone', async () => {
    await start({ settings: scenario(['plain/a']) });
    upstream.answer({
      status: 301,
      headers: { location: 'https://elsewhere.example/v1?key=secret-in-the-query' },
      body: { error: { type: 'authentication_error', message: 'Invalid API key' } },
    });
    const response = await proxy.post(bodyOf(true));
    assert.equal(response.status, 424);
    const { message } = await failed(response);
    assert.match(message, /redirects to elsewhere\.example, which is not followed/);
    assert.doesNotMatch(message, /secret-in-the-query/);
  });

  it('says what a provider without a key slot needs when it wants a key', async () => {
    await start({ settings: scenario(['plain/a']) });
    upstream.answer({ status: 401, body: { error: { message: 'Unauthorized' } } });
    assert.match(
      (await failed(await proxy.post(bodyOf(true)))).message,
      /set up to take none.*credential/,
    );
  });

  it('tells when to try again: as soon as the first target may', async () => {
    const clock = createFakeClock();
    await start({ clock });
    upstream.answerAlways({
      status: 429,
      body: { error: { message: 'slow down', type: 'rate_limit_error' } },
    });
    upstream.answer({ status: 429, headers: { 'retry-after': '3600' }, body: {} });
    const response = await proxy.post(bodyOf(true));
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '5');
    assert.equal(response.headers.get('x-should-retry'), null);
  });

  it('puts its estimate where an Anthropic stream counts no input', async () => {
    await start({ settings: scenario(['plain/a']) });
    const sse = anthropicSse([{ type: 'text', text: 'hi' }], { inputTokens: 0 });
    upstream.answer({ sse });
    const text = await (await proxy.post(bodyOf(true))).text();
    const [, counted] = /"input_tokens":(\d+)/.exec(text) ?? [];
    assert.ok(Number(counted) > 0);
  });

  it('refuses a request that is nested too deeply to be read', async () => {
    await start();
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
    const response = await proxy.post(
      `{"model":"m","messages":[{"role":"user","content":"hi"}],"x":${deep}}`,
    );
    assert.equal(response.status, 400);
    assert.match((await failed(response)).message, /nested deeper than 500/);
  });

  it('answers a bug with a 500 that names the request, never with an empty success', async () => {
    await start();
    // A provider whose address is no URL can come from no checked setting.
    proxy.configure({ settings: { providers: { 'opencode-go': { baseUrl: 'not a url' } } } });
    for (const stream of [true, false]) {
      const response = await proxy.post(bodyOf(stream));
      assert.equal(response.status, 500);
      assert.match((await failed(response)).message, /request [0-9a-f]{4}/);
    }
    assert.match(proxy.logs.join('\n'), / bug: /);
  });

  it('shows a rest no longer than it lasts, although no request comes', async () => {
    const clock = createFakeClock();
    await start({ clock, settings: scenario(['plain/a']) });
    upstream.answerAlways({ status: 429, body: {} });
    await proxy.post(bodyOf(true));
    clock.advance(300);
    assert.equal(proxy.reports.at(-1)?.targets[0]?.state, 'resting');
    clock.advance(6_000);
    assert.equal(proxy.reports.at(-1)?.targets[0]?.state, 'failing');
  });

  it('leaves no timer and no bug behind, however an upstream fails', async () => {
    const clock = createFakeClock();
    await start({ clock, settings: scenario([...chain, 'plain/last']) });
    const answers = [
      { reset: true as const },
      { status: 200, body: 'nonsense' },
      { sse: ['data: {"choices":[{"delta":{"content":"x"}}]}\n\n'], thenReset: true as const },
      { sse: ['data: not json\n\n'] },
      { sse: [': nothing\n\n'] },
      { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>gone</h1>' },
      { status: 418, body: [] },
    ];
    for (const answer of answers) {
      upstream.answerAlways(answer);
      for (const stream of [true, false]) await (await proxy.post(bodyOf(stream))).text();
      proxy.proxy.resetHealth();
    }
    clock.advance(1_000);
    assert.equal(clock.pending(), 0);
    assert.doesNotMatch(proxy.logs.join('\n'), / bug/);
  });

  it('tells which models rest and how the key fares', async () => {
    const clock = createFakeClock();
    await start({ clock });
    upstream.answer(OPENCODE_CONSOLE_ERRORS.unknownModel, { status: 529, body: {} });
    upstream.answerAlways(openaiChatText('hi'));
    await (await proxy.post(bodyOf(true))).text();
    clock.advance(300);
    const report = proxy.reports.at(-1);
    assert.equal(report?.credentials[0]?.state, 'accepted');
    assert.deepEqual(
      report?.targets.slice(0, 3).map(({ name }) => name),
      chain,
    );
    assert.ok(report?.targets[0]?.scenarios.includes('default'));
    const stateOf = (name: string | undefined) =>
      report?.targets.find((target) => target.name === name)?.state;
    assert.equal(stateOf(chain[0]), 'resting');
    assert.equal(stateOf(chain[1]), 'failing');
    assert.equal(stateOf(chain[2]), 'serving');
    assert.equal(stateOf('opencode-go/mimo-v2.5'), 'unused');
  });
});

describe('the demo provider', () => {
  let proxy: TestProxy;
  before(async () => {
    proxy = await startTestProxy({
      settings: {
        scenarios: {
          default: { models: ['demo/busy', 'demo/hello'] },
          locked: { models: ['demo-locked/hello'] },
        },
      },
    });
  });
  after(() => proxy.close());

  it('answers without a key or a network, after a fallback, and says what it is', async () => {
    for (const stream of [true, false]) {
      const response = await proxy.post(bodyOf(stream));
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('x-switchyard-target'), 'demo/hello');
      assert.match(await response.text(), /demo model of Switchyard/);
    }
  });

  it('shows the auth stop and its cure', async () => {
    const locked = { ...bodyOf(true), model: 'scenario:locked' };
    const kinds = async () => {
      assert.equal((await proxy.post(locked)).status, 424);
      return proxy.notices.at(-1)?.kind;
    };
    assert.equal(await kinds(), 'missingKey');
    proxy.configure({ keys: { 'demo-locked': 'wrong' } });
    assert.equal(await kinds(), 'keyRejected');
    assert.equal(proxy.notices.at(-1)?.credential, 'demo-locked');
    assert.equal((await proxy.proxy.checkKey('demo-locked', 'wrong')).outcome, 'rejected');
    assert.equal((await proxy.proxy.checkKey('demo-locked', 'open-sesame')).outcome, 'accepted');
    proxy.configure({ keys: { 'demo-locked': 'open-sesame' } });
    assert.equal((await proxy.post(locked)).status, 200);
  });
});
