import assert from 'node:assert/strict';
import { createDeadlines } from '../../../src/proxy/deadlines';
import { createFakeClock } from '../../support/fakeClock';

describe('the deadlines of an attempt', () => {
  function setUp() {
    const clock = createFakeClock();
    const client = new AbortController();
    const options = { clock, firstTokenMs: 60_000, idleMs: 30_000, clientSignal: client.signal };
    const deadlines = createDeadlines(options);
    return { clock, client, deadlines };
  }
  const never = new Promise<void>(() => {});

  it('give every wait for data its own time, however many there are', async () => {
    const { clock, deadlines } = setUp();
    deadlines.firstTokenSeen();
    for (let chunk = 0; chunk < 10; chunk += 1) {
      const waiting = deadlines.waitFor(Promise.resolve());
      clock.advance(29_999);
      await waiting;
    }
    assert.equal(deadlines.passed, undefined);
    void deadlines.waitFor(never);
    clock.advance(29_999);
    assert.equal(deadlines.signal.aborted, false);
    clock.advance(1);
    assert.deepEqual(deadlines.passed, { phase: 'idle', timeoutMs: 30_000 });
    assert.ok(deadlines.signal.aborted);
  });

  it('do not run while nobody waits for the upstream', async () => {
    const { clock, deadlines } = setUp();
    deadlines.firstTokenSeen();
    await deadlines.waitFor(Promise.resolve());
    clock.advance(3_600_000);
    void deadlines.waitFor(never);
    clock.advance(29_999);
    assert.ok(!deadlines.signal.aborted);
    clock.advance(1);
    assert.ok(deadlines.signal.aborted);
  });

  it('become shorter at once when only counts may follow', async () => {
    const { clock, deadlines } = setUp();
    deadlines.firstTokenSeen();
    await deadlines.waitFor(Promise.resolve());
    deadlines.endingSeen();
    void deadlines.waitFor(never);
    clock.advance(2_000);
    assert.deepEqual(deadlines.passed, { phase: 'idle', timeoutMs: 2_000 });
  });

  it('end a silent wait though the clock is set back meanwhile', async () => {
    const { clock, deadlines } = setUp();
    deadlines.firstTokenSeen();
    await deadlines.waitFor(Promise.resolve());
    clock.advance(10_000);
    void deadlines.waitFor(never);
    clock.setBack(20_000);
    clock.advance(70_000);
    assert.equal(deadlines.passed?.phase, 'idle');
  });

  it('leave no timer behind', async () => {
    const { clock, deadlines } = setUp();
    await deadlines.waitFor(Promise.resolve());
    deadlines.dispose();
    assert.equal(clock.pending(), 0);
  });
});
