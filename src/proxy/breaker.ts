import { assertNever } from './types';

/**
 * Remembers whether one scope may be tried: closed, open until a time, or half-open with exactly one probe. Pure: every
 * function takes a state and the time and gives the next state.
 */
export type BreakerState = ClosedState | OpenState | HalfOpenState;

interface CommonState {
  /** Counts the openings, so that an outcome of a request admitted before one is known to be stale. */
  readonly era: number;
  /** Openings in a row without a success between them: the exponent of the rest. */
  readonly level: number;
  readonly consecutiveFailures: number;
}

export interface ClosedState extends CommonState {
  readonly phase: 'closed';
  /** The last outcomes, newest last; true is a failure. */
  readonly recent: readonly boolean[];
}

export interface OpenState extends CommonState {
  readonly phase: 'open';
  readonly openedAt: number;
  /** Infinity when only a reset ends it. */
  readonly untilAt: number;
}

export interface HalfOpenState extends CommonState {
  readonly phase: 'halfOpen';
  readonly openedAt: number;
  readonly untilAt: number;
  readonly probeStartedAt: number;
}

/** Passage given to one request. Outcomes of an old era, or of a probe that is no longer the probe, do not count. */
export interface Passage {
  readonly era: number;
  readonly isProbe: boolean;
}

/** How long a failure makes a scope rest: at once until a time, at once and growing, or only when the count says so. */
export type Rest =
  | { readonly type: 'until'; readonly untilAt: number }
  | { readonly type: 'growing'; readonly fromMs: number; readonly toMs: number }
  | { readonly type: 'counted'; readonly untilAt?: number };

export interface FailureInput {
  readonly now: number;
  readonly rest: Rest;
  /** From 0 to below 1. */
  readonly random: number;
}

const consecutiveToOpen = 3;
const sampleSize = 20;
/** Below this many outcomes a share of failures means nothing. */
const minSample = 10;
const failureShareToOpen = 0.5;
const cooldownMs = 30_000;
const maxCooldownMs = 15 * 60_000;
/** Rests are lengthened by up to this share, so that many windows do not probe in step. */
const jitterShare = 0.2;
/** A probe that nobody settled in this time is taken for lost, so that a bug elsewhere cannot condemn a scope for ever. */
const probeLeaseMs = 15 * 60_000;

/** The state of a scope that nothing is known of. */
export const newBreaker: ClosedState = {
  phase: 'closed',
  era: 0,
  level: 0,
  consecutiveFailures: 0,
  recent: [],
};

/** Whether one more request may pass. Never waits: while a probe is under way everyone else is refused. */
export function askBreaker(
  state: BreakerState,
  now: number,
): { readonly state: BreakerState; readonly passage: Passage | undefined } {
  switch (state.phase) {
    case 'closed':
      return { state, passage: { era: state.era, isProbe: false } };
    case 'open':
      return isRestOver(state, now) ? startProbe(state, now) : { state, passage: undefined };
    case 'halfOpen':
      return now - state.probeStartedAt >= probeLeaseMs
        ? startProbe(state, now)
        : { state, passage: undefined };
    default:
      return assertNever(state);
  }
}

/** A success closes the scope if it is the probe's, and otherwise counts only while the scope is still closed. */
export function succeedBreaker(state: BreakerState, passage: Passage): BreakerState {
  if (passage.era !== state.era) return state;
  const recent = state.phase === 'closed' ? pushOutcome(state.recent, false) : [false];
  return { phase: 'closed', era: state.era, level: 0, consecutiveFailures: 0, recent };
}

/** A failure of this scope. A stale one can only lengthen the rest, when it knows a later time. */
export function failBreaker(
  state: BreakerState,
  passage: Passage,
  input: FailureInput,
): BreakerState {
  if (passage.era !== state.era) return lengthenRest(state, input);
  const consecutiveFailures = state.consecutiveFailures + 1;
  const recent = state.phase === 'closed' ? pushOutcome(state.recent, true) : [];
  const counted = { ...state, consecutiveFailures };
  if (state.phase !== 'closed' || opensNow(input.rest, consecutiveFailures, recent)) {
    return open(counted, input);
  }
  return { phase: 'closed', era: state.era, level: state.level, consecutiveFailures, recent };
}

/** Gives a permit back that said nothing about this scope: a probe's place is free for the next request. */
export function releaseBreaker(state: BreakerState, passage: Passage): BreakerState {
  if (state.phase !== 'halfOpen' || passage.era !== state.era) return state;
  const { probeStartedAt: _probeStartedAt, ...rest } = state;
  return { ...rest, phase: 'open' };
}

function isRestOver(state: OpenState, now: number): boolean {
  // A clock that was set back must not lengthen a rest.
  return now >= state.untilAt || (now < state.openedAt && state.untilAt !== Infinity);
}

function startProbe(state: OpenState | HalfOpenState, now: number) {
  // A new era, so that the outcome of a probe whose lease ran out does not count.
  const era = state.era + 1;
  const probing: HalfOpenState = { ...state, phase: 'halfOpen', era, probeStartedAt: now };
  return { state: probing, passage: { era, isProbe: true } };
}

function opensNow(rest: Rest, consecutive: number, recent: readonly boolean[]): boolean {
  if (rest.type !== 'counted' || rest.untilAt !== undefined) return true;
  if (consecutive >= consecutiveToOpen) return true;
  const failures = recent.filter((failed) => failed).length;
  return recent.length >= minSample && failures / recent.length >= failureShareToOpen;
}

function open(state: BreakerState, { now, rest, random }: FailureInput): OpenState {
  return {
    phase: 'open',
    // The requests still under way belong to the old era.
    era: state.era + 1,
    level: state.level + 1,
    consecutiveFailures: state.consecutiveFailures,
    openedAt: now,
    untilAt: restEnd(rest, state.level, now, random),
  };
}

function restEnd(rest: Rest, level: number, now: number, random: number): number {
  switch (rest.type) {
    case 'until':
      return rest.untilAt;
    case 'growing':
      return now + Math.min(rest.fromMs * 2 ** level, rest.toMs);
    case 'counted': {
      const growingMs = cooldownMs * 2 ** level * (1 + jitterShare * random);
      return rest.untilAt ?? now + Math.min(growingMs, maxCooldownMs);
    }
    default:
      return assertNever(rest);
  }
}

function lengthenRest(state: BreakerState, { rest }: FailureInput): BreakerState {
  if (state.phase !== 'open' || rest.type === 'growing') return state;
  const untilAt = rest.untilAt ?? state.untilAt;
  return untilAt > state.untilAt ? { ...state, untilAt } : state;
}

function pushOutcome(recent: readonly boolean[], failed: boolean): readonly boolean[] {
  return [...recent, failed].slice(-sampleSize);
}
