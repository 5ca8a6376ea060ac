import {
  type BreakerState,
  failBreaker,
  newBreaker,
  type Passage,
  type Rest,
  releaseBreaker,
} from './breaker';
import { policyOf } from './failure';
import type { HealthEntry, HealthOptions, RememberedScope } from './health';
import { assertNever, type Failure } from './types';

/** What is remembered of one scope. Owned and changed by the registry alone. */
export interface Entry {
  readonly scope: RememberedScope;
  readonly key: string;
  breaker: BreakerState;
  failure: Failure | undefined;
  lastFailureAt: number | undefined;
  lastTtftMs: number | undefined;
  lastServedAt: number | undefined;
}

/** A scope of which nothing is known. */
export function newEntry(scope: RememberedScope, key: string): Entry {
  return {
    scope,
    key,
    breaker: newBreaker,
    failure: undefined,
    lastFailureAt: undefined,
    lastTtftMs: undefined,
    lastServedAt: undefined,
  };
}

/** The name of an entry, unique over scopes. */
export function entryName(scope: RememberedScope, key: string): string {
  return `${scope} ${key}`;
}

/** Records a failure of the entry's scope, unless it is stale or of a kind that is not remembered. */
export function fail(
  entry: Entry,
  passage: Passage,
  failure: Failure,
  options: HealthOptions,
): void {
  const now = options.now();
  const rest = restOf(failure, now);
  if (rest === undefined) {
    entry.breaker = releaseBreaker(entry.breaker, passage);
    return;
  }
  const next = failBreaker(entry.breaker, passage, { now, rest, random: options.random() });
  if (next === entry.breaker) return;
  entry.breaker = next;
  entry.failure = failure;
  entry.lastFailureAt = now;
}

/** The failure that a refused request is told, with the time of the next try. */
export function rememberedFailure({ breaker, failure }: Entry, now: number): Failure {
  if (failure === undefined) throw new Error(`a ${breaker.phase} scope without a failure`);
  const untilAt = breaker.phase === 'closed' ? now : breaker.untilAt;
  const retryAt = Math.max(untilAt, now);
  return { ...failure, remembered: true, ...(retryAt === Infinity ? {} : { retryAt }) };
}

/** The entry as others may see it: plain data, no references into memory. */
export function describe(entry: Entry): HealthEntry {
  const { breaker } = entry;
  const untilAt = breaker.phase === 'closed' ? Infinity : breaker.untilAt;
  return {
    scope: entry.scope,
    key: entry.key,
    state: breaker.phase,
    consecutiveFailures: breaker.consecutiveFailures,
    ...(untilAt === Infinity ? {} : { untilAt }),
    ...(entry.failure === undefined ? {} : { failure: entry.failure }),
    ...(entry.lastFailureAt === undefined ? {} : { lastFailureAt: entry.lastFailureAt }),
    ...(entry.lastTtftMs === undefined ? {} : { lastTtftMs: entry.lastTtftMs }),
    ...(entry.lastServedAt === undefined ? {} : { lastServedAt: entry.lastServedAt }),
  };
}

/** How long a failure makes its scope rest; undefined when it is not remembered. */
function restOf(failure: Failure, now: number): Rest | undefined {
  const { memory } = policyOf(failure);
  const { resetsAt } = failure;
  const named = resetsAt !== undefined && resetsAt > now ? { untilAt: resetsAt } : undefined;
  if (failure.remembered === true) return undefined;
  switch (memory.rule) {
    case 'none':
      return undefined;
    case 'untilCredentialChanges':
      return { type: 'until', untilAt: now + (memory.probeAfterMs ?? Infinity) };
    case 'fixed':
      return { type: 'until', untilAt: now + memory.restMs, ...named };
    case 'untilReset':
      return { type: 'until', untilAt: now + memory.defaultMs, ...named };
    case 'breaker':
      return { type: 'counted', ...named };
    case 'growing':
      return named === undefined
        ? { type: 'growing', fromMs: memory.fromMs, toMs: memory.toMs }
        : { type: 'until', ...named };
    default:
      return assertNever(memory);
  }
}
