// What affinity is for: an upstream with a prompt cache, a conversation of several turns, and a model that comes and goes.
import assert from 'node:assert/strict';
import { parseJson } from '../../../src/proxy/wire/json';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { openaiChatCompletion } from '../../support/openaiChatAnswers';
import { responsesWhole } from '../../support/openaiResponsesAnswers';
import { createPrefixCache } from '../../support/prefixCache';
import {
  type Answer,
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

const minuteMs = 60_000;
const cacheLifeMs = 60 * minuteMs;
const keys = { home: 'sk-home-0123456789abcdef', work: 'sk-work-0123456789abcdef' };
/** Long enough to be cached at all. */
const system = 'You are a careful engineer. '.repeat(400);

const limited: Answer = {
  status: 429,
  headers: { 'retry-after': '5' },
  body: { error: { type: 'rate_limit_error', message: 'Rate limit exceeded' } },
};

interface Turn {
  readonly by: string;
  readonly promptTokens: number;
  readonly cachedTokens: number;
}

describe('the prompt cache of a conversation', () => {
  let clock: FakeClock;
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  /** Who is refused, as `slot model`. */
  let refused: ReadonlySet<string>;

  beforeEach(async () => {
    clock = createFakeClock();
    refused = new Set();
    const cache = createPrefixCache(clock.now, cacheLifeMs);
    upstream = await startScriptedUpstream((request) =>
      refused.has(nameOf(request))
        ? limited
        : openaiChatCompletion({ text: 'I have done it.' }, cache.read(request)),
    );
    proxy = await startTestProxy({
      clock,
      keys,
      settings: {
        providers: { many: { baseUrl: upstream.url, credential: ['home', 'work'] } },
        scenarios: { default: { models: ['many/first', 'many/second'] } },
      },
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  async function ask(messages: readonly object[], headers: Record<string, string> = {}) {
    const body = { model: 'claude-opus-5-5', max_tokens: 100, system, messages };
    const response = await proxy.post(body, { headers });
    assert.equal(response.status, 200);
    const answer = parseJson(await response.text());
    const served = upstream.requests.at(-1);
    assert.ok(served !== undefined);
    const cachedTokens = Number(valueAt(answer, 'usage', 'cache_read_input_tokens'));
    const freshTokens = Number(valueAt(answer, 'usage', 'input_tokens'));
    return { by: nameOf(served), promptTokens: cachedTokens + freshTokens, cachedTokens };
  }

  /** Plays a conversation; in each turn these are refused. Ten seconds pass between the turns. */
  async function converse(
    turns: readonly (readonly string[])[],
    beforeTurn: () => void = () => undefined,
  ): Promise<readonly Turn[]> {
    const played: Turn[] = [];
    const messages: object[] = [];
    for (const [index, names] of turns.entries()) {
      refused = new Set(names);
      beforeTurn();
      messages.push({ role: 'user', content: `Step ${index}: ${'details of it '.repeat(500)}` });
      played.push(await ask(messages));
      messages.push({ role: 'assistant', content: 'I have done it.' });
      clock.advance(10_000);
    }
    return played;
  }

  const bothKeysOfFirst = ['home first', 'work first'];
  /** A model that is limited in every other turn, and well in between. */
  const comesAndGoes = [[], bothKeysOfFirst, [], bothKeysOfFirst, [], bothKeysOfFirst, [], []];

  it('lives on while the model that was left comes and goes', async () => {
    const kept = await converse(comesAndGoes);
    assert.deepEqual(
      kept.map(({ by }) => by),
      ['home first', ...Array<string>(7).fill('home second')],
    );
    for (const [index, turn] of kept.entries()) {
      if (index < 2) continue;
      // All but what the turn itself added.
      assert.ok(turn.cachedTokens > 0.7 * turn.promptTokens, JSON.stringify(turn));
    }
    // The same, all caches gone, without any memory of who served: every turn goes to the first model that is well.
    clock.advance(2 * cacheLifeMs);
    const lost = await converse(comesAndGoes, () => proxy.proxy.resetHealth());
    assert.deepEqual(new Set(lost.map(({ by }) => by)), new Set(['home first', 'home second']));
    const [withAffinity, without] = [sumOf(kept), sumOf(lost)];
    console.log(`      with affinity ${inWords(withAffinity)}; without ${inWords(without)}`);
    assert.ok(withAffinity.cached > without.cached);
  });

  it('lives from the second turn on where nothing fails', async () => {
    const turns = await converse([[], [], [], []]);
    assert.equal(turns[0]?.cachedTokens, 0);
    assert.ok(turns.slice(1).every(({ cachedTokens }) => cachedTokens > 0));
  });

  it('lives with a key: a conversation stays with the second key when the first is well again', async () => {
    const turns = await converse([[], ['home first'], [], []]);
    assert.deepEqual(
      turns.map(({ by }) => by),
      ['home first', 'work first', 'work first', 'work first'],
    );
    assert.ok(turns.slice(2).every(({ cachedTokens }) => cachedTokens > 0));
    const told = proxy.logs.join('\n');
    assert.match(
      told,
      /moves its conversation from many\/first#home to many\/first#work: rate limited \(429\)/,
    );
    assert.match(
      told,
      /scenario=default \(.*; stays with many\/first#work, where its prompt cache lives\)/,
    );
  });

  it('draws no other conversation along: a new one follows the chain, and so does a sub-agent', async () => {
    await converse([[], bothKeysOfFirst]);
    refused = new Set();
    clock.advance(10_000);
    const opening = { role: 'user', content: 'Something else.' };
    assert.equal((await ask([opening])).by, 'home first');
    const going = [
      opening,
      { role: 'assistant', content: 'Yes.' },
      { role: 'user', content: 'Go.' },
    ];
    assert.equal((await ask(going, { 'x-claude-code-agent-type': 'Explore' })).by, 'home first');
  });

  describe('is given up', () => {
    let messages: object[];
    /** A conversation that was moved to the second model. */
    beforeEach(async () => {
      messages = [
        { role: 'user', content: 'Hi.' },
        { role: 'assistant', content: 'Hello.' },
        { role: 'user', content: 'Go on.' },
      ];
      refused = new Set(bothKeysOfFirst);
      assert.equal((await ask(messages)).by, 'home second');
      refused = new Set();
      clock.advance(10_000);
      assert.equal((await ask(messages)).by, 'home second');
    });
    const next = async () => (await ask(messages)).by;

    it('after a pause in which it has ended', async () => {
      clock.advance(cacheLifeMs);
      assert.equal(await next(), 'home first');
      assert.match(
        proxy.logs.join('\n'),
        /scenario=default \(.*; back to the first of the chain after a pause of 1 h\)/,
      );
    });

    it('when the person changes the chain, a key or the providers', async () => {
      const models = ['many/third', 'many/second'];
      proxy.configure({ settings: { scenarios: { default: { models } } } });
      assert.equal(await next(), 'home third');
      refused = new Set(['home third', 'work third']);
      assert.equal(await next(), 'home second');
      refused = new Set();
      proxy.configure({ keys: { ...keys, home: 'sk-home-renewed-0123456789' } });
      assert.equal(await next(), 'home third');
    });

    it('when the person resets health', async () => {
      proxy.proxy.resetHealth();
      assert.equal(await next(), 'home first');
    });

    it('when the person asks for another model', async () => {
      const body = { model: 'many/first', max_tokens: 100, system, messages };
      await proxy.post(body);
      assert.equal(nameOf(upstream.requests.at(-1)), 'home first');
    });

    it('when the model that keeps it fails', async () => {
      refused = new Set(['home second', 'work second']);
      assert.equal(await next(), 'home first');
      assert.match(
        proxy.logs.join('\n'),
        /moves its conversation from many\/second#home to many\/first#home: rate limited \(429\)/,
      );
    });
  });

  it('is helped by names that stay the same through a conversation and are its own', async () => {
    const url = upstream.url;
    proxy.configure({
      settings: { providers: { many: { baseUrl: url, wireFormat: 'openai-responses' } } },
      keys: { many: keys.home },
    });
    upstream.answerAlways(responsesWhole({ text: 'Done.' }));
    const opening = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });
    // Clients move their cache mark to the newest message.
    const marked = (text: string) => ({
      role: 'user',
      content: [{ type: 'text', text, cache_control: { type: 'ephemeral' } }],
    });
    const answer = { role: 'assistant', content: 'Yes.' };
    for (const [messages, session] of [
      [[marked('Hi.')], undefined],
      [[opening('Hi.'), answer, marked('Go on.')], undefined],
      [[marked('Something else.')], undefined],
      [[marked('Hi.')], 'a-session-of-the-client'],
      [[marked('After a compaction.')], 'a-session-of-the-client'],
    ] as const) {
      const body = { model: 'claude-opus-5-5', max_tokens: 100, messages };
      const headers = session === undefined ? {} : { 'x-claude-code-session-id': session };
      await (await proxy.post(body, { headers })).text();
    }
    const sent = upstream.requests.map(({ headers, body }) => [
      headers['x-opencode-session'],
      valueAt(body, 'prompt_cache_key'),
    ]);
    assert.deepEqual(sent[0], sent[1]);
    assert.deepEqual(sent[3], sent[4]);
    for (const column of [0, 1]) {
      assert.equal(new Set(sent.map((row) => row[column])).size, 3, JSON.stringify(sent));
      assert.ok(sent.every((row) => typeof row[column] === 'string' && row[column] !== ''));
    }
  });
});

function sumOf(turns: readonly Turn[]): { readonly cached: number; readonly all: number } {
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  return {
    cached: sum(turns.map(({ cachedTokens }) => cachedTokens)),
    all: sum(turns.map(({ promptTokens }) => promptTokens)),
  };
}

function inWords({ cached, all }: ReturnType<typeof sumOf>): string {
  return `${cached} of ${all} prompt tokens came from the cache, ${all - cached} were paid in full`;
}

/** `slot model`. */
function nameOf(request: RecordedRequest | undefined): string {
  const isHome = request?.headers.authorization?.includes('sk-home') === true;
  return `${isHome ? 'home' : 'work'} ${String(valueAt(request?.body, 'model'))}`;
}
