// Pitfalls of the chain, the errors and the clock, which no wire format has a part in.
import assert from 'node:assert/strict';
import { createServer, request as httpRequest } from 'node:http';
import { parseJson, stringAt } from '../../../../src/proxy/wire/json';
import { createFakeClock } from '../../../support/fakeClock';
import { openaiChatText } from '../../../support/openaiChatAnswers';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../../../support/testProxy';
import { OPENCODE_CONSOLE_ERRORS } from '../../../support/upstreamErrors';
import { fixtureBody } from '../wire/requests';
import { clientOver, question } from './clientOver';

const chain = ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code', 'plain/other'];

describe('the chain, the errors and the clock', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    proxy = await startTestProxy({
      settings: {
        providers: {
          'opencode-go': { baseUrl: upstream.url },
          plain: { baseUrl: `${upstream.url}/plain`, credential: 'none' },
        },
        scenarios: { default: { models: chain } },
      },
      keys: { opencode: 'sk-test-0123456789abcdef' },
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const ask = () => proxy.post({ ...question, stream: true });
  const asked = () => upstream.requests.map(({ body }) => valueAt(body, 'model'));

  it('pitfall 14: the body of a 401 decides whether the chain goes on or stops', async () => {
    upstream.answer(OPENCODE_CONSOLE_ERRORS.unknownModel, OPENCODE_CONSOLE_ERRORS.invalidKey);
    assert.equal((await ask()).status, 424);
    assert.deepEqual(asked(), ['glm-5.3', 'kimi-k2.7-code']);
  });

  it('pitfall 17: an exhausted credit is about the account, though its status is 400', async () => {
    const message = 'Your credit balance is too low to access the Anthropic API.';
    const body = { type: 'error', error: { type: 'invalid_request_error', message } };
    upstream.answer({ status: 400, body });
    upstream.answerAlways(openaiChatText('Hi'));
    assert.equal((await ask()).status, 200);
    assert.deepEqual(
      proxy.notices.map(({ kind }) => kind),
      ['accountUnfunded'],
    );
  });

  it('pitfall 18: a used up plan is skipped with all its models', async () => {
    upstream.answer(OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours);
    upstream.answerAlways(openaiChatText('Hi'));
    assert.equal((await ask()).status, 200);
    assert.deepEqual(asked(), ['glm-5.3', 'other']);
  });

  it('pitfall 19: no client sleeps for the hours until a plan is there again', async () => {
    const over = await clientOver('openai-chat', { chain: ['one/alpha'] });
    const headers = { 'retry-after': '14580' };
    const error = { type: 'rate_limit_error', message: 'Usage limit reached' };
    over.upstream.answerAlways({ status: 429, headers, body: { error } });
    const response = await over.ask();
    const isCapped = Number(response.headers.get('retry-after') ?? '0') <= 60;
    assert.ok(isCapped || response.headers.get('x-should-retry') === 'false');
    await over.close();
  });

  it('pitfall 21: who leaves takes the upstream’s request along, and no other model is asked', async () => {
    upstream.answerAlways({ silent: true });
    const leave = new AbortController();
    const pending = proxy.post({ ...question, stream: true }, { signal: leave.signal });
    await upstream.waitForRequests(1);
    leave.abort();
    await assert.rejects(pending);
    await upstream.requests[0]?.whenClosed;
    assert.deepEqual([upstream.requests[0]?.isAborted, upstream.requests.length], [true, 1]);
  });

  it('pitfall 23: a waiting client is pinged after 15 s', async () => {
    const clock = createFakeClock();
    const over = await clientOver('openai-chat', { clock });
    over.upstream.answerAlways({ silent: true });
    const pending = over.ask();
    await over.upstream.waitForRequests(1);
    clock.advance(15_000);
    const reader = (await pending).body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await reader?.read())?.value ?? '', /^event: ping\n/);
    await reader?.cancel();
    await over.close();
  });

  it('pitfall 25: idle connections live longer than Node’s five seconds, for the client', async () => {
    assert.equal(createServer().keepAliveTimeout, 5_000);
    const headers = { authorization: `Bearer ${testToken}`, connection: 'keep-alive' };
    const keepAlive = await new Promise((resolve, reject) => {
      const call = httpRequest(`${proxy.url}/v1/models`, { headers }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.headers['keep-alive']));
      });
      call.on('error', reject).end();
    });
    assert.equal(keepAlive, 'timeout=120');
  });

  it('pitfall 61: tokens are counted here, with system, tools and pictures', async () => {
    const count = async (body: object | string) => {
      const response = await proxy.post(body, { path: '/v1/messages/count_tokens' });
      return Number(valueAt(parseJson(await response.text()), 'input_tokens'));
    };
    const bare = await count(question);
    const tool = { name: 'Read', description: 'Reads a file', input_schema: { type: 'object' } };
    assert.ok((await count({ ...question, system: 'You are a careful agent.' })) > bare);
    assert.ok((await count({ ...question, tools: [tool] })) > bare);
    assert.ok((await count(fixtureBody('image-from-user'))) > bare);
    assert.equal(upstream.requests.length, 0);
  });

  it('pitfall 62: a refusal of the gateway is told in its own words, not as a bad key', async () => {
    upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.hostedInChina);
    const body = parseJson(await (await ask()).text());
    assert.notEqual(stringAt(valueAt(body, 'error'), 'type'), 'authentication_error');
  });
});
