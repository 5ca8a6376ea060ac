// A provider with several keys: which of them is used, and what is remembered of each.
import assert from 'node:assert/strict';
import { render } from '../../../src/proxy/phrase';
import type { ApiKeys, ProxySettings } from '../../../src/proxy/types';
import { parseJson, stringAt } from '../../../src/proxy/wire/json';
import { createFakeClock } from '../../support/fakeClock';
import { openaiChatCompletion } from '../../support/openaiChatAnswers';
import {
  type Answer,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, type TestProxyOptions } from '../../support/testProxy';
import { OPENCODE_CONSOLE_ERRORS } from '../../support/upstreamErrors';

const keys = { home: 'sk-home-0123456789abcdef', work: 'sk-work-0123456789abcdef' };
type Slot = keyof typeof keys;

const rejected = OPENCODE_CONSOLE_ERRORS.invalidKey;
const exhausted = OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours;
const rateLimited = {
  status: 429,
  headers: { 'retry-after': '30' },
  body: { error: { type: 'rate_limit_error', message: 'Rate limit exceeded' } },
};
const overloaded = {
  status: 529,
  body: { error: { type: 'overloaded_error', message: 'Overloaded' } },
};
const hello = openaiChatCompletion({ text: 'hello' });

describe('a provider with several keys', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  /** What the provider answers to each key; `hello` to whom nothing is set. */
  let answers: Partial<Record<Slot | 'none', Answer>>;

  beforeEach(async () => {
    answers = {};
    upstream = await startScriptedUpstream(({ headers, method }) => {
      if (method === 'GET') return { status: 404 };
      const slot = slotOf(headers.authorization);
      return answers[slot] ?? hello;
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  async function start(
    options: TestProxyOptions = {},
    settings: Partial<ProxySettings> = {},
  ): Promise<void> {
    proxy = await startTestProxy({
      keys,
      ...options,
      settings: {
        providers: {
          'opencode-go': { baseUrl: upstream.url, credential: ['home', 'work'] },
          elsewhere: { baseUrl: `${upstream.url}/elsewhere`, credential: 'none' },
        },
        scenarios: { default: { models: ['opencode-go/glm-5.3', 'elsewhere/other'] } },
        ...settings,
      },
    });
  }

  const ask = () =>
    proxy.post({
      model: 'claude-opus-5-5',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'hi' }],
    });
  const told = async (response: Response) =>
    stringAt(valueAt(parseJson(await response.text()), 'error'), 'message') ?? '';
  /** Each call as `slot model`. */
  const calls = () =>
    upstream.requests
      .filter(({ method }) => method === 'POST')
      .map(
        ({ headers, body }) => `${slotOf(headers.authorization)} ${String(valueAt(body, 'model'))}`,
      );
  const keyStates = () =>
    Object.fromEntries(
      proxy.reports.at(-1)?.credentials.map(({ credential, state }) => [credential, state]) ?? [],
    );

  const stateOf = (model: string) =>
    proxy.reports.at(-1)?.targets.find(({ name }) => name === model)?.state;

  it('uses the keys in the order of the settings', async () => {
    await start();
    await ask();
    await ask();
    assert.deepEqual(calls(), ['home glm-5.3', 'home glm-5.3']);
  });

  it('does not use a slot without a key', async () => {
    await start({ keys: { work: keys.work } });
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls(), ['work glm-5.3']);
    assert.equal(proxy.notices.length, 0);
  });

  it('misses a key only when no slot has one', async () => {
    await start({ keys: {} });
    const response = await ask();
    assert.equal(response.status, 424);
    assert.match(await told(response), /^OpenCode has no API key yet\./);
    assert.deepEqual(calls(), []);
    assert.deepEqual(
      proxy.notices.map(({ kind, credential }) => [kind, credential]),
      [['missingKey', 'home']],
    );
  });

  it('leaves a rejected key for the next one, names it once, and does not try it again', async () => {
    await start();
    answers = { home: rejected };
    assert.equal((await ask()).status, 200);
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3', 'work glm-5.3']);
    assert.deepEqual(
      proxy.notices.map(({ message, credential }) => [render(message), credential]),
      [['OpenCode rejected the API key “home”.', 'home']],
    );
  });

  it('stops when the last of the keys is rejected, and tells of each', async () => {
    await start();
    answers = { home: rejected, work: rejected };
    const first = await ask();
    assert.equal(first.status, 424);
    assert.equal(
      await told(first),
      'OpenCode rejected the API key “home”. Run “Switchyard: Set API Key” in VS Code. Tried: opencode-go/glm-5.3#home: API key rejected; opencode-go/glm-5.3#work: API key rejected.',
    );
    assert.equal((await ask()).status, 424);
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3']);
    assert.deepEqual(
      proxy.notices.map(({ credential }) => credential),
      ['home', 'work'],
    );
  });

  it('goes on to other providers behind the last rejected key if it is to', async () => {
    await start({}, { onAuthError: 'tryOtherCredentials' });
    answers = { home: rejected, work: rejected };
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3', 'none other']);
  });

  for (const [one, other] of [
    ['home', 'work'],
    ['work', 'home'],
  ] as const) {
    it(`does not stop while a good key is only used up: “${one}” rejected, “${other}” exhausted`, async () => {
      await start();
      answers = { [one]: rejected, [other]: exhausted };
      assert.equal((await ask()).status, 200);
      assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3', 'none other']);
      assert.deepEqual(proxy.notices.map(({ kind }) => kind).sort(), ['keyRejected', 'planLimit']);
    });
  }

  it('works with a new key for one slot at once, and remembers what it knows of the other', async () => {
    await start();
    answers = { home: rejected, work: exhausted };
    await ask();
    answers = { work: exhausted };
    const renewed: ApiKeys = { ...keys, home: 'sk-home-renewed-0123456789' };
    proxy.configure({ keys: renewed });
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls().slice(3), ['home glm-5.3']);
    answers = { home: rateLimited };
    await ask();
    assert.deepEqual(calls().slice(4), ['home glm-5.3', 'none other']);
  });

  it('keeps a plan limit to the key that reached it', async () => {
    await start();
    answers = { home: exhausted };
    await ask();
    await ask();
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3', 'work glm-5.3']);
    assert.match(
      render(proxy.notices[0]?.message ?? ''),
      /^The 5-hour usage limit of OpenCode Go \(API key “home”\) is reached\./,
    );
    assert.match(proxy.logs.join('\n'), /resting plan opencode-go#home for \d+ s after planLimit/);
  });

  it('lets the limits and rejections of each key outlive a reload, also when the slots change', async () => {
    await start();
    answers = { home: exhausted, work: rejected };
    await ask();
    const rests = JSON.parse(JSON.stringify(proxy.rests.at(-1)));
    await proxy.close();
    assert.doesNotMatch(JSON.stringify(rests), /sk-/);
    await start({ rests });
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls().slice(3), ['none other']);
    assert.equal(proxy.notices.length, 0);
    await proxy.close();
    // The same keys in other slots, one of them in a slot of its own.
    await start(
      { rests, keys: { office: keys.work, house: keys.home } },
      {
        providers: {
          'opencode-go': { baseUrl: upstream.url, credential: ['office', 'house'] },
          elsewhere: { baseUrl: `${upstream.url}/elsewhere`, credential: 'none' },
        },
      },
    );
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls().slice(4), ['none other']);
  });

  it('asks with the next key where the rate of one is limited, and lets only that one rest', async () => {
    const clock = createFakeClock();
    await start({ clock });
    answers = { home: rateLimited };
    await ask();
    await ask();
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3', 'work glm-5.3']);
    assert.match(
      proxy.logs.join('\n'),
      /resting target opencode-go\/glm-5\.3#home for 30 s after rateLimited; using opencode-go\/glm-5\.3#work/,
    );
    clock.advance(31_000);
    answers = {};
    await ask();
    assert.deepEqual(calls().slice(3), ['home glm-5.3']);
  });

  it('does not ask an overloaded model again with another key', async () => {
    await start();
    answers = { home: overloaded, work: overloaded };
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls(), ['home glm-5.3', 'none other']);
  });

  it('lets an overloaded model rest for all keys', async () => {
    await start();
    answers = { home: overloaded };
    for (let time = 0; time < 3; time += 1) await ask();
    await ask();
    assert.deepEqual(calls().slice(6), ['none other']);
    assert.match(proxy.logs.join('\n'), /resting target opencode-go\/glm-5\.3 for/);
  });

  it('asks for a model that one account does not have with the key of the other', async () => {
    await start();
    answers = { home: OPENCODE_CONSOLE_ERRORS.modelDisabled };
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3']);
  });

  it('does not blame a key that has not served yet for a 401 that says nothing', async () => {
    await start();
    await ask();
    const silent = { status: 401, body: '' };
    answers = { home: silent, work: silent };
    assert.equal((await ask()).status, 200);
    assert.deepEqual(calls().slice(1), ['home glm-5.3', 'none other']);
    assert.equal(proxy.notices.length, 0);
  });

  it('keeps the repetition of a model in a chain', async () => {
    await start({}, { scenarios: { default: { models: twice } } });
    answers = { home: overloaded };
    await ask();
    assert.deepEqual(calls(), ['home glm-5.3', 'home glm-5.3']);
  });
  const twice = ['opencode-go/glm-5.3', 'opencode-go/glm-5.3'];

  it('shares a key and its rejection between providers, but not a plan', async () => {
    await start(
      {},
      {
        providers: {
          'opencode-go': { baseUrl: upstream.url, credential: ['home', 'work'] },
          'opencode-zen': { baseUrl: `${upstream.url}/zen`, credential: 'home' },
        },
        scenarios: { default: { models: ['opencode-go/glm-5.3', 'opencode-zen/kimi-k3'] } },
      },
    );
    answers = { home: exhausted, work: exhausted };
    assert.equal((await ask()).status, 429);
    assert.deepEqual(calls(), ['home glm-5.3', 'work glm-5.3', 'home kimi-k3']);
    answers = { home: rejected, work: exhausted };
    proxy.proxy.resetHealth();
    assert.equal((await ask()).status, 424);
    assert.deepEqual(calls().slice(3), ['home glm-5.3', 'work glm-5.3']);
  });

  it('names each key and its state in the report, and the model as serving while one is served', async () => {
    const clock = createFakeClock();
    await start({ clock });
    answers = { home: rejected };
    await ask();
    clock.advance(1_000);
    assert.deepEqual(keyStates(), { home: 'rejected', work: 'accepted' });
    const credentials = proxy.reports.at(-1)?.credentials ?? [];
    assert.ok(credentials.every(({ isOneOfSeveral }) => isOneOfSeveral === true));
    assert.equal(stateOf('opencode-go/glm-5.3'), 'serving');
    answers = { home: rejected, work: exhausted };
    await ask();
    clock.advance(1_000);
    assert.equal(stateOf('opencode-go/glm-5.3'), 'resting');
  });

  it('reports each scope that rests by its name, with its end and why', async () => {
    const clock = createFakeClock();
    await start({ clock });
    answers = { home: rejected, work: exhausted };
    await ask();
    clock.advance(1_000);
    const rests = proxy.reports.at(-1)?.rests ?? [];
    assert.deepEqual(
      rests.map(({ scope, name, isProbed }) => [scope, name, isProbed]),
      [
        ['credential', 'home', false],
        ['plan', 'opencode-go#work', false],
      ],
    );
    assert.ok(rests.every(({ untilAt = 0 }) => untilAt > clock.now()));
    assert.ok(rests.every(({ words = '' }) => words !== ''));
    proxy.proxy.resetHealth();
    clock.advance(1_000);
    assert.equal(proxy.reports.at(-1)?.rests, undefined);
  });
});

function slotOf(authorization: string | undefined): Slot | 'none' {
  if (authorization?.includes('sk-home') === true) return 'home';
  return authorization?.includes('sk-work') === true ? 'work' : 'none';
}
