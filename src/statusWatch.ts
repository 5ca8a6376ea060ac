import type { Clock } from './proxy/clock';
import type { ProxyStatus } from './proxyStatus';

/** Lets those who asked for something wait until the proxy's status shows its effect. */
export interface StatusWatch {
  show(status: ProxyStatus): void;
  /** Resolves with the first status that fulfils the test, or when the limit has passed without one. */
  until(test: (status: ProxyStatus) => boolean): Promise<void>;
  dispose(): void;
}

interface Waiter {
  readonly test: (status: ProxyStatus) => boolean;
  readonly end: () => void;
}

export function createStatusWatch(clock: Clock): StatusWatch {
  const waiters = new Set<Waiter>();
  let shown: ProxyStatus | undefined;
  return {
    show(status) {
      shown = status;
      for (const { test, end } of [...waiters]) if (test(status)) end();
    },
    until(test) {
      if (shown !== undefined && test(shown)) return Promise.resolve();
      return new Promise((resolve) => {
        function end(): void {
          cancel();
          waiters.delete(waiter);
          resolve();
        }
        const waiter = { test, end };
        const cancel = clock.after(limitMs, end);
        waiters.add(waiter);
      });
    },
    dispose() {
      for (const { end } of [...waiters]) end();
    },
  };
}

/** A proxy that starts has answered by then, and a key that was set shows in its next report. */
const limitMs = 3_000;
