import { strict as assert } from 'node:assert';
import type { ProxyStatus } from '../../src/proxyStatus';
import { createStatusWatch } from '../../src/statusWatch';
import { createFakeClock } from '../support/fakeClock';

const isStopped = ({ state }: ProxyStatus): boolean => state === 'stopped';

describe('createStatusWatch', () => {
  it('waits for the status that is wanted, and leaves no timer', async () => {
    const clock = createFakeClock();
    const watch = createStatusWatch(clock);
    let isOver = false;
    const waiting = watch.until(isStopped).then(() => {
      isOver = true;
    });
    watch.show({ state: 'starting' });
    await Promise.resolve();
    assert.equal(isOver, false);
    watch.show({ state: 'stopped' });
    await waiting;
    assert.equal(clock.pending(), 0);
  });

  it('does not wait for what is the case already', async () => {
    const watch = createStatusWatch(createFakeClock());
    watch.show({ state: 'stopped' });
    await watch.until(isStopped);
  });

  it('ends when nothing comes, and when the window closes', async () => {
    const clock = createFakeClock();
    const watch = createStatusWatch(clock);
    const late = watch.until(isStopped);
    clock.advance(3_000);
    await late;
    const closed = watch.until(isStopped);
    watch.dispose();
    await closed;
    assert.equal(clock.pending(), 0);
  });
});
