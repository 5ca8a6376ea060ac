import type { Phrase } from './phrase';
import type { FailureKind, FailureOrigin, RequestFacts, Route, WireFormat } from './types';
import type { StopReason, Usage } from './wire/streamEvent';

/**
 * What one request went through, for people who want to see it. Plain data without content and without secrets; texts
 * are cleaned for people. A trace is told anew, whole, while its request runs, and once more when it has ended. Times
 * are epoch ms, costs USD.
 */
export interface RequestTrace {
  /** As in the log: four hex digits, so that only `startedAt` makes it unique. */
  readonly id: string;
  readonly startedAt: number;
  /** Absent while the request runs. */
  readonly endedAt?: number;
  /** As measured; the client's words are cleaned and cut, and `sessionId` is a short hash of the session's. */
  readonly facts: RequestFacts;
  readonly scenario: string;
  readonly reason: Phrase;
  /** The rules in the order in which they were asked, up to the one that won. */
  readonly considered: Route['considered'];
  /** Names of the chain's targets that could be asked, in order. */
  readonly chain: readonly string[];
  readonly skipped: Route['skipped'];
  readonly attempts: readonly AttemptTrace[];
  /** Another model or key than before goes on with the conversation. */
  readonly moved?: { readonly from: string; readonly to: string; readonly why: Phrase };
  readonly outcome?: RequestOutcome;
  /** Why nothing served: of all attempts' failures the one that the client was told. */
  readonly failure?: FailureTrace;
  /** Of the answer; absent while it runs, and when the client left. */
  readonly status?: number;
  /** As the upstream counted; absent when it told nothing. */
  readonly usage?: Usage;
  readonly stopReason?: StopReason;
  /** By the catalogue's price; absent when the price or the usage is not known. */
  readonly cost?: number;
  /** What the same tokens would have cost without the upstream's cache. */
  readonly costWithoutCache?: number;
  /** For background work: what the same tokens would have cost on the first model of the default chain. */
  readonly costOnDefault?: number;
}

/** `answeredHere`: no upstream was needed. */
export const requestOutcomes = [
  'served',
  'failed',
  'brokeOff',
  'cancelled',
  'answeredHere',
] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

/** One target of the chain that was tried, or kept from being tried by what is remembered of it. */
export interface AttemptTrace {
  readonly target: string;
  /** The key slot, where the provider has several. */
  readonly credential?: string;
  readonly wireFormat: WireFormat;
  readonly origin: FailureOrigin;
  readonly startedAt: number;
  /** The first content: from here on the answer comes. Absent for an answer that came whole. */
  readonly firstContentAt?: number;
  /** The first content that is no thinking. */
  readonly firstTextAt?: number;
  readonly endedAt?: number;
  readonly failure?: FailureTrace;
}

export interface FailureTrace {
  readonly kind: FailureKind;
  /** In a few words. */
  readonly words: Phrase;
  readonly upstreamStatus?: number;
}

/** The attempt that gave the client content, be it whole or cut off. */
export function servingAttempt({ outcome, attempts }: RequestTrace): AttemptTrace | undefined {
  return outcome === 'served' || outcome === 'brokeOff' ? attempts.at(-1) : undefined;
}

/** A name for a request that no other of this window has. */
export function traceKey({ id, startedAt }: RequestTrace): string {
  return `${id}-${startedAt}`;
}
