import assert from 'node:assert/strict';
import { createDeadlines, eventlessPatience, waitWithin } from '../../../src/proxy/deadlines';
import { createFakeClock } from '../../support/fakeClock';

const firstTokenMs = 60_000;
const idleMs = 10_000;

function started() {
  const clock = createFakeClock();
  const clientSignal = new AbortController().signal;
  return { clock, deadlines: createDeadlines({ clock, firstTokenMs, idleMs, clientSignal }) };
}

const never = new Promise<void>(() => undefined);

describe('the deadlines of an attempt', () => {
  it('pass while the upstream is silent', async () => {
    const { clock, deadlines } = started();
    void waitWithin(deadlines, new Promise(() => undefined));
    clock.advance(firstTokenMs);
    assert.deepEqual(deadlines.passed, { phase: 'firstToken', timeoutMs: firstTokenMs });
    assert.ok(deadlines.signal.aborted);
  });

  it('pass although the next ping is always there before a timer could fire', async () => {
    const { clock, deadlines } = started();
    let waits = 0;
    // Time goes on, but never while anybody waits.
    while (deadlines.passed === undefined && waits < 1_000) {
      await waitWithin(deadlines, Promise.resolve());
      clock.jump(1_000);
      waits += 1;
    }
    assert.deepEqual(deadlines.passed, { phase: 'firstToken', timeoutMs: firstTokenMs });
    assert.ok(waits >= firstTokenMs / 1_000 && waits < firstTokenMs / 1_000 + 10, String(waits));
  });

  it('give the upstream a moment after a sleep of the machine', async () => {
    const { clock, deadlines } = started();
    const woken = waitWithin(deadlines, Promise.resolve());
    clock.jump(8 * 3_600_000);
    await woken;
    await waitWithin(deadlines, Promise.resolve());
    assert.equal(deadlines.passed, undefined);
  });

  it('take pings for life, but not for ever', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    const stepMs = idleMs - 1;
    for (let ping = 1; deadlines.passed === undefined && ping < 100; ping += 1) {
      const next = waitWithin(
        deadlines,
        new Promise<void>((resolve) => clock.after(stepMs, resolve)),
      );
      clock.advance(stepMs);
      await next;
    }
    const timeoutMs = idleMs * eventlessPatience;
    assert.deepEqual(deadlines.passed, { phase: 'idle', timeoutMs });
  });

  it('begin anew with every event', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    for (let event = 1; event < 100; event += 1) {
      const next = waitWithin(
        deadlines,
        new Promise<void>((resolve) => clock.after(9_000, resolve)),
      );
      clock.advance(9_000);
      await next;
      deadlines.eventSeen();
    }
    assert.equal(deadlines.passed, undefined);
  });

  it('are short once only counts may follow, whatever else comes', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    let pings = 0;
    for (; deadlines.passed === undefined && pings < 100; pings += 1) {
      deadlines.endingSeen();
      const next = waitWithin(deadlines, new Promise<void>((resolve) => clock.after(500, resolve)));
      clock.advance(500);
      await next;
    }
    assert.ok(pings <= 5, String(pings));
  });

  it('give every wait its own time behind waits that were short', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    const short = waitWithin(deadlines, Promise.resolve());
    clock.advance(idleMs - 1);
    await short;
    void waitWithin(deadlines, never);
    clock.advance(idleMs - 1);
    assert.equal(deadlines.signal.aborted, false);
    clock.advance(1);
    assert.ok(deadlines.signal.aborted);
  });

  it('do not run while nobody waits for the upstream', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    await waitWithin(deadlines, Promise.resolve());
    clock.advance(3_600_000);
    void waitWithin(deadlines, never);
    clock.advance(idleMs - 1);
    assert.equal(deadlines.signal.aborted, false);
    clock.advance(1);
    assert.ok(deadlines.signal.aborted);
  });

  it('become shorter at once when only counts may follow', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    await waitWithin(deadlines, Promise.resolve());
    deadlines.endingSeen();
    void waitWithin(deadlines, never);
    clock.advance(2_000);
    assert.deepEqual(deadlines.passed, { phase: 'idle', timeoutMs: 2_000 });
  });

  it('are as long as before when the answer goes on behind what looked like its ending', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    deadlines.endingSeen();
    deadlines.eventSeen();
    void waitWithin(deadlines, never);
    clock.advance(idleMs - 1);
    assert.equal(deadlines.signal.aborted, false);
    clock.advance(1);
    assert.ok(deadlines.signal.aborted);
  });

  it('give a wait that a sleep of the machine fell into a moment more, and end it then', async () => {
    const { clock, deadlines } = started();
    deadlines.firstTokenSeen();
    await waitWithin(deadlines, Promise.resolve());
    clock.advance(1_000);
    void waitWithin(deadlines, never);
    clock.jump(8 * 3_600_000);
    clock.advance(0);
    assert.equal(deadlines.signal.aborted, false);
    clock.advance(idleMs);
    assert.ok(deadlines.signal.aborted);
  });

  it('leave no timer behind', async () => {
    const { clock, deadlines } = started();
    await waitWithin(deadlines, Promise.resolve());
    deadlines.dispose();
    assert.equal(clock.pending(), 0);
  });
});
