import type { Clock } from '../../src/proxy/clock';

export interface FakeClock extends Clock {
  /** Moves the time on and runs what becomes due, in order. */
  advance(ms: number): void;
  /** Moves the time on without running anything, as a machine does that sleeps. */
  jump(ms: number): void;
  setBack(ms: number): void;
  /** How many timers wait. */
  pending(): number;
}

/** A clock that stands still until a test moves it. */
export function createFakeClock(startAt = Date.UTC(2026, 10, 22, 12)): FakeClock {
  let now = startAt;
  const timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();
  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { dueAt: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.dueAt <= until);
        const next = due.sort((a, b) => a.dueAt - b.dueAt)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.dueAt);
        next.callback();
      }
      now = until;
    },
    jump(ms) {
      now += ms;
    },
    setBack(ms) {
      now -= ms;
    },
    pending: () => timers.size,
  };
}
