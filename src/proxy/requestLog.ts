import type { Clock } from './clock';
import { costOf, isCounted } from './cost';
import type { Logger } from './log';
import { render } from './phrase';
import { cleanForPerson } from './redact';
import type { RequestObserver } from './requestObserver';
import { maxNameChars, nameInWords as nameOf, routeInWords, skippedInWords } from './routeInWords';
import type { FailureOrigin, RequestFacts, Target } from './types';
import type { Usage } from './wire/streamEvent';

/** Writes the log lines of one request: one for its routing, one per attempt, one for its outcome. Never content. */
export function createRequestLog(id: string, log: Logger, clock: Clock): RequestObserver {
  const startedAt = clock.now();
  let attemptAt = startedAt;
  let attempts = 0;
  const line = (text: string) => `request ${id} ${text}`;
  const total = () => `total=${clock.now() - startedAt}ms`;
  return {
    routed(facts, route) {
      log.info(line(`routing ${routeInWords(route)}`));
      for (const link of route.skipped) log.info(line(`skips ${skippedInWords(link)}`));
      log.debug(() => line(`measured ${factsInWords(facts)}`));
    },
    attempting(target) {
      attempts += 1;
      attemptAt = clock.now();
      log.debug(() => line(`attempt ${attempts} ${nameOf(target)} format=${target.wireFormat}`));
    },
    failedAttempt(target, failure, how) {
      const isTried = how === 'attempted' || how === 'outdated';
      const what = isTried ? `attempt ${attempts}` : 'not tried:';
      const status =
        failure.upstreamStatus === undefined ? '' : ` upstream=${failure.upstreamStatus}`;
      const took = isTried ? ` after=${clock.now() - attemptAt}ms` : '';
      const text = line(`${what} ${nameOf(target)} ${failure.kind}${status}${took}${remarks[how]}`);
      if (failure.kind === 'cancelled') {
        log.debug(() => text);
        return;
      }
      log.warn(text);
      // The upstream's words may quote the request.
      log.debug(() => line(`upstream said: ${render(failure.detail)}`));
    },
    moved({ from, to, why }) {
      const [old, next] = [from, to].map((name) => cleanForPerson(name, maxNameChars));
      log.info(line(`moves its conversation from ${old} to ${next}: ${render(why)}`));
    },
    answered(target, ttftMs, omitted) {
      const format = `format=${target.wireFormat}`;
      log.info(line(`attempt ${attempts} ${nameOf(target)} answers ${format} ttft=${ttftMs}ms`));
      if (omitted.length > 0)
        log.debug(() => line(`left out for ${nameOf(target)}: ${omitted.join(', ')}`));
    },
    served(target, { usage, stopReason }) {
      const cached = usage.cacheReadTokens + usage.cacheWriteTokens;
      const tokens = isCounted(usage)
        ? `in=${usage.inputTokens} cached=${cached} out=${usage.outputTokens}`
        : 'tokens=estimated (the upstream told none)';
      const name = nameOf(target);
      log.info(
        line(
          `served by ${name} ${tokens}${costInWords(target, usage)} stop=${stopReason} ${total()}`,
        ),
      );
    },
    brokeOff(target, failure) {
      const text = line(`broke off: ${nameOf(target)} ${failure.kind} ${total()}`);
      if (failure.kind === 'cancelled') log.debug(() => text);
      else log.warn(text);
    },
    failed(failure, status) {
      const text = line(`failed ${failure.kind} status=${status} attempts=${attempts} ${total()}`);
      if (failure.kind === 'cancelled') log.debug(() => text);
      else log.warn(text);
    },
    refused(why, detail) {
      log.warn(line(`refused status=400: ${why}`));
      log.debug(() => line(`refused because: ${detail}`));
    },
    textBegan: () => {},
    answeredHere: (why) => log.info(line(`answered here: ${why} ${total()}`)),
    closed: () => {},
  };
}

const remarks: Readonly<Record<FailureOrigin, string>> = {
  attempted: '',
  outdated: ' (the key was changed meanwhile: once more)',
  remembered: ' (remembered)',
  missing: '',
};

function costInWords(target: Target, usage: Usage): string {
  const cost = costOf(usage, target.facts);
  return cost === undefined ? '' : ` cost=$${cost.usd.toFixed(6)}`;
}

function factsInWords(facts: RequestFacts): string {
  const words: readonly (readonly [string, string | number | boolean | undefined])[] = [
    ['model', cleanForPerson(facts.requestedModel, maxNameChars)],
    ['client', cleanForPerson(facts.userAgent, maxNameChars)],
    ['class', facts.requestClass],
    ['agent', facts.agentType && cleanForPerson(facts.agentType, maxNameChars)],
    ['tokens', facts.inputTokens],
    ['images', facts.hasImages],
    ['tools', facts.hasTools],
    ['thinking', facts.thinking],
    ['effort', facts.effort],
    ['max', facts.maxOutputTokens],
    ['stream', facts.stream],
  ];
  const known = words.filter(([, value]) => value !== undefined);
  return known.map(([name, value]) => `${name}=${value}`).join(' ');
}
