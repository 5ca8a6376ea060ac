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
  const abort = () => controller.abort();
  if (clientSignal.aborted) abort();
  else clientSignal.addEventListener('abort', abort, { once: true });

  function limit(): { phase: DeadlinePhase; timeoutMs: number; waitMs: number } {
    if (isEnding) {
      const timeoutMs = Math.min(options.idleMs, endingMs);
      return { phase: 'idle', timeoutMs, waitMs: timeoutMs };
    }
    if (hasFirstToken) return { phase: 'idle', timeoutMs: options.idleMs, waitMs: options.idleMs };
    const elapsedMs = clock.now() - startedAt;
    const waitMs = Math.max(0, options.firstTokenMs - elapsedMs);
    return { phase: 'firstToken', timeoutMs: options.firstTokenMs, waitMs };
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
      const { phase, timeoutMs, waitMs } = limit();
      const cancel = clock.after(waitMs, () => {
        passed ??= { phase, timeoutMs };
        controller.abort();
      });
      try {
        return await step;
      } finally {
        cancel();
      }
    },
    dispose: () => clientSignal.removeEventListener('abort', abort),
  };
}
