import assert from 'node:assert/strict';
import { anthropicText } from '../../support/anthropicAnswers';
import { createFakeClock, type FakeClock } from '../../support/fakeClock';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

const body = {
  model: 'any',
  max_tokens: 50,
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
};
const hourMs = 3_600_000;

describe('a laptop on the move', () => {
  let clock: FakeClock;
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    clock = createFakeClock();
    upstream = await startScriptedUpstream(anthropicText('hello'));
    const up = {
      baseUrl: upstream.url,
      wireFormat: 'anthropic-messages',
      credential: 'none',
    } as const;
    proxy = await startTestProxy({
      clock,
      settings: { providers: { up }, scenarios: { default: { models: ['up/m'] } } },
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  async function ask(): Promise<number> {
    const response = await proxy.post(body);
    await response.text();
    return response.status;
  }

  it('is served again by the first request after the network is back, however long it was gone', async () => {
    assert.equal(await ask(), 200);
    const { port } = upstream;
    await upstream.close();
    for (let minute = 0; minute < 60; minute += 1) {
      assert.ok([502, 503].includes(await ask()));
      clock.advance(60_000);
    }
    upstream = await startScriptedUpstream(anthropicText('back'), port);
    // The longest rest of a host: nobody waits longer than this for a network that has come back.
    clock.advance(60_000);
    assert.equal(await ask(), 200);
  });

  it('forgets the rests that passed while it slept', async () => {
    upstream.answer({ status: 429, headers: { 'retry-after': '1800' }, body: {} });
    assert.equal(await ask(), 429);
    assert.equal(await ask(), 429);
    assert.equal(upstream.requests.length, 1);
    clock.advance(8 * hourMs);
    assert.equal(await ask(), 200);
  });

  it('keeps no rest longer because the clock was set back', async () => {
    upstream.answer({ status: 429, headers: { 'retry-after': '1800' }, body: {} });
    assert.equal(await ask(), 429);
    clock.setBack(24 * hourMs);
    assert.equal(await ask(), 200);
  });

  it('is not cut off by a sleep in the middle of an answer that goes on afterwards', async () => {
    let resume = () => {};
    const slept = new Promise<void>((resolve) => {
      resume = resolve;
    });
    upstream.answer(async () => {
      await slept;
      return anthropicText('after the sleep');
    });
    const pending = proxy.post(body);
    await upstream.waitForRequests(1);
    // Timers do not run while a machine sleeps; the clock has moved all the same when it wakes.
    clock.jump(8 * hourMs);
    resume();
    assert.match(await (await pending).text(), /message_stop/);
  });
});
