import assert from 'node:assert/strict';
import {
  cacheLifeMs,
  conversationOf,
  createAffinity,
  type LastServed,
  withAffinity,
} from '../../../src/proxy/affinity';
import { phrase, render } from '../../../src/proxy/phrase';
import { mergeProviders } from '../../../src/proxy/providers';
import { parseTarget } from '../../../src/proxy/router';
import { linkName } from '../../../src/proxy/targetKeys';
import type { Failure, RequestFacts, Route, Target } from '../../../src/proxy/types';
import { parseMessagesRequest } from '../../../src/proxy/wire/anthropicRequest';
import { inEnglish } from '../../support/inEnglish';

const providers = mergeProviders({
  many: { baseUrl: 'https://many.invalid/v1', credential: ['one', 'two'] },
  other: { baseUrl: 'https://other.invalid/v1' },
});

function target(name: string, credential?: string): Target {
  const parsed = parseTarget(name, { providers });
  assert.ok(parsed !== undefined, name);
  return { ...parsed, credential };
}

const now = 1_000_000_000;
const hasKey = () => true;
const chain = [target('many/a'), target('other/b'), target('many/c')];
const last = (served: Target, agoMs = 60_000): LastServed => ({ target: served, at: now - agoMs });
const names = (targets: readonly Target[]) => targets.map(linkName);

describe('withAffinity', () => {
  it('leaves the chain as it is where nobody has served', () => {
    assert.deepEqual(withAffinity(chain, undefined, { now, hasKey }), { targets: chain });
  });

  it('puts the model that served last in front, keeps the order of the others, and says so', () => {
    const { targets, note } = withAffinity(chain, last(target('other/b')), { now, hasKey });
    assert.deepEqual(names(targets), ['other/b', 'many/a', 'many/c']);
    assert.equal(inEnglish(note), 'stays with other/b, where its prompt cache lives');
  });

  it('says nothing where the chain itself begins so', () => {
    const { targets, note } = withAffinity(chain, last(target('many/a', 'one')), { now, hasKey });
    assert.equal(note, undefined);
    assert.deepEqual(names(targets), ['many/a#one', 'other/b', 'many/c#one']);
  });

  it('keeps the key for every model of its providers', () => {
    const { targets, note } = withAffinity(chain, last(target('many/a', 'two')), { now, hasKey });
    assert.deepEqual(names(targets), ['many/a#two', 'other/b', 'many/c#two']);
    assert.equal(inEnglish(note), 'stays with many/a#two, where its prompt cache lives');
  });

  it('says nothing of a key that is the only one set', () => {
    const onlyTwo = (slot: string) => slot === 'two';
    const { note } = withAffinity(chain, last(target('many/a', 'two')), { now, hasKey: onlyTwo });
    assert.equal(note, undefined);
  });

  it('does not bring back a model that the chain does not hold, but keeps the key', () => {
    const shorter = chain.slice(2);
    const { targets, note } = withAffinity(shorter, last(target('many/a', 'two')), { now, hasKey });
    assert.deepEqual(names(targets), ['many/c#two']);
    assert.equal(note, undefined);
  });

  it('goes back to the first of the chain once the cache is gone, and says so', () => {
    const long = last(target('other/b'), cacheLifeMs);
    const { targets, note } = withAffinity(chain, long, { now, hasKey });
    assert.deepEqual(targets, chain);
    assert.equal(inEnglish(note), 'back to the first of the chain after a pause of 1 h');
    const almost = last(target('other/b'), cacheLifeMs - 1);
    assert.equal(withAffinity(chain, almost, { now, hasKey }).targets[0]?.model, 'b');
  });
});

const facts: RequestFacts = {
  requestedModel: 'claude-opus-5-5',
  stream: true,
  inputTokens: 1_000,
  hasImages: false,
  hasTools: true,
  thinking: false,
  effort: undefined,
  maxOutputTokens: 1_000,
  requestClass: 'main',
  agentType: undefined,
  userAgent: 'test',
  sessionId: 'session',
};

describe('conversationOf', () => {
  const turns = (...texts: readonly string[]) => {
    const messages = texts.map((content, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      content,
    }));
    const read = parseMessagesRequest(JSON.stringify({ model: 'm', max_tokens: 9, messages }));
    assert.ok(read.ok);
    return read.request;
  };
  const idOf = (texts: readonly string[], changed: Partial<RequestFacts> = {}, scenario = 'fast') =>
    conversationOf(turns(...texts), { ...facts, ...changed }, scenario)?.id;

  it('knows a conversation again as it grows, and when it is compacted', () => {
    assert.equal(idOf(['hi']), idOf(['hi', 'hello', 'go on']));
    assert.equal(idOf(['hi']), idOf(['hi', 'hello', 'sum up'], { requestClass: 'compaction' }));
  });

  for (const [what, other] of [
    ['beginnings', idOf(['hello'])],
    ['sessions', idOf(['hi'], { sessionId: 'another' })],
    ['agents', idOf(['hi'], { agentType: 'Explore', requestClass: 'subagent' })],
    ['models asked for', idOf(['hi'], { requestedModel: 'claude-haiku-5-5' })],
    ['scenarios', idOf(['hi'], {}, 'think')],
  ] as const) {
    it(`tells conversations with other ${what} apart`, () => {
      assert.ok(other !== undefined);
      assert.notEqual(idOf(['hi']), other);
    });
  }

  it('begins where nobody has answered yet', () => {
    assert.equal(conversationOf(turns('hi'), facts, 'fast')?.isOpening, true);
    assert.equal(conversationOf(turns('hi', 'hello', 'go on'), facts, 'fast')?.isOpening, false);
  });

  it('sees none in what is asked beside a conversation', () => {
    const request = turns('hi');
    assert.equal(
      conversationOf(request, { ...facts, requestClass: 'auxiliary' }, 'fast'),
      undefined,
    );
  });
});

describe('the affinity of conversations', () => {
  const route: Route = {
    scenario: 'default',
    reason: phrase('default'),
    targets: chain,
    skipped: [],
    considered: [],
    lackingServerTools: [],
  };
  const going = (id: string) => ({ id, isOpening: false });
  const nothing = { failures: [], skipped: [] };

  it('tells of a switch and why: the failure, the capacity, or the pause', () => {
    let time = now;
    const affinity = createAffinity({ now: () => time, hasKey });
    const failure: Failure = {
      kind: 'rateLimited',
      detail: '',
      provider: target('many/a').provider,
      credential: 'one',
      model: 'a',
      upstreamStatus: 429,
    };
    const by = (
      name: string,
      credential?: string,
      passed: Parameters<typeof affinity.served>[2] = nothing,
    ) => affinity.served(going('x'), target(name, credential), passed);
    const why = (...asked: Parameters<typeof by>) => render(by(...asked)?.why ?? '');
    assert.equal(by('many/a', 'one'), undefined);
    assert.equal(by('many/a', 'one'), undefined);
    assert.deepEqual(inEnglish(by('many/a', 'two', { failures: [failure], skipped: [] })), {
      from: 'many/a#one',
      to: 'many/a#two',
      why: 'rate limited (429)',
    });
    const skipped = [{ name: 'many/a', reason: phrase('cannot see images') }];
    assert.equal(why('other/b', 'other', { failures: [], skipped }), 'cannot see images');
    assert.equal(why('many/a', 'one'), 'it can no longer be asked');
    time += cacheLifeMs;
    assert.equal(why('other/b', 'other'), 'a pause of 1 h');
  });

  it('begins anew with every conversation, also with one that begins in the same way', () => {
    const affinity = createAffinity({ now: () => now, hasKey });
    affinity.served(going('x'), target('other/b'), nothing);
    const opening = { id: 'x', isOpening: true };
    assert.deepEqual(names(affinity.follow(route, opening).targets), names(chain));
    assert.equal(affinity.served(opening, target('many/a', 'one'), nothing), undefined);
    assert.equal(affinity.follow(route, going('x')).targets[0]?.model, 'a');
  });

  it('adds its reason to that of the route', () => {
    const affinity = createAffinity({ now: () => now, hasKey });
    affinity.served(going('x'), target('other/b'), nothing);
    assert.equal(
      render(affinity.follow(route, going('x')).reason),
      'default; stays with other/b, where its prompt cache lives',
    );
    assert.equal(render(affinity.follow(route, going('y')).reason), 'default');
  });

  it('forgets everything when told to, and else those that were silent for the longest', () => {
    const affinity = createAffinity({ now: () => now, hasKey }, 2);
    const follows = (id: string) => affinity.follow(route, going(id)).targets[0]?.model === 'b';
    for (const id of ['x', 'y', 'x', 'z']) affinity.served(going(id), target('other/b'), nothing);
    assert.deepEqual(['x', 'y', 'z'].map(follows), [true, false, true]);
    affinity.forgetAll();
    assert.deepEqual(['x', 'y', 'z'].map(follows), [false, false, false]);
  });
});
