import assert from 'node:assert/strict';
import { judgeClock, judgeKeys, judgeReach } from '../../../src/diagnose/providerChecks';
import { phrase } from '../../../src/proxy/phrase';
import type { KeyReach, ProviderReach } from '../../../src/proxy/reach';
import { plainTranslate as t } from '../ui/plainTranslate';
import { credential, running, stopped } from './facts';

function reach(change: Partial<ProviderReach> = {}): ProviderReach {
  return {
    providerId: 'opencode-go',
    label: 'OpenCode',
    tookMs: 120,
    keys: [answer('accepted')],
    ...change,
  };
}

function answer(outcome: KeyReach['outcome'], plan?: KeyReach['plan']): KeyReach {
  const message = phrase('OpenCode: {0}.', outcome);
  return { credential: 'opencode', outcome, message, ...(plan === undefined ? {} : { plan }) };
}

const facts = { status: running(), reach: [reach()], hasHttpProxy: false };

describe('judgeKeys', () => {
  const fix = { kind: 'setApiKey', credential: 'opencode' };

  it('is content with a key that is accepted now', () => {
    const verdicts = judgeKeys(facts, t);
    assert.deepEqual(verdicts, [
      { title: 'API key of OpenCode', state: 'ok', sentence: 'OpenCode: accepted.' },
    ]);
  });

  it('asks for a key that is missing: a problem where nothing else can serve', () => {
    const missing = { credentials: [credential('missing')] };
    const asked = { ...facts, reach: [reach({ keys: [] })] };
    const [needed] = judgeKeys({ ...asked, status: running({ ...missing, usable: false }) }, t);
    const [spare] = judgeKeys({ ...asked, status: running(missing) }, t);
    assert.deepEqual([needed?.state, spare?.state], ['problem', 'warning']);
    assert.deepEqual(needed?.fix, fix);
  });

  it('believes the answer of now rather than an older report', () => {
    const [rejected] = judgeKeys({ ...facts, reach: [reach({ keys: [answer('rejected')] })] }, t);
    assert.equal(rejected?.state, 'problem');
    assert.deepEqual(rejected?.fix, fix);
    const late = running({ credentials: [credential('missing')] });
    assert.equal(judgeKeys({ ...facts, status: late }, t)[0]?.state, 'ok');
  });

  it('falls back to what requests have shown where there is no cheap check', () => {
    const states = (['accepted', 'rejected', 'blocked', 'unused'] as const).map((state) => {
      const status = running({ credentials: [credential(state)] });
      const asked = [reach({ keys: [answer('unknown')] })];
      return judgeKeys({ ...facts, status, reach: asked }, t)[0]?.state;
    });
    assert.deepEqual(states, ['ok', 'problem', 'problem', 'unknown']);
  });

  it('warns of a key without the subscription that the chain is about', () => {
    const asked = [reach({ keys: [answer('accepted', 'missing')] })];
    assert.equal(judgeKeys({ ...facts, reach: asked }, t)[0]?.state, 'warning');
  });

  it('hears the provider that says most of a key that several share', () => {
    const asked = [reach({ keys: [answer('unknown')] }), reach({ keys: [answer('rejected')] })];
    assert.equal(judgeKeys({ ...facts, reach: asked }, t)[0]?.state, 'problem');
  });

  it('says that it knows nothing while the proxy is stopped', () => {
    const [verdict] = judgeKeys({ ...facts, status: stopped, reach: undefined }, t);
    assert.deepEqual([verdict?.state, verdict?.fix], ['unknown', { kind: 'start' }]);
  });
});

describe('judgeReach', () => {
  const failed = (failure: string, hasHttpProxy = false) =>
    judgeReach({ ...facts, hasHttpProxy, reach: [reach({ failure })] }, t)[0];

  it('is content with a provider that answers', () => {
    assert.deepEqual(judgeReach(facts, t), [
      { title: 'OpenCode', state: 'ok', sentence: 'OpenCode answers, after 120 ms.' },
    ]);
  });

  it('says what stands in the way and leads to the setting that is about it', () => {
    const words = 'its certificate is not trusted on this machine (SELF_SIGNED_CERT_IN_CHAIN)';
    assert.equal(failed(words)?.state, 'problem');
    assert.match(failed(words)?.sentence ?? '', /its certificate is not trusted/);
    const setting = (verdict: ReturnType<typeof failed>) =>
      verdict?.fix !== undefined && 'setting' in verdict.fix ? verdict.fix.setting : undefined;
    assert.equal(setting(failed(words)), 'http.systemCertificates');
    assert.equal(setting(failed('the HTTP proxy wants a login (407)')), 'http.proxy');
    assert.equal(setting(failed('nothing listens there (ECONNREFUSED)', true)), 'http.proxy');
    assert.equal(
      setting(failed('there is no host of that name (ENOTFOUND)')),
      'switchyard.providers',
    );
  });

  it('does not take silence of the proxy, or its absence, for an answer', () => {
    assert.equal(judgeReach({ ...facts, reach: undefined }, t)[0]?.state, 'unknown');
    assert.equal(judgeReach({ ...facts, status: stopped }, t)[0]?.state, 'unknown');
  });
});

describe('judgeClock', () => {
  const theirs = Date.parse('2026-11-22T12:00:00Z');
  const judge = (...skewsMs: readonly number[]) =>
    judgeClock(
      { ...facts, reach: skewsMs.map((skew) => reach({ clock: { theirs, ours: theirs + skew } })) },
      t,
    );

  it('is content within two minutes', () => {
    assert.deepEqual([judge(119_000).state, judge(-119_000).state], ['ok', 'ok']);
  });

  it('warns beyond, and says in which direction', () => {
    assert.match(judge(180_000).sentence, /3 min 0 s fast/);
    assert.match(judge(-180_000).sentence, /3 min 0 s slow/);
    assert.equal(judge(180_000).state, 'warning');
  });

  it('lets no single provider accuse a clock that another agrees with', () => {
    assert.equal(judge(900_000, 1_000).state, 'ok');
  });

  it('knows nothing where nobody told the time', () => {
    assert.equal(judgeClock(facts, t).state, 'unknown');
  });
});
