import { type CancelSignal, createCancellation } from './cancellation';
import type { Clock } from './clock';
import type { DeadlinePhase } from './types';

/** The deadlines of one attempt. When one passes, `signal` aborts and `passed` tells which. */
export interface Deadlines {
  readonly signal: CancelSignal;
  readonly passed: { readonly phase: DeadlinePhase; readonly timeoutMs: number } | undefined;
  /** From here on every wait is limited by `idleMs` instead of the rest of the time to first token. */
  firstTokenSeen(): void;
  /** Only counts may follow: from here on all waits together are short. */
  endingSeen(): void;
  /** The answer went on. Bytes that say nothing, such as pings, keep it alive too, but only `eventlessPatience` times as long. */
  eventSeen(): void;
  /**
   * Limits one wait for the upstream, until `endWait`; the clock stands still while nobody waits, so a slow client costs
   * nothing. What is ready at once still passes a deadline that is over: see `passed` behind each wait.
   */
  beginWait(): void;
  endWait(): void;
  dispose(): void;
}

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly firstTokenMs: number;
  readonly idleMs: number;
  /** The client's: aborts the attempt too, but is no passed deadline. */
  readonly clientSignal: CancelSignal;
}

interface Limit {
  readonly phase: DeadlinePhase;
  readonly timeoutMs: number;
  readonly waitMs: number;
}

interface Wait extends Limit {
  readonly beganAt: number;
  readonly endsAt: number;
}

/** The timer, which stays over many short waits: setting one for each chunk of a stream costs more than looking back once. */
interface Alarm {
  readonly ringsAt: number;
  cancel(): void;
}

/** Hosts that send counts at all send them right behind the finish reason. */
const endingMs = 2_000;

/** After a sleep of the machine the time is over before anything could come: the upstream gets a moment more. */
const overdueMs = 5_000;

/** Half an hour with the default setting: longer than any model thinks in silence, and not for ever. */
export const eventlessPatience = 10;

/** Waits for one thing within the deadlines. */
export async function waitWithin<Value>(
  deadlines: Deadlines,
  step: Promise<Value>,
): Promise<Value> {
  deadlines.beginWait();
  try {
    return await step;
  } finally {
    deadlines.endWait();
  }
}

export function createDeadlines(options: DeadlineOptions): Deadlines {
  const { clock, clientSignal } = options;
  const controller = createCancellation();
  const startedAt = clock.now();
  let passed: Deadlines['passed'];
  let hasFirstToken = false;
  let isEnding = false;
  /** When the first token was found to be late, though no timer had fired. */
  let overdueAt: number | undefined;
  /** Time spent in waits since the last event. */
  let waitedMs = 0;
  let wait: Wait | undefined;
  let alarm: Alarm | undefined;
  const abort = () => controller.abort();
  if (clientSignal.aborted) abort();
  else clientSignal.addEventListener('abort', abort);

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
    controller.abort();
  }

  function setAlarm(target: Wait, delayMs: number): void {
    alarm?.cancel();
    const cancel = clock.after(delayMs, () => ring(target));
    alarm = { ringsAt: clock.now() + delayMs, cancel };
  }

  function ring(target: Wait): void {
    alarm = undefined;
    if (wait === undefined) return;
    const leftMs = wait.endsAt - clock.now();
    // A wait that lasted a whole alarm of its own is over, whatever the clock says, which may have been set.
    if (wait === target || leftMs === 0) pass(wait);
    else setAlarm(wait, Math.min(wait.waitMs, leftMs > 0 ? leftMs : overdueMs));
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
    beginWait() {
      const beganAt = clock.now();
      const { phase, timeoutMs, waitMs } = limit();
      wait = { phase, timeoutMs, waitMs, beganAt, endsAt: beganAt + waitMs };
      // An upstream that always has another ping ready would end every wait before a timer is due.
      if (wait.waitMs <= 0) pass(wait);
      else if (alarm === undefined || wait.endsAt < alarm.ringsAt) setAlarm(wait, wait.waitMs);
    },
    endWait() {
      if (wait === undefined) return;
      // A machine that slept meanwhile has not waited.
      waitedMs += Math.min(Math.max(0, clock.now() - wait.beganAt), options.idleMs);
      wait = undefined;
    },
    dispose() {
      clientSignal.removeEventListener('abort', abort);
      alarm?.cancel();
    },
  };
}
