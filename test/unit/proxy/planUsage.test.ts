import assert from 'node:assert/strict';
import { render } from '../../../src/proxy/phrase';
import { readPlanWindows } from '../../../src/proxy/planUsage';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

const resetsAt = '2026-11-25T00:00:00.000Z';
const page = {
  usage: {
    rolling: { status: 'ok', percent: 12.5, resetsAt },
    weekly: { status: 'rate-limited', percent: 100, resetsAt },
  },
};

describe('readPlanWindows', () => {
  it('reads what the provider tells of each span', () => {
    assert.deepEqual(readPlanWindows(page), [
      { name: 'rolling', percent: 12.5, isExhausted: false, resetsAt: Date.parse(resetsAt) },
      { name: 'weekly', percent: 100, isExhausted: true, resetsAt: Date.parse(resetsAt) },
    ]);
  });

  it('makes nothing up where numbers are missing', () => {
    assert.deepEqual(readPlanWindows({ usage: { weekly: { status: 'ok' }, rolling: 7 } }), []);
    assert.deepEqual(readPlanWindows('no object'), []);
    const exhausted = { usage: { weekly: { status: 'rate-limited', resetsAt: 'soon' } } };
    assert.deepEqual(readPlanWindows(exhausted), [
      { name: 'weekly', percent: 100, isExhausted: true },
    ]);
  });
});

describe('readPlanWindows of a hostile page', () => {
  it('shows no key and no more spans than a person can read', () => {
    const names = [
      'sk-secret-0123456789',
      ...Array.from({ length: 500 }, (_, index) => `w${index}`),
    ];
    const usage = Object.fromEntries(names.map((name) => [name, { percent: 1 }]));
    const windows = readPlanWindows({ usage });
    assert.equal(windows[0]?.name, '[redacted]');
    assert.equal(windows.length, 12);
  });
});

describe('the use of a plan', () => {
  let clock: FakeClock;
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  async function start(keys: Record<string, string>): Promise<void> {
    clock = createFakeClock();
    upstream = await startScriptedUpstream({ status: 200, body: page });
    const providers = { 'opencode-go': { baseUrl: upstream.url } };
    proxy = await startTestProxy({ clock, keys, settings: { providers } });
  }

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  it('is asked of OpenCode Go with its key, once however often somebody looks', async () => {
    await start({ opencode: 'sk-one-0123456789' });
    const [both] = await Promise.all([proxy.proxy.planUsage(), proxy.proxy.planUsage()]);
    assert.deepEqual(
      both.map(({ label, windows }) => [label, windows.length]),
      [['OpenCode Go', 2]],
    );
    clock.advance(4 * 60_000);
    await proxy.proxy.planUsage();
    assert.equal(upstream.requests.length, 1);
    assert.equal(upstream.requests[0]?.path, '/usage');
    assert.equal(upstream.requests[0]?.headers.authorization, 'Bearer sk-one-0123456789');
  });

  it('is asked anew after five minutes, and at once for another key', async () => {
    await start({ opencode: 'sk-one-0123456789' });
    await proxy.proxy.planUsage();
    clock.advance(5 * 60_000);
    await proxy.proxy.planUsage();
    assert.equal(upstream.requests.length, 2);
    proxy.configure({ keys: { opencode: 'sk-two-0123456789' } });
    await proxy.proxy.planUsage();
    assert.equal(upstream.requests.length, 3);
  });

  it('is asked of each key of a provider that has several', async () => {
    await start({ one: 'sk-one-0123456789', two: 'sk-two-0123456789' });
    const baseUrl = upstream.url;
    const providers = { 'opencode-go': { baseUrl, credential: ['one', 'two', 'three'] } };
    proxy.configure({ settings: { providers } });
    const plans = await proxy.proxy.planUsage();
    assert.deepEqual(
      plans.map(({ plan, credential }) => [plan, credential]),
      [
        ['opencode-go#one', 'one'],
        ['opencode-go#two', 'two'],
      ],
    );
    assert.deepEqual(
      upstream.requests.map(({ headers }) => headers.authorization),
      ['Bearer sk-one-0123456789', 'Bearer sk-two-0123456789'],
    );
  });

  it('is nobody’s business without a key', async () => {
    await start({});
    assert.deepEqual(await proxy.proxy.planUsage(), []);
    assert.equal(upstream.requests.length, 0);
  });

  it('says why it is not known', async () => {
    await start({ opencode: 'sk-one-0123456789' });
    upstream.answer({ status: 403, body: {} });
    const [plan] = await proxy.proxy.planUsage();
    assert.deepEqual(plan?.windows, []);
    assert.match(render(plan?.problem ?? ''), /403/);
  });
});
