import type { Failure, FailureKind, Scope } from './types';

/** What the chain does after a failure. Targets inside a failed scope are skipped whatever the action. */
export type ChainAction =
  | 'stop'
  | 'next'
  | 'skipPlan'
  | 'skipHost'
  /** The same target once more in the other wire format, then `next`. */
  | 'otherWireFormat'
  /** Only targets whose context window is larger. */
  | 'largerContext'
  /** At most one more target, of another wire format or model family. */
  | 'oneMore';

/** How long a failure is remembered. Every rest ends in half-open: one real request probes. */
export type MemoryRule =
  | { readonly rule: 'none' }
  /** Without `probeAfterMs` only a changed key ends the rest. */
  | { readonly rule: 'untilCredentialChanges'; readonly probeAfterMs?: number }
  | { readonly rule: 'fixed'; readonly restMs: number }
  /** Until the time that the upstream names, else `defaultMs`. */
  | { readonly rule: 'untilReset'; readonly defaultMs: number }
  /** Counted; rests by the rule of `breaker.ts`. */
  | { readonly rule: 'breaker' }
  /** Rests at the first failure, twice as long after each failed probe. */
  | { readonly rule: 'growing'; readonly fromMs: number; readonly toMs: number };

export type AnthropicErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'billing_error'
  | 'permission_error'
  | 'not_found_error'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'overloaded_error'
  | 'api_error';

/** What the client gets when this failure is the final one. */
export interface AnswerRule {
  readonly status: number;
  readonly errorType: AnthropicErrorType;
  /** False gives `x-should-retry: false`, so that the client fails at once. */
  readonly isRetryable: boolean;
}

export type Told = 'notification' | 'tooltip' | 'statusBar' | 'log' | 'debug';
export type FailureButton = 'setApiKey' | 'openLink' | 'showLog';

/** One row of the failure table. */
export interface FailurePolicy {
  readonly scope: Scope;
  /** Another key of the same provider may be served: it is asked before the chain goes on. */
  readonly isOfKey: boolean;
  readonly chain: ChainAction;
  readonly memory: MemoryRule;
  readonly answer: AnswerRule;
  readonly told: Told;
  /** `openLink` is shown only when the failure has a link. */
  readonly buttons: readonly FailureButton[];
}

const secondMs = 1000;
const minuteMs = 60 * secondMs;

/**
 * The failure table: a kind without a row does not compile.
 *
 * 424 and not 401: a 401 makes Claude Code retry for minutes or say "Please run /login"; 424 stops every client tried at
 * once and shows our sentence whole (measured with 2.1.330 and 2.1.197, 2026-11-22).
 */
export const policies = {
  missingKey: {
    scope: 'credential',
    isOfKey: true,
    chain: 'stop',
    memory: { rule: 'untilCredentialChanges' },
    answer: { status: 424, errorType: 'authentication_error', isRetryable: false },
    told: 'notification',
    buttons: ['setApiKey', 'showLog'],
  },
  keyHeldBack: {
    scope: 'credential',
    isOfKey: false,
    chain: 'stop',
    memory: { rule: 'none' },
    answer: { status: 424, errorType: 'authentication_error', isRetryable: false },
    // The extension asks by itself, with the buttons that decide it.
    told: 'statusBar',
    buttons: [],
  },
  keyRejected: {
    scope: 'credential',
    isOfKey: true,
    chain: 'stop',
    memory: { rule: 'untilCredentialChanges', probeAfterMs: minuteMs },
    answer: { status: 424, errorType: 'authentication_error', isRetryable: false },
    told: 'notification',
    buttons: ['setApiKey', 'showLog'],
  },
  accountBlocked: {
    scope: 'credential',
    isOfKey: true,
    chain: 'stop',
    memory: { rule: 'untilCredentialChanges', probeAfterMs: minuteMs },
    answer: { status: 424, errorType: 'permission_error', isRetryable: false },
    told: 'notification',
    buttons: ['openLink', 'setApiKey', 'showLog'],
  },
  accountUnfunded: {
    scope: 'plan',
    isOfKey: true,
    chain: 'skipPlan',
    memory: { rule: 'fixed', restMs: 5 * minuteMs },
    answer: { status: 402, errorType: 'billing_error', isRetryable: false },
    told: 'notification',
    buttons: ['openLink', 'showLog'],
  },
  planMissing: {
    scope: 'plan',
    isOfKey: true,
    chain: 'skipPlan',
    memory: { rule: 'untilCredentialChanges', probeAfterMs: 10 * minuteMs },
    answer: { status: 402, errorType: 'billing_error', isRetryable: false },
    told: 'notification',
    buttons: ['openLink', 'setApiKey', 'showLog'],
  },
  planLimit: {
    scope: 'plan',
    isOfKey: true,
    chain: 'skipPlan',
    // The default is for answers that name no reset time: one probe each quarter of an hour is cheap.
    memory: { rule: 'untilReset', defaultMs: 15 * minuteMs },
    answer: { status: 429, errorType: 'rate_limit_error', isRetryable: false },
    told: 'notification',
    buttons: ['openLink', 'showLog'],
  },
  networkRefused: {
    scope: 'host',
    isOfKey: false,
    chain: 'skipHost',
    // Short, since a person mends it outside; a change of VS Code's own settings ends it at once.
    memory: { rule: 'growing', fromMs: 5 * secondMs, toMs: minuteMs },
    // Not 503, which clients would repeat in vain for minutes.
    answer: { status: 424, errorType: 'api_error', isRetryable: false },
    told: 'notification',
    buttons: ['showLog'],
  },
  modelRefused: {
    scope: 'target',
    isOfKey: true,
    chain: 'next',
    memory: { rule: 'fixed', restMs: 10 * minuteMs },
    answer: { status: 424, errorType: 'not_found_error', isRetryable: false },
    told: 'tooltip',
    buttons: [],
  },
  wrongWireFormat: {
    scope: 'target',
    isOfKey: false,
    chain: 'otherWireFormat',
    // What is remembered is the format that worked, and that is the chain's to keep.
    memory: { rule: 'none' },
    answer: { status: 424, errorType: 'not_found_error', isRetryable: false },
    told: 'log',
    buttons: [],
  },
  rateLimited: {
    scope: 'target',
    isOfKey: true,
    chain: 'next',
    memory: { rule: 'growing', fromMs: 5 * secondMs, toMs: 5 * minuteMs },
    answer: { status: 429, errorType: 'rate_limit_error', isRetryable: true },
    told: 'tooltip',
    buttons: [],
  },
  overloaded: {
    scope: 'target',
    isOfKey: false,
    chain: 'next',
    memory: { rule: 'breaker' },
    answer: { status: 529, errorType: 'overloaded_error', isRetryable: true },
    told: 'tooltip',
    buttons: [],
  },
  serverError: {
    scope: 'target',
    isOfKey: false,
    chain: 'next',
    memory: { rule: 'breaker' },
    answer: { status: 529, errorType: 'overloaded_error', isRetryable: true },
    told: 'tooltip',
    buttons: [],
  },
  timeout: {
    scope: 'target',
    isOfKey: false,
    chain: 'next',
    memory: { rule: 'breaker' },
    answer: { status: 504, errorType: 'timeout_error', isRetryable: true },
    told: 'tooltip',
    buttons: [],
  },
  unreachable: {
    scope: 'host',
    isOfKey: false,
    chain: 'skipHost',
    // At most a minute, so that a laptop that is back online is served again soon.
    memory: { rule: 'growing', fromMs: 5 * secondMs, toMs: minuteMs },
    answer: { status: 503, errorType: 'api_error', isRetryable: true },
    told: 'statusBar',
    buttons: [],
  },
  brokenStream: {
    scope: 'target',
    isOfKey: false,
    chain: 'next',
    memory: { rule: 'breaker' },
    answer: { status: 502, errorType: 'api_error', isRetryable: true },
    told: 'tooltip',
    buttons: [],
  },
  contextTooLong: {
    scope: 'target',
    isOfKey: false,
    chain: 'largerContext',
    memory: { rule: 'none' },
    answer: { status: 400, errorType: 'invalid_request_error', isRetryable: false },
    told: 'log',
    buttons: [],
  },
  badRequest: {
    scope: 'request',
    isOfKey: false,
    chain: 'oneMore',
    memory: { rule: 'none' },
    answer: { status: 400, errorType: 'invalid_request_error', isRetryable: false },
    told: 'log',
    buttons: [],
  },
  contentRefused: {
    scope: 'request',
    isOfKey: false,
    chain: 'stop',
    memory: { rule: 'none' },
    answer: { status: 400, errorType: 'invalid_request_error', isRetryable: false },
    told: 'log',
    buttons: [],
  },
  cancelled: {
    scope: 'request',
    isOfKey: false,
    chain: 'stop',
    memory: { rule: 'none' },
    answer: { status: 499, errorType: 'api_error', isRetryable: false },
    told: 'debug',
    buttons: [],
  },
} as const satisfies Record<FailureKind, FailurePolicy>;

/** Claude Code gives up at once on a longer `retry-after` and sleeps for hours by it in other clients. */
const maxRetryAfterSeconds = 59;

/** The row of the table for a failure, typed for general use. */
export function policyOf(failure: Pick<Failure, 'kind'>): FailurePolicy {
  return policies[failure.kind];
}

/**
 * The headers that tell a client whether and when to try again: `x-should-retry: false` for what a retry cannot improve,
 * else `retry-after` (1 to 59 seconds) where a time is known. With the upstream's own status where there was one.
 */
export function answerHeaders(failure: Failure, now: number): Record<string, string> {
  const headers: Record<string, string> = {};
  if (failure.upstreamStatus !== undefined) {
    headers['x-switchyard-upstream-status'] = String(failure.upstreamStatus);
  }
  if (!policyOf(failure).answer.isRetryable) {
    return { ...headers, 'x-should-retry': 'false' };
  }
  const retryAt = failure.resetsAt ?? failure.retryAt;
  if (retryAt !== undefined) {
    const seconds = Math.max(1, Math.ceil((retryAt - now) / secondMs));
    headers['retry-after'] = String(Math.min(seconds, maxRetryAfterSeconds));
    // The upstream has named a time: until then no retry can help, and waiting would only look like hanging. A rest of our
    // own is a guess, which the next try may well correct.
    const isNamed = failure.resetsAt !== undefined;
    if (isNamed && seconds > maxRetryAfterSeconds) headers['x-should-retry'] = 'false';
  }
  return headers;
}
