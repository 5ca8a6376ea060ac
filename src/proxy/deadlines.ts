import type { Clock } from './clock';
import type { DeadlinePhase } from './types';

/** The deadlines of one attempt. When one passes, `signal` aborts and `passed` tells which. */
export interface Deadlines {
  readonly signal: AbortSignal;
  readonly passed: { readonly phase: DeadlinePhase; readonly timeoutMs: number } | undefined;
  /** From here on every wait is limited by `idleMs` instead of the rest of the time to first token. */
  firstTokenSeen(): void;
  /** Only counts may follow: from here on all waits together are short. */
  endingSeen(): void;
  /** The answer went on. Bytes that say nothing, such as pings, keep it alive too, but only `eventlessPatience` times as long. */
  eventSeen(): void;
  /**
   * Limits one wait for the upstream; the clock stands still while nobody waits, so a slow client costs nothing. A step that
   * is ready at once still passes a deadline that is over: see `passed` behind each wait.
   */
  waitFor<T>(step: Promise<T>): Promise<T>;
  dispose(): void;
}

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly firstTokenMs: number;
  readonly idleMs: number;
  /** The client's: aborts the attempt too, but is no passed deadline. */
  readonly clientSignal: AbortSignal;
}

interface Limit {
  readonly phase: DeadlinePhase;
  readonly timeoutMs: number;
  readonly waitMs: number;
}

/** Hosts that send counts at all send them right behind the finish reason. */
const endingMs = 2_000;

/** After a sleep of the machine the time is over before anything could come: the upstream gets a moment more. */
const overdueMs = 5_000;

/** Half an hour with the default setting: longer than any model thinks in silence, and not for ever. */
export const eventlessPatience = 10;

export function createDeadlines(options: DeadlineOptions): Deadlines {
  const { clock, clientSignal } = options;
  const controller = new AbortController();
  const startedAt = clock.now();
  let passed: Deadlines['passed'];
  let hasFirstToken = false;
  let isEnding = false;
<<<<<<< HEAD
  let wait: Wait | undefined;
  let alarm: Alarm | undefined;
=======
  /** When the first token was found to be late, though no timer had fired. */
  let overdueAt: number | undefined;
  /** Time spent in waits since the last event. */
  let waitedMs = 0;
>>>>>>> main
  const abort = () => controller.abort();
  if (clientSignal.aborted) abort();
  else clientSignal.addEventListener('abort', abort, { once: true });

<<<<<<< HEAD
  function begin(): Wait {
    const now = clock.now();
    if (isEnding || hasFirstToken) {
      const timeoutMs = isEnding ? Math.min(options.idleMs, endingMs) : options.idleMs;
      return { phase: 'idle', timeoutMs, waitMs: timeoutMs, endsAt: now + timeoutMs };
    }
    const timeoutMs = options.firstTokenMs;
    const waitMs = Math.max(0, timeoutMs - (now - startedAt));
    return { phase: 'firstToken', timeoutMs, waitMs, endsAt: now + waitMs };
  }

  function setAlarm(target: Wait, delayMs: number): void {
    alarm?.cancel();
    const cancel = clock.after(delayMs, () => ring(target));
    alarm = { ringsAt: clock.now() + delayMs, cancel };
  }

  /** The clock may have been set meanwhile, so a wait that lasted a whole alarm of its own is over whatever it says. */
  function ring(target: Wait): void {
    alarm = undefined;
    if (wait === undefined) return;
    const leftMs = Math.min(wait.endsAt - clock.now(), wait.waitMs);
    if (wait !== target && leftMs > 0) {
      setAlarm(wait, leftMs);
      return;
    }
    passed ??= { phase: wait.phase, timeoutMs: wait.timeoutMs };
=======
  function limit(): Limit {
    if (isEnding) {
      const timeoutMs = Math.min(options.idleMs, endingMs);
      return { phase: 'idle', timeoutMs, waitMs: timeoutMs - waitedMs };
    }
    if (hasFirstToken) {
      const timeoutMs = options.idleMs * eventlessPatience;
      const leftMs = timeoutMs - waitedMs;
      if (leftMs < options.idleMs) return { phase: 'idle', timeoutMs, waitMs: leftMs };
      return { phase: 'idle', timeoutMs: options.idleMs, waitMs: options.idleMs };
    }
    const timeoutMs = options.firstTokenMs;
    const leftMs = timeoutMs - (clock.now() - startedAt);
    if (leftMs > 0) return { phase: 'firstToken', timeoutMs, waitMs: leftMs };
    overdueAt ??= clock.now();
    return { phase: 'firstToken', timeoutMs, waitMs: overdueMs - (clock.now() - overdueAt) };
  }

  function pass({ phase, timeoutMs }: Limit): void {
    passed ??= { phase, timeoutMs };
>>>>>>> main
    controller.abort();
  }

  return {
    signal: controller.signal,
    get passed() {
      return passed;
    },
    firstTokenSeen() {
      hasFirstToken = true;
    },
    endingSeen() {
      if (!isEnding) waitedMs = 0;
      isEnding = true;
    },
    eventSeen() {
      waitedMs = 0;
    },
    async waitFor(step) {
<<<<<<< HEAD
      wait = begin();
      if (alarm === undefined || wait.endsAt < alarm.ringsAt) setAlarm(wait, wait.waitMs);
      try {
        return await step;
      } finally {
        wait = undefined;
=======
      const now = limit();
      // An upstream that always has another ping ready would cancel every timer before it is due.
      if (now.waitMs <= 0) pass(now);
      const beganAt = clock.now();
      const cancel = clock.after(Math.max(0, now.waitMs), () => pass(now));
      try {
        return await step;
      } finally {
        cancel();
        // A machine that slept meanwhile has not waited.
        waitedMs += Math.min(Math.max(0, clock.now() - beganAt), options.idleMs);
>>>>>>> main
      }
    },
    dispose() {
      clientSignal.removeEventListener('abort', abort);
      alarm?.cancel();
    },
  };
}

interface Wait {
  readonly phase: DeadlinePhase;
  readonly timeoutMs: number;
  readonly waitMs: number;
  readonly endsAt: number;
}

/** The timer, which stays over many short waits: setting one for each chunk of a stream costs more than looking back once. */
interface Alarm {
  readonly ringsAt: number;
  cancel(): void;
}
