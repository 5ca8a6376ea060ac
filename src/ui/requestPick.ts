import { render } from '../proxy/phrase';
import { type RequestOutcome, type RequestTrace, servingAttempt } from '../proxy/requestTrace';
import { outcomeInWords } from './explainText';
import { count, duration, money, timeOfDay } from './figures';
import { withoutIcons } from './markdown';
import type { Translate } from './translate';

/** One request in a list to choose from. */
export interface RequestPick {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** Icons of the list are `$(name)` in labels: words from elsewhere must not make any. */
export function requestPick(trace: RequestTrace, t: Translate): RequestPick {
  const { attempts, cost, endedAt, facts, outcome, scenario, startedAt } = trace;
  const failed = attempts.filter(({ failure }) => failure !== undefined);
  const isServed = outcome === 'served';
  const name = isServed ? (servingAttempt(trace)?.target ?? '') : outcomeInWords(trace, t);
  const description = [
    scenario,
    timeOfDay(startedAt),
    ...(endedAt === undefined ? [] : [duration(endedAt - startedAt)]),
    ...(cost === undefined ? [] : [money(cost)]),
  ];
  const detail = [
    facts.requestedModel,
    t('{0} tokens', count(facts.inputTokens)),
    ...failed.map(({ target, failure }) => `${target}: ${render(failure?.words ?? '', t)}`),
  ];
  return {
    label: `$(${icons[outcome ?? 'running']}) ${withoutIcons(name)}`,
    description: withoutIcons(description.join(' · ')),
    detail: withoutIcons(detail.join(' · ')),
  };
}

const icons: Readonly<Record<RequestOutcome | 'running', string>> = {
  running: 'loading~spin',
  served: 'check',
  failed: 'error',
  brokeOff: 'warning',
  cancelled: 'circle-slash',
  answeredHere: 'check',
};
