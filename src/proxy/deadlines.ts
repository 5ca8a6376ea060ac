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
  /**
   * The answer went on, also behind what looked like its ending. Bytes that say nothing, such as pings, keep it alive too, but
   * only `eventlessPatience` times as long.
   */
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
  return new AttemptDeadlines(options);
}

class AttemptDeadlines implements Deadlines {
  readonly #options: DeadlineOptions;
  readonly #cancellation = createCancellation();
  readonly #abort = (): void => this.#cancellation.abort();
  readonly #startedAt: number;
  #passed: Deadlines['passed'];
  #hasFirstToken = false;
  #isEnding = false;
  /** When the first token was found to be late, though no timer had fired. */
  #overdueAt: number | undefined;
  /** Time spent in waits since the last event. */
  #waitedMs = 0;
  #wait: Wait | undefined;
  #alarm: Alarm | undefined;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
    if (options.clientSignal.aborted) this.#abort();
    else options.clientSignal.addEventListener('abort', this.#abort);
  }

  get signal(): CancelSignal {
    return this.#cancellation.signal;
  }

  get passed(): Deadlines['passed'] {
    return this.#passed;
  }

  firstTokenSeen(): void {
    this.#hasFirstToken = true;
  }

  endingSeen(): void {
    if (!this.#isEnding) this.#waitedMs = 0;
    this.#isEnding = true;
  }

  eventSeen(): void {
    this.#waitedMs = 0;
    this.#isEnding = false;
  }

  beginWait(): void {
    const beganAt = this.#options.clock.now();
    const { phase, timeoutMs, waitMs } = this.#limit();
    const wait = { phase, timeoutMs, waitMs, beganAt, endsAt: beganAt + waitMs };
    this.#wait = wait;
    // An upstream that always has another ping ready would end every wait before a timer is due.
    if (waitMs <= 0) this.#pass(wait);
    else if (this.#alarm === undefined || wait.endsAt < this.#alarm.ringsAt) {
      this.#setAlarm(wait, waitMs);
    }
  }

  endWait(): void {
    if (this.#wait === undefined) return;
    const { clock, idleMs } = this.#options;
    // A machine that slept meanwhile has not waited.
    this.#waitedMs += Math.min(Math.max(0, clock.now() - this.#wait.beganAt), idleMs);
    this.#wait = undefined;
  }

  dispose(): void {
    this.#options.clientSignal.removeEventListener('abort', this.#abort);
    this.#alarm?.cancel();
  }

  #limit(): Limit {
    const { clock, idleMs, firstTokenMs } = this.#options;
    if (this.#isEnding) {
      const timeoutMs = Math.min(idleMs, endingMs);
      return { phase: 'idle', timeoutMs, waitMs: timeoutMs - this.#waitedMs };
    }
    if (this.#hasFirstToken) {
      const timeoutMs = idleMs * eventlessPatience;
      const leftMs = timeoutMs - this.#waitedMs;
      if (leftMs < idleMs) return { phase: 'idle', timeoutMs, waitMs: leftMs };
      return { phase: 'idle', timeoutMs: idleMs, waitMs: idleMs };
    }
    const leftMs = firstTokenMs - (clock.now() - this.#startedAt);
    if (leftMs > 0) return { phase: 'firstToken', timeoutMs: firstTokenMs, waitMs: leftMs };
    this.#overdueAt ??= clock.now();
    const waitMs = overdueMs - (clock.now() - this.#overdueAt);
    return { phase: 'firstToken', timeoutMs: firstTokenMs, waitMs };
  }

  #pass({ phase, timeoutMs }: Limit): void {
    this.#passed ??= { phase, timeoutMs };
    this.#cancellation.abort();
  }

  #setAlarm(target: Wait, delayMs: number): void {
    const { clock } = this.#options;
    this.#alarm?.cancel();
    const cancel = clock.after(delayMs, () => this.#ring(target));
    this.#alarm = { ringsAt: clock.now() + delayMs, cancel };
  }

  #ring(target: Wait): void {
    this.#alarm = undefined;
    const wait = this.#wait;
    if (wait === undefined) return;
    const leftMs = wait.endsAt - this.#options.clock.now();
    // A wait that lasted a whole alarm of its own is over, whatever the clock says, which may have been set.
    if (wait === target || leftMs === 0) this.#pass(wait);
    else this.#setAlarm(wait, Math.min(wait.waitMs, leftMs > 0 ? leftMs : overdueMs));
  }
}
