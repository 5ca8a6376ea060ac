import type { Switch } from './affinity';
import type { FailureOrigin } from './chain';
import type { Clock } from './clock';
import type { Logger } from './log';
import { cleanForPerson } from './redact';
import { linkName } from './targetKeys';
import type { Failure, Route, Target } from './types';
import type { StopReason, Usage } from './wire/streamEvent';

/** The log lines of one request: one for its routing, one per attempt, one for its outcome. Never content. */
export interface RequestLog {
  routed(route: Route): void;
  attempting(target: Target): void;
  failedAttempt(target: Target, failure: Failure, how: FailureOrigin): void;
  /** Another model or key than before goes on with a conversation. */
  moved(change: Switch): void;
  answered(target: Target, ttftMs: number, omitted: readonly string[]): void;
  served(target: Target, ending: Ending): void;
  brokeOff(target: Target, failure: Failure): void;
  failed(failure: Failure, status: number): void;
  /** Turned away before any attempt. */
  refused(why: string, detail: string): void;
  /** Answered without any upstream. */
  answeredHere(): void;
}

export interface Ending {
  /** All zero when the upstream told none. */
  readonly usage: Usage;
  readonly stopReason: StopReason;
}

export function createRequestLog(id: string, log: Logger, clock: Clock): RequestLog {
  const startedAt = clock.now();
  let attemptAt = startedAt;
  let attempts = 0;
  const line = (text: string) => `request ${id} ${text}`;
  const total = () => `total=${clock.now() - startedAt}ms`;
  return {
    routed(route) {
      const chain = route.targets.map(nameOf).join(' > ') || 'none';
      log.info(line(`routing scenario=${route.scenario} (${route.reason}) chain=${chain}`));
      for (const { name, reason } of route.skipped) {
        log.info(line(`skips ${cleanForPerson(name, maxNameChars)}: ${reason}`));
      }
    },
    attempting(target) {
      attempts += 1;
      attemptAt = clock.now();
      log.debug(line(`attempt ${attempts} ${nameOf(target)} format=${target.wireFormat}`));
    },
    failedAttempt(target, failure, how) {
      const isTried = how === 'attempted' || how === 'outdated';
      const what = isTried ? `attempt ${attempts}` : 'not tried:';
      const status =
        failure.upstreamStatus === undefined ? '' : ` upstream=${failure.upstreamStatus}`;
      const took = isTried ? ` after=${clock.now() - attemptAt}ms` : '';
      const text = line(`${what} ${nameOf(target)} ${failure.kind}${status}${took}${remarks[how]}`);
      if (failure.kind === 'cancelled') {
        log.debug(text);
        return;
      }
      log.warn(text);
      // The upstream's words may quote the request.
      log.debug(line(`upstream said: ${failure.detail}`));
    },
    moved({ from, to, why }) {
      const [old, next] = [from, to].map((name) => cleanForPerson(name, maxNameChars));
      log.info(line(`moves its conversation from ${old} to ${next}: ${why}`));
    },
    answered(target, ttftMs, omitted) {
      const format = `format=${target.wireFormat}`;
      log.info(line(`attempt ${attempts} ${nameOf(target)} answers ${format} ttft=${ttftMs}ms`));
      if (omitted.length > 0)
        log.debug(line(`left out for ${nameOf(target)}: ${omitted.join(', ')}`));
    },
    served(target, { usage, stopReason }) {
      const cached = usage.cacheReadTokens + usage.cacheWriteTokens;
      const isTold = usage.inputTokens + cached + usage.outputTokens > 0;
      const tokens = isTold
        ? `in=${usage.inputTokens} cached=${cached} out=${usage.outputTokens}`
        : 'tokens=estimated (the upstream told none)';
      const name = nameOf(target);
      log.info(
        line(`served by ${name} ${tokens}${cost(target, usage)} stop=${stopReason} ${total()}`),
      );
    },
    brokeOff(target, failure) {
      const text = line(`broke off: ${nameOf(target)} ${failure.kind} ${total()}`);
      if (failure.kind === 'cancelled') log.debug(text);
      else log.warn(text);
    },
    failed(failure, status) {
      const text = line(`failed ${failure.kind} status=${status} attempts=${attempts} ${total()}`);
      if (failure.kind === 'cancelled') log.debug(text);
      else log.warn(text);
    },
    refused(why, detail) {
      log.warn(line(`refused status=400: ${why}`));
      log.debug(line(`refused because: ${detail}`));
    },
    answeredHere: () => log.info(line(`answered here: max_tokens is 0 ${total()}`)),
  };
}

const remarks: Readonly<Record<FailureOrigin, string>> = {
  attempted: '',
  outdated: ' (the key was changed meanwhile: once more)',
  remembered: ' (remembered)',
  missing: '',
};

const maxNameChars = 120;

/** A client may ask for any name, of any length, with line breaks of its own. */
function nameOf(target: Target): string {
  return cleanForPerson(linkName(target), maxNameChars);
}

const tokensPerPriceUnit = 1_000_000;

function cost(target: Target, usage: Usage): string {
  const { price } = target.facts;
  if (price === undefined) return '';
  const [input, output, cacheRead, cacheWrite] = price;
  const dollars =
    (usage.inputTokens * input +
      usage.outputTokens * output +
      usage.cacheReadTokens * cacheRead +
      usage.cacheWriteTokens * cacheWrite) /
    tokensPerPriceUnit;
  return ` cost=$${dollars.toFixed(6)}`;
}
