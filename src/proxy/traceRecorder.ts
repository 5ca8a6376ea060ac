import { createHash } from 'node:crypto';
import type { Clock } from './clock';
import { costOf, isCounted } from './cost';
import { inBrief } from './failureBriefs';
import { withForeign } from './phrase';
import type { RequestObserver } from './requestObserver';
import type { AttemptTrace, FailureTrace, RequestOutcome, RequestTrace } from './requestTrace';
import type { BuiltInScenarioName } from './scenarioNames';
import { isOneOfSeveral } from './targetKeys';
import {
  type Failure,
  type FailureOrigin,
  type ModelFacts,
  type RequestFacts,
  type Target,
  targetName,
} from './types';
import type { Usage } from './wire/streamEvent';

export interface TraceRecorderOptions {
  readonly clock: Clock;
  readonly publish: (trace: RequestTrace) => void;
  /** Makes one short line without secrets of any text: a client may put anything into the words that it sends. */
  readonly clean: (text: string) => string;
  /** Of the model that would have served, had the request not been background work. */
  readonly defaultFacts: () => ModelFacts | undefined;
}

/** Builds the trace of one request: told at most once per interval while it runs, and at once when it has ended. */
export function createTraceRecorder(id: string, options: TraceRecorderOptions): RequestObserver {
  const { clean, clock, publish } = options;
  const nameOf = (target: Target) => clean(targetName(target));
  const startedAt = clock.now();
  let begun: Begun | undefined;
  let attempts: readonly AttemptTrace[] = [];
  let moved: Pick<RequestTrace, 'moved'> = {};
  let cancelUpdate: (() => void) | undefined;
  let isOver = false;

  function update(): void {
    cancelUpdate ??= clock.after(updateIntervalMs, () => {
      cancelUpdate = undefined;
      tell({});
    });
  }

  function tell(end: Partial<RequestTrace>): void {
    if (begun !== undefined) publish({ id, startedAt, ...begun, attempts, ...moved, ...end });
  }

  function over(outcome: RequestOutcome, more: Partial<RequestTrace> = {}): void {
    if (isOver) return;
    isOver = true;
    cancelUpdate?.();
    tell({ outcome, endedAt: clock.now(), ...more });
  }

  function changeLast(change: Partial<AttemptTrace>): void {
    const last = attempts.at(-1);
    if (last !== undefined) attempts = [...attempts.slice(0, -1), { ...last, ...change }];
  }

  return {
    routed(facts, route) {
      begun = {
        facts: cleanFacts(facts, clean),
        scenario: clean(route.scenario),
        reason: withForeign(route.reason, clean),
        considered: route.considered.map(({ rule, matched, why }) => ({
          rule: withForeign(rule, clean),
          matched,
          why: withForeign(why, clean),
        })),
        chain: route.targets.map(nameOf),
        skipped: route.skipped.map(({ name, reason }) => ({
          name: clean(name),
          reason: withForeign(reason, clean),
        })),
      };
      update();
    },
    attempting(target) {
      attempts = [...attempts, attemptAt(clock.now(), target, 'attempted')];
      update();
    },
    failedAttempt(target, failure, how) {
      const now = clock.now();
      if (how === 'remembered' || how === 'missing') {
        attempts = [...attempts, attemptAt(now, target, how)];
      }
      changeLast({ origin: how, endedAt: now, failure: failureTrace(failure) });
      update();
    },
    moved({ from, to, why }) {
      moved = { moved: { from: clean(from), to: clean(to), why: withForeign(why, clean) } };
    },
    answered() {
      if (begun?.facts.stream !== true) return;
      changeLast({ firstContentAt: clock.now() });
      update();
    },
    textBegan() {
      changeLast({ firstTextAt: clock.now() });
      update();
    },
    served(target, { usage, stopReason }) {
      changeLast({ endedAt: clock.now() });
      const counted = isCounted(usage) ? { usage } : {};
      over('served', { status: 200, stopReason, ...counted, ...costs(target, usage) });
    },
    brokeOff(_target, failure) {
      const trace = failureTrace(failure);
      changeLast({ endedAt: clock.now(), failure: trace });
      if (failure.kind === 'cancelled') over('cancelled');
      else over('brokeOff', { status: 200, failure: trace });
    },
    failed(failure, status) {
      if (failure.kind === 'cancelled') over('cancelled');
      else over('failed', { status, failure: failureTrace(failure) });
    },
    refused: () => over('failed', { status: 400 }),
    answeredHere: () => over('answeredHere', { status: 200 }),
    closed: () => over('failed', { status: 500 }),
  };

  function attemptAt(now: number, target: Target, origin: FailureOrigin): AttemptTrace {
    const { credential, wireFormat } = target;
    const slot =
      credential !== undefined && isOneOfSeveral(target) ? { credential: clean(credential) } : {};
    return { target: nameOf(target), ...slot, wireFormat, origin, startedAt: now };
  }

  function costs(target: Target, usage: Usage): Partial<RequestTrace> {
    const cost = costOf(usage, target.facts);
    const instead =
      begun?.scenario === background ? costOf(usage, options.defaultFacts() ?? {}) : undefined;
    return {
      ...(cost === undefined ? {} : { cost: cost.usd, costWithoutCache: cost.usdWithoutCache }),
      ...(instead === undefined ? {} : { costOnDefault: instead.usd }),
    };
  }
}

/** What is known as soon as the request is routed. */
type Begun = Pick<
  RequestTrace,
  'facts' | 'scenario' | 'reason' | 'considered' | 'chain' | 'skipped'
>;

const background: BuiltInScenarioName = 'background';
const updateIntervalMs = 250;
const sessionHashChars = 8;

function cleanFacts(facts: RequestFacts, clean: (text: string) => string): RequestFacts {
  const { agentType, requestedModel, sessionId, userAgent } = facts;
  return {
    ...facts,
    requestedModel: clean(requestedModel),
    agentType: agentType === undefined ? undefined : clean(agentType),
    userAgent: clean(userAgent),
    sessionId: createHash('sha256').update(sessionId).digest('hex').slice(0, sessionHashChars),
  };
}

function failureTrace(failure: Failure): FailureTrace {
  const { kind, upstreamStatus } = failure;
  return {
    kind,
    words: inBrief(failure),
    ...(upstreamStatus === undefined ? {} : { upstreamStatus }),
  };
}
