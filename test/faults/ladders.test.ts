import assert from 'node:assert/strict';
import { anthropicMessage, anthropicSse, anthropicText } from '../support/anthropicAnswers';
import { createFakeClock, type FakeClock } from '../support/fakeClock';
import { askAsClaude, type Try } from '../support/faultsClaude';
import {
  type Answer,
  type AnswerFunction,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../support/testProxy';
import { OPENCODE_CONSOLE_ERRORS } from '../support/upstreamErrors';

const beginning = anthropicSse([{ type: 'text', text: 'half of it' }]).slice(0, 4);

/** A whole answer in the form that was asked for. */
const healthy: AnswerFunction = (request) =>
  valueAt(request.body, 'stream') === true
    ? anthropicText('done')
    : anthropicMessage([{ type: 'text', text: 'done' }]);

describe("what Claude Code's repeats cost the upstream", () => {
  let clock: FakeClock;
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  async function start(models: readonly string[]): Promise<void> {
    proxy = await startTestProxy({
      clock,
      keys: { opencode: 'sk-ladder-0123456789abcdef', other: 'sk-other-0123456789abcdef' },
      settings: {
        providers: {
          'opencode-go': {
            baseUrl: upstream.url,
            wireFormat: 'anthropic-messages',
          },
          other: { baseUrl: `${upstream.url}/other`, wireFormat: 'anthropic-messages' },
        },
        scenarios: { default: { models } },
      },
    });
  }

  beforeEach(async () => {
    clock = createFakeClock();
    upstream = await startScriptedUpstream();
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  const one = ['opencode-go/quartz-1'];
  const three = [...one, 'opencode-go/basalt-1', 'other/cobalt-1'];

  function ask(during?: (tryIndex: number) => Promise<void>): Promise<readonly Try[]> {
    return askAsClaude({ proxy, clock, ...(during === undefined ? {} : { during }) });
  }

  function posts(): number {
    return upstream.requests.filter(({ method }) => method === 'POST').length;
  }

  const troubles: Readonly<Record<string, Answer>> = {
    'status 529': { status: 529, body: {} },
    'status 500': { status: 500, body: 'oops' },
    'status 503': { status: 503, body: {} },
    'a reset connection': { reset: true },
    'an empty stream': { sse: [] },
  };
  for (const [what, answer] of Object.entries(troubles)) {
    for (const models of [one, three]) {
      it(`asks each of ${models.length} models seven times, not eleven, on ${what}`, async () => {
        await start(models);
        upstream.answerAlways(answer);
        const tries = await ask();
        // Three failures open the breaker for 33 s; each probe behind a rest doubles it. The client waits for at most 59 s
        // between its tries, for eleven minutes in all, and comes through as soon as a model is back.
        assert.equal(tries.length, 11);
        assert.equal(posts(), 7 * models.length);
        assert.ok(tries.every(({ status }) => status === 529 || status === 502));
      });
    }
  }

  it('serves the very next try once the upstream is back and the rest is over', async () => {
    await start(one);
    for (let index = 0; index < 3; index += 1) upstream.answer({ status: 529, body: {} });
    upstream.answerAlways(healthy);
    const tries = await ask();
    // The third is told how long the rest is, and the fourth comes right behind it.
    assert.deepEqual(
      tries.map(({ status }) => status),
      [529, 529, 529, 200],
    );
    assert.equal(posts(), 4);
  });

  it('asks a model that limits its rate only after the rest it was told', async () => {
    await start(one);
    upstream.answerAlways({ status: 429, headers: { 'retry-after': '20' }, body: {} });
    const tries = await ask();
    assert.equal(tries.length, 11);
    // The client is told the same 20 s, so that every try comes when it may.
    assert.equal(posts(), 11);
    const waited = clock.now() - Date.UTC(2026, 10, 22, 12);
    assert.ok(waited >= 200_000, `${waited} ms`);
  });

  const finalAnswers: Readonly<Record<string, Answer>> = {
    'a rejected key': OPENCODE_CONSOLE_ERRORS.invalidKey,
    'a blocked account': OPENCODE_CONSOLE_ERRORS.accountBlocked,
    'an empty balance': OPENCODE_CONSOLE_ERRORS.insufficientBalance,
    'a usage limit': OPENCODE_CONSOLE_ERRORS.goUsageLimitWeekly,
    'an unknown model': OPENCODE_CONSOLE_ERRORS.unknownModel,
  };
  for (const [what, answer] of Object.entries(finalAnswers)) {
    it(`ends after one try and one call on ${what}, and a second prompt costs nothing`, async () => {
      await start(one);
      upstream.answerAlways((request) =>
        request.method === 'GET' ? { status: 404, body: {} } : answer,
      );
      assert.equal((await ask()).length, 1);
      assert.equal((await ask()).length, 1);
      assert.equal(posts(), 1);
    });
  }

  for (const [what, ending] of [
    ['is reset', { thenReset: true as const }],
    ['just ends', {}],
  ] as const) {
    it(`costs two calls when a stream ${what} once: the repeat for the whole answer is served`, async () => {
      await start(three);
      upstream.answer({ sse: beginning, ...ending });
      upstream.answerAlways(healthy);
      const tries = await ask();
      assert.deepEqual(
        tries.map(({ isStream, status }) => [isStream, status]),
        [
          [true, 200],
          [false, 200],
        ],
      );
      assert.match(tries[1]?.body ?? '', /"done"/);
      assert.equal(posts(), 2);
    });
  }

  it('serves the repeat from the next model when the first breaks off every time', async () => {
    await start(three);
    upstream.answerAlways((request, index) =>
      valueAt(request.body, 'model') === 'quartz-1' ? { sse: beginning } : healthy(request, index),
    );
    for (let prompt = 0; prompt < 4; prompt += 1) {
      const tries = await ask();
      assert.match(tries.at(-1)?.body ?? '', /message_stop|"done"/);
    }
    const models = upstream.requests.map(({ body }) => valueAt(body, 'model'));
    // Two failures for each prompt: the second prompt's first is the third in a row, and then the model rests.
    assert.equal(models.filter((model) => model === 'quartz-1').length, 3);
    assert.equal(posts(), 3 + 4);
  });

  it('costs two calls when nothing comes: the head is out by then, and the repeat finds another model', async () => {
    await start(three);
    upstream.answer({ silent: true });
    upstream.answerAlways(healthy);
    const tries = await ask(async () => {
      await upstream.waitForRequests(1);
      clock.advance(120_000);
    });
    assert.equal(tries.length, 1);
    assert.match(tries[0]?.body ?? '', /^event: ping\n/);
    assert.match(tries[0]?.body ?? '', /message_stop/);
    assert.equal(posts(), 2);
  });

  it('asks two families of models, not all, for each of six reduced bodies after a 400', async () => {
    await start([...three, 'other/granite-1']);
    upstream.answerAlways({ status: 400, body: { error: { message: 'unknown field: thinking' } } });
    const tries = await ask();
    assert.equal(tries.length, 6);
    assert.equal(posts(), 12);
    assert.match(tries[5]?.body ?? '', /unknown field: thinking/);
  });

  it('serves the reduced body that an upstream accepts', async () => {
    await start(one);
    const refusal = { status: 400, body: { error: { message: 'unknown field: thinking' } } };
    upstream.answer(refusal, refusal);
    upstream.answerAlways(healthy);
    const tries = await ask();
    assert.deepEqual(
      tries.map(({ status }) => status),
      [400, 400, 200],
    );
    assert.equal(posts(), 3);
  });

  it('remembers a key that was rejected in the middle of a stream, so that the repeat costs nothing', async () => {
    await start(one);
    const error =
      'event: error\ndata: {"error":{"type":"AuthError","message":"Invalid API key."}}\n\n';
    upstream.answerAlways({ sse: [...beginning, error] });
    const tries = await ask();
    assert.deepEqual(
      tries.map(({ isStream, status }) => [isStream, status]),
      [
        [true, 200],
        [false, 424],
      ],
    );
    assert.equal(posts(), 1);
  });
});
