import { render } from '../proxy/phrase';
import type { AttemptTrace, RequestTrace } from '../proxy/requestTrace';
import { traceKey } from '../proxy/requestTrace';
import {
  attemptResult,
  capitalized,
  factRows,
  figuresOf,
  hasCourse,
  moveInWords,
  type NamedValue,
  outcomeInWords,
  untriedRows,
  usageRows,
} from '../ui/explainText';
import { duration, money, timeOfDay } from '../ui/figures';
import { keyOwner } from '../ui/keySlots';
import type { Translate } from '../ui/translate';
import type { AttemptView, DetailsView, PairView, RequestView } from './messages';

/** One row of the timeline. */
export function requestView(trace: RequestTrace, t: Translate): RequestView {
  const { attempts, cost, endedAt, outcome = 'running', scenario, startedAt } = trace;
  const called = attempts.filter(hasCourse).slice(-maxAttempts);
  const remembered = attempts.filter((attempt) => !hasCourse(attempt));
  const views = called.map((attempt) => attemptView(attempt, trace, t));
  const notAsked =
    remembered.length === 0
      ? undefined
      : t(
          'Not asked: {0}',
          remembered
            .slice(0, maxAttempts)
            .map((attempt) => causeOf(attempt, t))
            .reduce((list, next) => t('{0}, {1}', list, next)),
        );
  return {
    key: traceKey(trace),
    time: timeOfDay(startedAt),
    scenario,
    outcome,
    result: capitalized(outcomeInWords(trace, t)),
    cost: cost === undefined ? '' : money(cost),
    startedAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    attempts: views,
    ...(notAsked === undefined ? {} : { notAsked }),
  };
}

/** What Explain Routing tells of a request. */
export function detailsView(trace: RequestTrace, t: Translate): DetailsView {
  const { attempts, considered, failure, id, moved, reason, scenario, status } = trace;
  return {
    key: traceKey(trace),
    title: t('Request {0}', id),
    lines: [
      capitalized(outcomeInWords(trace, t)),
      figuresOf(trace, t),
      t('Scenario {0}: {1}.', scenario, render(reason, t)),
      ...(failure === undefined ? [] : [toldInWords(render(failure.words, t), status, t)]),
      ...(moved === undefined ? [] : [moveInWords(moved, t)]),
    ],
    tried: {
      head: [
        { text: t('Model') },
        { text: t('Result') },
        { text: t('First content'), isNumber: true },
        { text: t('Time'), isNumber: true },
      ],
      rows: [
        ...attempts.map((attempt) => triedRow(attempt, trace, t)),
        ...untriedRows(trace, t).map((row) => [...row, '', '']),
      ],
    },
    rules: considered.map(({ rule, matched, why }) => ({
      rule: render(rule, t),
      isMatched: matched,
      why: render(why, t),
    })),
    facts: factRows(trace.facts, t).map(pairView),
    usage: usageRows(trace, t).map(pairView),
  };
}

/** A provider's keys and models make a request try many; the last ones tell how it ended. */
const maxAttempts = 8;

function attemptView(attempt: AttemptTrace, trace: RequestTrace, t: Translate): AttemptView {
  const { target, credential, startedAt, firstContentAt, firstTextAt, endedAt, failure } = attempt;
  const isRunning = trace.outcome === undefined && endedAt === undefined;
  // A client that leaves ends its attempt without saying so.
  const end = endedAt ?? trace.endedAt;
  return {
    target: keyOwner(target, credential, t),
    state: isFailed(attempt) ? 'failed' : isRunning ? 'running' : 'done',
    words:
      failure?.kind === 'cancelled' ? render(failure.words, t) : attemptResult(attempt, trace, t),
    startedAt,
    ...(firstContentAt === undefined ? {} : { firstContentAt }),
    ...(firstTextAt === undefined ? {} : { firstTextAt }),
    ...(end === undefined ? {} : { endedAt: end }),
  };
}

/** That the client left is nobody's failure. */
function isFailed({ failure }: AttemptTrace): boolean {
  return failure !== undefined && failure.kind !== 'cancelled';
}

function causeOf({ target, failure }: AttemptTrace, t: Translate): string {
  return failure === undefined ? target : t('{0} ({1})', target, render(failure.words, t));
}

function toldInWords(words: string, status: number | undefined, t: Translate): string {
  return status === undefined
    ? t('The client was told: {0}.', words)
    : t('The client was told: {0}, with status {1}.', words, status);
}

function triedRow(attempt: AttemptTrace, trace: RequestTrace, t: Translate): readonly string[] {
  const { target, credential, startedAt, firstContentAt, endedAt } = attempt;
  const isTimed = hasCourse(attempt);
  return [
    keyOwner(target, credential, t),
    attemptResult(attempt, trace, t),
    firstContentAt === undefined ? '' : duration(firstContentAt - startedAt),
    endedAt === undefined || !isTimed ? '' : duration(endedAt - startedAt),
  ];
}

function pairView([name, value]: NamedValue): PairView {
  return { name, value };
}
