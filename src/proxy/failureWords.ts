import { type Phrase, phrase, render, type Words, withForeign } from './phrase';
import { isOneOfSeveral } from './targetKeys';
import type { Failure, Provider } from './types';

// The parts of which sentences about a failure are made.

export function withoutPlan(failure: Failure): Phrase {
  const plan = planName(failure.provider);
  return isOneOfSeveral(failure)
    ? phrase('The API key “{0}” has no {1} subscription.', String(failure.credential), plan)
    : phrase('The API key has no {0} subscription.', plan);
}

function planName({ planLabel, label }: Provider): string {
  return planLabel ?? label;
}

/** Where there are several keys, each has a plan of its own. */
function planOf(failure: Failure): Words {
  const name = planName(failure.provider);
  return isOneOfSeveral(failure)
    ? phrase('{0} (API key “{1}”)', name, String(failure.credential))
    : name;
}

export function keyOf(failure: Failure): Phrase {
  return isOneOfSeveral(failure)
    ? phrase('the API key “{0}”', String(failure.credential))
    : phrase('the API key');
}

export function accountOf(failure: Failure): Phrase {
  return isOneOfSeveral(failure)
    ? phrase('the account of {0}', keyOf(failure))
    : phrase('this account');
}

export function hostOf({ baseUrl }: Provider): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

interface Unfunded {
  readonly told: Phrase;
  readonly cure: (told: Phrase) => Phrase;
  readonly cureAt: (told: Phrase, link: string) => Phrase;
}

/** OpenCode's three ways to be out of money, each with its own cure. */
export function unfunded(failure: Failure): Unfunded {
  const detail = render(failure.detail);
  const plan = planOf(failure);
  if (/payment method/i.test(detail)) {
    return {
      told: phrase('{0} has no payment method.', plan),
      cure: (told) => phrase('{0} Add one on its website.', told),
      cureAt: (told, link) => phrase('{0} Add one at {1}.', told, link),
    };
  }
  if (/spending limit|spend_limit/i.test(detail)) {
    return {
      told: phrase('{0} has reached its spending limit.', plan),
      cure: (told) => phrase('{0} Raise it on its website.', told),
      cureAt: (told, link) => phrase('{0} Raise it at {1}.', told, link),
    };
  }
  return {
    told: phrase('{0} has no funds left.', plan),
    cure: (told) => phrase('{0} Add funds on its website.', told),
    cureAt: (told, link) => phrase('{0} Add funds at {1}.', told, link),
  };
}

export function limitReached(failure: Failure): Phrase {
  const { limitName } = failure;
  return limitName === undefined
    ? phrase('The usage limit of {0} is reached.', planOf(failure))
    : phrase(
        'The {0} usage limit of {1} is reached.',
        limitNames.get(limitName) ?? limitName.replace(' ', '-'),
        planOf(failure),
      );
}

/** Those that are known; another one is the upstream's own word. */
const limitNames: ReadonlyMap<string, Phrase> = new Map([
  ['5 hour', phrase('5-hour')],
  ['weekly', phrase('weekly')],
  ['monthly', phrase('monthly')],
]);

/** Words that Claude Code replaces by advice of its own, which would hide ours. Observed with 2.1.330, 2026-11-22. */
const rewrittenWords: readonly (readonly [RegExp, string])[] = [
  [/invalid x-api-key/gi, 'x-api-key not accepted'],
  [/credit balance is too low/gi, 'credit balance used up'],
  [/tool_use ids were found without tool_result/gi, 'tool_use ids found with no tool_result'],
];

export function quote(detail: Words): Words {
  const words = withForeign(detail, (text) =>
    rewrittenWords.reduce((result, [pattern, ours]) => result.replace(pattern, ours), text),
  );
  return typeof words === 'string' ? words.replace(/\.$/, '') : words;
}
