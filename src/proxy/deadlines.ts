import type { Clock } from './clock';
import type { DeadlinePhase } from './types';

/** The deadlines of one attempt. When one passes, `signal` aborts and `passed` tells which. */
export interface Deadlines {
  readonly signal: AbortSignal;
  readonly passed: { readonly phase: DeadlinePhase; readonly timeoutMs: number } | undefined;
  /** From here on every wait is limited by `idleMs` instead of the rest of the time to first token. */
  firstTokenSeen(): void;
  /** Only counts may follow: from here on a wait is short. */
  endingSeen(): void;
  /** Limits one wait for the upstream; the clock stands still while nobody waits, so a slow client costs nothing. */
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

/** Hosts that send counts at all send them right behind the finish reason. */
const endingMs = 2_000;

export function createDeadlines(options: DeadlineOptions): Deadlines {
  const { clock, clientSignal } = options;
  const controller = new AbortController();
  const startedAt = clock.now();
  let passed: Deadlines['passed'];
  let hasFirstToken = false;
  let isEnding = false;
  let wait: Wait | undefined;
  let alarm: Alarm | undefined;
  const abort = () => controller.abort();
  if (clientSignal.aborted) abort();
  else clientSignal.addEventListener('abort', abort, { once: true });

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
      isEnding = true;
    },
    async waitFor(step) {
      wait = begin();
      if (alarm === undefined || wait.endsAt < alarm.ringsAt) setAlarm(wait, wait.waitMs);
      try {
        return await step;
      } finally {
        wait = undefined;
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
