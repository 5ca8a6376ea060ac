import type { FailureOrigin } from './chain';
import type { FailureKind, RequestFacts, Route, WireFormat } from './types';
import type { StopReason, Usage } from './wire/streamEvent';

/**
 * What one request went through, for people who want to see it. Plain data without content and without secrets; texts
 * are cleaned for people. A trace is told anew, whole, whenever something happened to its request. Times are epoch ms.
 */
export interface RequestTrace {
  /** As in the log. */
  readonly id: string;
  readonly startedAt: number;
  /** Absent while the request runs. */
  readonly endedAt?: number;
  readonly facts: RequestFacts;
  readonly scenario: string;
  readonly reason: string;
  /** The rules in the order in which they were asked, up to the one that won. */
  readonly considered: Route['considered'];
  /** Names of the chain's targets that could be asked, in order. */
  readonly chain: readonly string[];
  readonly skipped: Route['skipped'];
  readonly attempts: readonly AttemptTrace[];
  readonly outcome?: RequestOutcome;
  /** Sent to the client, where it was told one. */
  readonly status?: number;
  /** As the upstream counted; absent when it told nothing. */
  readonly usage?: Usage;
  readonly stopReason?: StopReason;
  /** In USD, by the catalogue's price; absent when the price or the usage is not known. */
  readonly cost?: number;
  /** What the same tokens would have cost without the upstream's cache. */
  readonly costWithoutCache?: number;
}

/** `answeredHere`: no upstream was needed. */
export type RequestOutcome = 'served' | 'failed' | 'brokeOff' | 'cancelled' | 'answeredHere';

/** One target of the chain that was tried, or kept from being tried by what is remembered of it. */
export interface AttemptTrace {
  readonly target: string;
  readonly wireFormat: WireFormat;
  readonly origin: FailureOrigin;
  readonly startedAt: number;
  /** The first content: from here on the answer comes. */
  readonly firstContentAt?: number;
  /** The first content that is no thinking. */
  readonly firstTextAt?: number;
  readonly endedAt?: number;
  readonly failure?: {
    readonly kind: FailureKind;
    /** In a few words. */
    readonly words: string;
    readonly upstreamStatus?: number;
  };
}
