import assert from 'node:assert/strict';
import { createLiveStream, keepAliveMs } from '../../../src/proxy/liveStream';
import type { Reply } from '../../../src/proxy/reply';
import { createFakeClock } from '../../support/fakeClock';

describe('a live stream', () => {
  function setUp(drained?: Promise<void>) {
    const written: (string | Uint8Array)[] = [];
    let hasStarted = false;
    const reply: Reply = {
      get hasStarted() {
        return hasStarted;
      },
      json: () => {},
      error: () => {},
      errorAndClose: () => {},
      startStream() {
        hasStarted = true;
      },
      write(chunk) {
        written.push(chunk);
        return drained;
      },
      end: () => {},
    };
    const clock = createFakeClock();
    return { clock, written, reply, live: createLiveStream(reply, clock, 'ping') };
  }

  it('pings once it has said nothing for a while, counted from the last write', () => {
    const { clock, written, live } = setUp();
    clock.advance(keepAliveMs - 1);
    live.write('a');
    clock.advance(keepAliveMs - 1);
    assert.deepEqual(written, ['a']);
    clock.advance(1);
    assert.deepEqual(written, ['a', 'ping']);
    clock.advance(keepAliveMs);
    assert.deepEqual(written, ['a', 'ping', 'ping']);
  });

  it('pings though the clock was set back after the last write', () => {
    const { clock, written, reply } = setUp();
    let ring = () => {};
    const live = createLiveStream(
      reply,
      {
        now: clock.now,
        after(_delayMs, callback) {
          ring = callback;
          return () => {};
        },
      },
      'ping',
    );
    live.write('a');
    clock.setBack(3_600_000);
    ring();
    assert.deepEqual(written, ['a', 'ping']);
  });

  it('spares a client that has not yet taken what was written', async () => {
    let drain = () => {};
    const { clock, written, live } = setUp(
      new Promise((resolve) => {
        drain = resolve;
      }),
    );
    const writing = live.write('a');
    clock.advance(10 * keepAliveMs);
    assert.deepEqual(written, ['a']);
    drain();
    await writing;
    clock.advance(keepAliveMs);
    assert.deepEqual(written, ['a', 'ping']);
  });

  it('leaves no timer behind', () => {
    const { clock, live } = setUp();
    live.write('a');
    live.dispose();
    assert.equal(clock.pending(), 0);
  });
});
