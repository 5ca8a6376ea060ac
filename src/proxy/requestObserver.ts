import type { Switch } from './affinity';
import type { Failure, FailureOrigin, RequestFacts, Route, Target } from './types';
import type { StopReason, Usage } from './wire/streamEvent';

/** Is told what happens to one request, as it happens. Never of its content. */
export interface RequestObserver {
  routed(facts: RequestFacts, route: Route): void;
  attempting(target: Target): void;
  failedAttempt(target: Target, failure: Failure, how: FailureOrigin): void;
  /** Another model or key than before goes on with a conversation. */
  moved(change: Switch): void;
  /** The first content of a stream has come, or the whole of an answer that is none. */
  answered(target: Target, ttftMs: number, omitted: readonly string[]): void;
  /** The first content that is no thinking. Told of streams only. */
  textBegan(): void;
  served(target: Target, ending: Ending): void;
  brokeOff(target: Target, failure: Failure): void;
  failed(failure: Failure, status: number): void;
  /** Turned away before any attempt, with status 400. */
  refused(why: string, detail: string): void;
  /** Answered without any upstream. */
  answeredHere(why: string): void;
  /** Told last, whatever came before: after a bug of ours nothing else tells that the request is over. */
  closed(): void;
}

export interface Ending {
  /** All zero when the upstream told none. */
  readonly usage: Usage;
  readonly stopReason: StopReason;
}

/** One observer that tells both. */
export function bothOf(first: RequestObserver, second: RequestObserver): RequestObserver {
  return {
    routed(facts, route) {
      first.routed(facts, route);
      second.routed(facts, route);
    },
    attempting(target) {
      first.attempting(target);
      second.attempting(target);
    },
    failedAttempt(target, failure, how) {
      first.failedAttempt(target, failure, how);
      second.failedAttempt(target, failure, how);
    },
    moved(change) {
      first.moved(change);
      second.moved(change);
    },
    answered(target, ttftMs, omitted) {
      first.answered(target, ttftMs, omitted);
      second.answered(target, ttftMs, omitted);
    },
    textBegan() {
      first.textBegan();
      second.textBegan();
    },
    served(target, ending) {
      first.served(target, ending);
      second.served(target, ending);
    },
    brokeOff(target, failure) {
      first.brokeOff(target, failure);
      second.brokeOff(target, failure);
    },
    failed(failure, status) {
      first.failed(failure, status);
      second.failed(failure, status);
    },
    refused(why, detail) {
      first.refused(why, detail);
      second.refused(why, detail);
    },
    answeredHere(why) {
      first.answeredHere(why);
      second.answeredHere(why);
    },
    closed() {
      first.closed();
      second.closed();
    },
  };
}
