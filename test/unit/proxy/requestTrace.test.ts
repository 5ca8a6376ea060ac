import assert from 'node:assert/strict';
import { type RequestTrace, servingAttempt } from '../../../src/proxy/requestTrace';
import { createTraceRecorder } from '../../../src/proxy/traceRecorder';
import { anthropicMessage, anthropicSse } from '../../support/anthropicAnswers';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { inEnglish } from '../../support/inEnglish';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';
import { servedTrace } from '../../support/traces';

const prompt = 'a prompt that no trace may hold';
const answerText = 'an answer that no trace may hold';
const key = 'sk-test-0123456789abcdefghij';
const chain = ['up/first', 'up/second'];

describe('the trace of a request', () => {
  let clock: FakeClock;
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    clock = createFakeClock();
    upstream = await startScriptedUpstream();
    const up = {
      baseUrl: upstream.url,
      wireFormat: 'anthropic-messages',
      credential: 'up',
    } as const;
    proxy = await startTestProxy({
      clock,
      keys: { up: key, opencode: key },
      settings: {
        providers: { up, 'opencode-go': { baseUrl: upstream.url } },
        scenarios: {
          default: { models: chain },
          background: { models: ['opencode-go/qwen3.8-flash'] },
        },
      },
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  function bodyOf(more: object = {}): object {
    const messages = [{ role: 'user', content: prompt }];
    return { model: 'claude-opus-5-5', max_tokens: 100, stream: true, messages, ...more };
  }

  async function ask(more?: object, headers?: Record<string, string>): Promise<RequestTrace> {
    const ended = proxy.nextEnded();
    const response = await proxy.post(bodyOf(more), headers === undefined ? {} : { headers });
    await response.text().catch(() => '');
    return ended;
  }

  it('tells facts, route, the failed attempt and the one that served, with its tokens', async () => {
    upstream.answer({ status: 529, body: {} }, () => {
      clock.advance(1_000);
      return { sse: anthropicSse([{ type: 'text', text: answerText }], { inputTokens: 30 }) };
    });
    const trace = await ask();
    const startedAt = clock.now() - 1_000;
    assert.equal(trace.outcome, 'served');
    assert.equal(trace.status, 200);
    assert.equal(trace.startedAt, startedAt);
    assert.equal(trace.endedAt, clock.now());
    assert.equal(trace.facts.requestedModel, 'claude-opus-5-5');
    assert.equal(trace.scenario, 'default');
    assert.deepEqual(trace.chain, chain);
    assert.equal(trace.usage?.inputTokens, 30);
    assert.equal(trace.stopReason, 'end_turn');
    assert.equal(trace.cost, undefined);
    const wireFormat = 'anthropic-messages';
    assert.deepEqual(inEnglish(trace.attempts), [
      {
        target: 'up/first',
        wireFormat,
        origin: 'attempted',
        startedAt,
        endedAt: startedAt,
        failure: { kind: 'overloaded', words: 'overloaded (529)', upstreamStatus: 529 },
      },
      {
        target: 'up/second',
        wireFormat,
        origin: 'attempted',
        startedAt,
        firstContentAt: clock.now(),
        firstTextAt: clock.now(),
        endedAt: clock.now(),
      },
    ]);
    assert.equal(servingAttempt(trace)?.target, 'up/second');
  });

  it('tells the first text apart from the thinking before it', async () => {
    const sse = anthropicSse([
      { type: 'thinking', thinking: 'hm hm', signature: 's' },
      { type: 'text', text: answerText },
    ]);
    const textAt = sse.findIndex((event) => event.includes('text_delta'));
    upstream.answer({ sse: sse.slice(0, textAt), thenHang: true });
    const left = new AbortController();
    const ended = proxy.nextEnded();
    const response = await proxy.post(bodyOf(), { signal: left.signal });
    await response.body?.getReader().read();
    left.abort();
    const trace = await ended;
    assert.equal(trace.attempts[0]?.firstContentAt, clock.now());
    assert.equal(trace.attempts[0]?.firstTextAt, undefined);
  });

  it('tells no first content of an answer that came whole', async () => {
    upstream.answer(anthropicMessage([{ type: 'text', text: answerText }]));
    const trace = await ask({ stream: false });
    assert.equal(trace.outcome, 'served');
    assert.equal(trace.attempts[0]?.firstContentAt, undefined);
    assert.equal(trace.attempts[0]?.endedAt, clock.now());
    assert.ok((trace.usage?.outputTokens ?? 0) > 0);
  });

  it('tells why nothing served, and what the client was told', async () => {
    upstream.answerAlways({ status: 401, body: { error: { message: 'invalid x-api-key' } } });
    const trace = await ask();
    assert.equal(trace.outcome, 'failed');
    assert.equal(trace.status, 424);
    assert.equal(trace.failure?.kind, 'keyRejected');
    assert.deepEqual(
      trace.attempts.map(({ target, origin }) => [target, origin]),
      [['up/first', 'attempted']],
    );
  });

  it('tells of a target that memory kept from being asked, as no time at all', async () => {
    upstream.answerAlways({ status: 401, body: { error: { message: 'invalid x-api-key' } } });
    await ask();
    const trace = await ask();
    assert.equal(upstream.requests.length, 1);
    assert.equal(trace.attempts.length, 1);
    assert.equal(trace.attempts[0]?.origin, 'remembered');
    assert.equal(trace.attempts[0]?.startedAt, trace.attempts[0]?.endedAt);
  });

  it('tells of an answer that broke off', async () => {
    const sse = anthropicSse([{ type: 'text', text: answerText }]);
    upstream.answer({ sse: sse.slice(0, 4), thenReset: true });
    const trace = await ask();
    assert.equal(trace.outcome, 'brokeOff');
    assert.equal(trace.failure?.kind, 'brokenStream');
    assert.equal(trace.attempts[0]?.failure?.kind, 'brokenStream');
    assert.equal(trace.attempts[0]?.firstContentAt, clock.now());
    assert.equal(servingAttempt(trace)?.target, 'up/first');
  });

  it('tells of a client that left, before an answer and in the middle of one', async () => {
    for (const answer of [
      { silent: true },
      { sse: anthropicSse([{ type: 'text', text: answerText }]).slice(0, 4), thenHang: true },
    ] as const) {
      upstream.answer(answer);
      const left = new AbortController();
      const ended = proxy.nextEnded();
      const asked = upstream.requests.length + 1;
      const response = proxy.post(bodyOf(), { signal: left.signal });
      await upstream.waitForRequests(asked);
      if ('sse' in answer) await (await response).body?.getReader().read();
      left.abort();
      await response.catch(() => undefined);
      const trace = await ended;
      assert.equal(trace.outcome, 'cancelled');
      assert.equal(trace.status, undefined);
    }
  });

  it('tells of a chain that has no model to ask, and of a request that needs none', async () => {
    proxy.configure({ settings: { scenarios: { default: { models: ['nobody/model'] } } } });
    const refused = await ask();
    assert.equal(refused.outcome, 'failed');
    assert.equal(refused.status, 400);
    assert.deepEqual(
      refused.skipped.map(({ name }) => name),
      ['nobody/model'],
    );
    proxy.configure({ settings: { scenarios: { default: { models: chain } } } });
    assert.equal((await ask({ max_tokens: 0 })).outcome, 'answeredHere');
  });

  it('names the key of each attempt where the provider has several, and a conversation that moves', async () => {
    const up = { baseUrl: upstream.url, wireFormat: 'anthropic-messages' } as const;
    proxy.configure({
      keys: { one: 'sk-one-0123456789', two: 'sk-two-0123456789' },
      settings: { providers: { up: { ...up, credential: ['one', 'two'] } } },
    });
    const messages = [
      { role: 'user', content: prompt },
      { role: 'assistant', content: answerText },
      { role: 'user', content: prompt },
    ];
    upstream.answerAlways({ sse: anthropicSse([{ type: 'text', text: answerText }]) });
    await ask({ messages });
    upstream.answer({ status: 429, headers: { 'retry-after': '60' }, body: {} });
    const trace = await ask({ messages });
    assert.deepEqual(
      trace.attempts.map(({ target, credential }) => [target, credential]),
      [
        ['up/first', 'one'],
        ['up/first', 'two'],
      ],
    );
    assert.deepEqual(inEnglish(trace.moved), {
      from: 'up/first#one',
      to: 'up/first#two',
      why: 'rate limited (429)',
    });
  });

  it('is told at most once per interval while the request runs, and at once when it ends', async () => {
    upstream.answer({ silent: true });
    const left = new AbortController();
    const ended = proxy.nextEnded();
    const response = proxy.post(bodyOf(), { signal: left.signal });
    await upstream.waitForRequests(1);
    assert.equal(proxy.traces.length, 0);
    clock.advance(10_000);
    assert.equal(proxy.traces.length, 1);
    assert.equal(proxy.traces[0]?.outcome, undefined);
    assert.equal(proxy.traces[0]?.attempts.length, 1);
    left.abort();
    await response.catch(() => undefined);
    await ended;
    assert.equal(proxy.traces.length, 2);
  });

  it('prices background work, and says what the default chain would have cost', async () => {
    proxy.configure({
      settings: {
        scenarios: {
          default: { models: ['opencode-go/qwen3.8-max'] },
          background: { models: ['opencode-go/qwen3.8-flash'] },
        },
      },
    });
    const content = [{ type: 'text', text: answerText }] as const;
    const options = { inputTokens: 1_000, outputTokens: 100, cacheReadInputTokens: 1_000 };
    upstream.answerAlways({ sse: anthropicSse(content, options) });
    const trace = await ask({}, { 'x-claude-code-request-class': 'auxiliary' });
    assert.equal(trace.scenario, 'background');
    assert.equal(trace.cost?.toFixed(9), '0.000213000');
    assert.equal(trace.costWithoutCache?.toFixed(9), '0.000347000');
    assert.equal(trace.costOnDefault?.toFixed(9), '0.002850000');
    const other = await ask();
    assert.equal(other.scenario, 'default');
    assert.equal(other.costOnDefault, undefined);
  });

  it('holds no content, no key, and of the client’s own words a short clean piece', async () => {
    upstream.answer({ status: 500, body: { error: { message: `${prompt} ${key}` } } });
    upstream.answerAlways({ sse: anthropicSse([{ type: 'text', text: answerText }]) });
    const model = `\u001b[31m${key}\n${'x'.repeat(5_000)}`;
    const session = 'a-session-of-the-client';
    const trace = await ask({ model }, { 'x-claude-code-session-id': session });
    const text = JSON.stringify(proxy.traces);
    for (const secret of [prompt, answerText, key, testTokenStart, session, '\\u001b']) {
      assert.ok(!text.includes(secret), secret);
    }
    assert.ok(trace.facts.requestedModel.length <= 160);
    assert.match(trace.facts.sessionId, /^[0-9a-f]{8}$/);
  });
});

describe('the recorder of a trace', () => {
  it('tells that a request is over after a bug of ours, and nothing more once it was told', () => {
    const told: RequestTrace[] = [];
    const clock = createFakeClock();
    const recorder = createTraceRecorder('3f2a', {
      clock,
      publish: (trace) => told.push(trace),
      clean: (text) => text,
      defaultFacts: () => undefined,
    });
    const { facts, scenario, reason, considered } = servedTrace;
    const nothing = { targets: [], skipped: [], lackingServerTools: [] };
    recorder.routed(facts, { scenario, reason, considered, ...nothing });
    recorder.closed();
    recorder.closed();
    clock.advance(1_000);
    assert.deepEqual(
      told.map(({ outcome, status }) => [outcome, status]),
      [['failed', 500]],
    );
    assert.equal(clock.pending(), 0);
  });
});

const testTokenStart = 'test-access-token';
