import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import type { Clock } from '../../../src/proxy/clock';
import { wireFormats } from '../../../src/proxy/types';
import { anthropicErrorEvent, anthropicSse } from '../../support/anthropicAnswers';
import { createFakeClock } from '../../support/fakeClock';
import { openaiChatCompletion } from '../../support/openaiChatAnswers';
import { deferred } from '../../support/processes';
import {
  type Answer,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../../support/testProxy';
import { OPENCODE_CONSOLE_ERRORS } from '../../support/upstreamErrors';
import { dialects } from './wire/chatClientDialects';

const key = 'sk-test-0123456789abcdefghij';
const text = 'Here is what I found.';

describe('POST /v1/chat/completions', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  let sdk: OpenAI;
  /** Requests that the SDK made, its own retries included. */
  let sent: number;

  async function start(models: readonly string[], clock?: Clock): Promise<void> {
    const providers = Object.fromEntries(
      wireFormats.map((wireFormat) => [
        wireFormat,
        { baseUrl: `${upstream.url}/${wireFormat}`, credential: 'own', wireFormat },
      ]),
    );
    proxy = await startTestProxy({
      keys: { own: key, opencode: key },
      ...(clock === undefined ? {} : { clock }),
      settings: {
        providers: { ...providers, 'opencode-go': { baseUrl: upstream.url } },
        scenarios: { default: { models } },
      },
    });
    sent = 0;
    sdk = new OpenAI({
      apiKey: testToken,
      baseURL: `${proxy.url}/v1`,
      fetch(input, init) {
        sent += 1;
        return fetch(input, init);
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

  const ask = {
    model: 'gpt-6',
    messages: [{ role: 'user' as const, content: 'What is in /a?' }],
  };

  for (const isStream of [true, false]) {
    const kind = isStream ? 'streaming' : 'whole';

    it(`${kind}: a rejected key costs one request, one upstream call, and gives our sentence in OpenAI's shape`, async () => {
      await start(['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code']);
      upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
      // The SDK's own retries are on: 424 is not among what it retries.
      const error = await failureOf(sdk.chat.completions.create({ ...ask, stream: isStream }));
      assert.equal(error.status, 424);
      assert.equal(error.type, 'authentication_error');
      assert.equal(error.code, 'invalid_api_key');
      assert.match(
        error.message,
        /OpenCode rejected the API key\. Run “Switchyard: Set API Key” in VS Code\./,
      );
      assert.equal(upstream.requests.length, 1);
      assert.equal(sent, 1);
      await failureOf(sdk.chat.completions.create({ ...ask, stream: isStream }));
      assert.equal(upstream.requests.length, 1);
    });

    it(`${kind}: a plan's limit is a 402, at which no agent tries again`, async () => {
      await start(['opencode-go/glm-5.3']);
      upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours);
      const error = await failureOf(sdk.chat.completions.create({ ...ask, stream: isStream }));
      assert.equal(error.status, 402);
      assert.match(error.message, /OpenCode Go/);
      assert.equal(upstream.requests.length, 1);
    });

    it(`${kind}: the chain goes on to the next model when the first is overloaded`, async () => {
      await start(['openai-chat/one', 'anthropic-messages/two']);
      upstream.answer({ status: 529, body: {} });
      const { stream, whole } = dialects['anthropic-messages'];
      upstream.answerAlways((isStream ? stream : whole)({ text: 'from the second' }));
      const response = await post({ ...ask, stream: isStream });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('x-switchyard-target'), 'anthropic-messages/two');
      assert.match(await response.text(), /from the/);
      assert.deepEqual(
        upstream.requests.map(({ path }) => path),
        ['/openai-chat/chat/completions', '/anthropic-messages/messages'],
      );
    });
  }

  it('ends a stream that breaks off with an error that the SDK throws, and without [DONE]', async () => {
    await start(['anthropic-messages/the-model']);
    const events = anthropicSse([{ type: 'text', text }]);
    upstream.answerAlways({
      sse: [...events.slice(0, 3), anthropicErrorEvent('overloaded_error', 'Overloaded')],
    });
    const body = await (await post({ ...ask, stream: true })).text();
    assert.match(body, /data: \{"error":\{"message":"[^"]+","type":"server_error".*\}\}\n\n$/);
    assert.doesNotMatch(body, /\[DONE\]/);
    const stream = await sdk.chat.completions.create({ ...ask, stream: true });
    await assert.rejects(async () => {
      for await (const _chunk of stream);
    }, OpenAI.APIError);
  });

  it('serves the path without /v1 too', async () => {
    await start(['openai-chat/the-model']);
    upstream.answerAlways(openaiChatCompletion({ text: 'Hello' }));
    const response = await post(ask, '/chat/completions');
    assert.equal(valueAt(await response.json(), 'choices', 0, 'message', 'content'), 'Hello');
  });

  it('refuses a request that it cannot read in the shape of OpenAI, without any call', async () => {
    await start(['openai-chat/the-model']);
    const error = await failureOf(sdk.chat.completions.create({ ...ask, n: 3 }));
    assert.equal(error.status, 400);
    assert.equal(error.type, 'invalid_request_error');
    assert.match(error.message, /n: Switchyard gives one answer per request/);
    assert.equal(upstream.requests.length, 0);
  });

  it('refuses a wrong access token in the shape of OpenAI', async () => {
    await start(['openai-chat/the-model']);
    const stranger = new OpenAI({ apiKey: 'wrong', baseURL: `${proxy.url}/v1`, maxRetries: 0 });
    const error = await failureOf(stranger.chat.completions.create(ask));
    assert.equal(error.type, 'authentication_error');
    assert.equal(upstream.requests.length, 0);
  });

  it('tells in the code of the error that the context is full, so that agents compact', async () => {
    await start(['opencode-go/glm-5.3']);
    const message = 'prompt is too long: 300000 tokens > 262144 maximum';
    upstream.answerAlways({
      status: 400,
      body: { error: { message, type: 'invalid_request_error' } },
    });
    const error = await failureOf(sdk.chat.completions.create(ask));
    assert.equal(error.code, 'context_length_exceeded');
  });

  it('lets an Anthropic upstream have the limit that it needs where the client names none', async () => {
    await start(['anthropic-messages/the-model', 'openai-chat/the-model']);
    upstream.answer({ status: 529, body: {} });
    upstream.answerAlways(openaiChatCompletion({ text: 'Hello' }));
    await (await post(ask)).text();
    const [first, second] = upstream.requests;
    assert.equal(valueAt(first?.body, 'max_tokens'), 32_000);
    assert.equal(valueAt(second?.body, 'max_tokens'), undefined);
  });

  it('keeps inside the temperatures that an Anthropic upstream takes', async () => {
    await start(['anthropic-messages/the-model', 'openai-chat/the-model']);
    upstream.answer({ status: 529, body: {} });
    upstream.answerAlways(openaiChatCompletion({ text: 'Hello' }));
    await (await post({ ...ask, temperature: 1.5 })).text();
    const temperatures = upstream.requests.map(({ body }) => valueAt(body, 'temperature'));
    assert.deepEqual(temperatures, [1, 1.5]);
  });

  it('counts the title that opencode asks for among the small tasks', async () => {
    await start(['openai-chat/the-model']);
    upstream.answerAlways(openaiChatCompletion({ text: 'A title' }));
    proxy.configure({
      settings: {
        scenarios: {
          small: {
            when: { requestClass: ['auxiliary'] },
            models: ['openai-chat/small'],
            priority: 99,
          },
          default: { models: ['openai-chat/the-model'] },
        },
      },
    });
    for (const [name, model] of [
      ['opencode-title', 'small'],
      ['opencode-first', 'the-model'],
    ]) {
      const file = join(__dirname, `../../fixtures/requests/chat/${name}.json`);
      await (await post({ ...JSON.parse(readFileSync(file, 'utf8')).body, stream: false })).text();
      assert.equal(valueAt(upstream.requests.at(-1)?.body, 'model'), model);
    }
  });

  it('keeps the client of a slow answer waiting with comments, and tells it of a failure in the stream', async () => {
    const clock = createFakeClock();
    await start(['opencode-go/glm-5.3'], clock);
    const answered = deferred<Answer>();
    upstream.answerAlways(() => answered.promise);
    const responding = post({ ...ask, stream: true });
    await upstream.waitForRequests(1);
    clock.advance(15_000);
    const response = await responding;
    assert.equal(response.status, 200);
    answered.resolve(OPENCODE_CONSOLE_ERRORS.invalidKey);
    const [ping, frame, ...rest] = (await response.text()).split('\n\n');
    assert.equal(ping, ': ping');
    const { error } = JSON.parse(frame?.replace('data: ', '') ?? '');
    assert.match(error.message, /^OpenCode rejected the API key\. Run “Switchyard: Set API Key”/);
    assert.deepEqual(rest, ['']);
  });

  function post(body: object, path = '/v1/chat/completions'): Promise<Response> {
    return proxy.post(body, { path });
  }
});

interface SdkFailure {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly code: string | null | undefined;
  readonly message: string;
}

async function failureOf(call: Promise<unknown>): Promise<SdkFailure> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    const { status, type, code, message } = error;
    return { status, type, code, message };
  }
  return assert.fail('the SDK did not throw');
}
