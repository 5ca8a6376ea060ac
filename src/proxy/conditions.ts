import { matchesGlob } from './catalogue';
import { once } from './once';
import { listed, type Phrase, phrase, type Words } from './phrase';
import { cleanForPerson } from './redact';
import type { RequestContent } from './requestContent';
import { type Effort, efforts, type RequestClass, type RequestFacts } from './types';
import { holdsPhrase } from './wholeWords';

/** All listed conditions must hold. */
export interface ScenarioConditions {
  readonly requestedModel?: readonly string[] | undefined;
  readonly inputTokensAbove?: number | undefined;
  readonly inputTokensBelow?: number | undefined;
  readonly hasImages?: boolean | undefined;
  readonly hasTools?: boolean | undefined;
  readonly toolNames?: readonly string[] | undefined;
  readonly thinking?: boolean | undefined;
  readonly effortAtLeast?: Effort | undefined;
  readonly maxOutputTokensBelow?: number | undefined;
  readonly stream?: boolean | undefined;
  readonly requestClass?: readonly RequestClass[] | undefined;
  readonly agentType?: readonly string[] | undefined;
  readonly client?: readonly string[] | undefined;
  readonly lastUserMessageContains?: readonly string[] | undefined;
}

/** What the conditions of a rule are held against. */
export interface AskedRequest {
  readonly facts: RequestFacts;
  readonly content: RequestContent;
}

export interface Verdict {
  readonly holds: boolean;
  /** In words: every condition that holds, or the first that does not. Never anything that a person typed. */
  readonly why: Phrase;
}

/** Whether all conditions hold. A rule without any never does. */
export function judge(when: ScenarioConditions, request: AskedRequest): Verdict {
  const reasons: Phrase[] = [];
  for (const test of conditionTests) {
    const verdict = test(when, request);
    if (verdict === undefined) continue;
    if (!verdict.holds) return verdict;
    reasons.push(verdict.why);
  }
  const [first, ...others] = reasons;
  return first === undefined
    ? { holds: false, why: phrase('it has no conditions') }
    : { holds: true, why: listed([first, ...others]) };
}

/** Undefined when the rule does not ask for it. */
type ConditionTest = (when: ScenarioConditions, request: AskedRequest) => Verdict | undefined;

const testsByCondition: Readonly<Record<keyof ScenarioConditions, ConditionTest>> = {
  requestedModel: ({ requestedModel }, { facts }) =>
    asked(requestedModel, (globs) => matching(phrase('model'), globs, [facts.requestedModel])),
  inputTokensAbove: ({ inputTokensAbove }, { facts }) =>
    asked(inputTokensAbove, (limit) =>
      above(limit, facts.inputTokens, phrase('{0} input tokens', inWords(facts.inputTokens))),
    ),
  inputTokensBelow: ({ inputTokensBelow }, { facts }) =>
    asked(inputTokensBelow, (limit) =>
      below(limit, facts.inputTokens, phrase('{0} input tokens', inWords(facts.inputTokens))),
    ),
  hasImages: ({ hasImages }, { facts }) =>
    same(hasImages, facts.hasImages, [phrase('has images'), phrase('has no images')]),
  hasTools: ({ hasTools }, { facts }) =>
    same(hasTools, facts.hasTools, [phrase('has tools'), phrase('has no tools')]),
  toolNames: ({ toolNames }, { content }) =>
    asked(toolNames, (globs) => matching(phrase('tool'), globs, content.toolNames)),
  thinking: ({ thinking }, { facts }) =>
    same(thinking, facts.thinking, [phrase('asks for thinking'), phrase('asks for no thinking')]),
  stream: ({ stream }, { facts }) =>
    same(stream, facts.stream, [phrase('asks for a stream'), phrase('asks for no stream')]),
  effortAtLeast: ({ effortAtLeast }, { facts }) =>
    asked(effortAtLeast, (least) => effortVerdict(least, facts.effort)),
  maxOutputTokensBelow: ({ maxOutputTokensBelow }, { facts }) =>
    asked(maxOutputTokensBelow, (limit) => {
      const { maxOutputTokens } = facts;
      if (maxOutputTokens === undefined) {
        return { holds: false, why: phrase('names no output limit') };
      }
      const what = phrase('at most {0} output tokens', inWords(maxOutputTokens));
      return below(limit, maxOutputTokens, what);
    }),
  requestClass: ({ requestClass }, { facts }) =>
    asked(requestClass, (classes) => {
      const { requestClass: actual } = facts;
      const [first = actual, ...others] = classes;
      const all = others.reduce<Words>((list, one) => phrase('{0} or {1}', list, one), first);
      return classes.includes(actual)
        ? { holds: true, why: phrase('{0} request', actual) }
        : { holds: false, why: phrase('{0} request, not {1}', actual, all) };
    }),
  agentType: ({ agentType }, { facts }) =>
    asked(agentType, (globs) => matching(phrase('agent type'), globs, listOf(facts.agentType))),
  client: ({ client }, { facts }) =>
    asked(client, (globs) => matching(phrase('client'), globs, listOf(facts.userAgent))),
  lastUserMessageContains: ({ lastUserMessageContains }, { content }) =>
    asked(lastUserMessageContains, (phrases) => {
      const { lastTypedText } = content;
      if (lastTypedText === '') return { holds: false, why: phrase('nobody typed anything') };
      return phrases.some((one) => holdsPhrase(lastTypedText, one))
        ? { holds: true, why: phrase('the person wrote a word of the rule') }
        : { holds: false, why: phrase('the person wrote no word of the rule') };
    }),
};

const conditionTests = Object.values(testsByCondition);

function asked<T>(condition: T | undefined, test: (condition: T) => Verdict): Verdict | undefined {
  return condition === undefined ? undefined : test(condition);
}

/** "1,234 input tokens, not above 180,000" */
function above(limit: number, count: number, what: Phrase): Verdict {
  return count > limit
    ? { holds: true, why: phrase('{0}, above {1}', what, inWords(limit)) }
    : { holds: false, why: phrase('{0}, not above {1}', what, inWords(limit)) };
}

function below(limit: number, count: number, what: Phrase): Verdict {
  return count < limit
    ? { holds: true, why: phrase('{0}, below {1}', what, inWords(limit)) }
    : { holds: false, why: phrase('{0}, not below {1}', what, inWords(limit)) };
}

function same(
  wanted: boolean | undefined,
  actual: boolean,
  [yes, no]: readonly [yes: Phrase, no: Phrase],
): Verdict | undefined {
  return asked(wanted, (value) => ({ holds: value === actual, why: actual ? yes : no }));
}

function matching(noun: Phrase, globs: readonly string[], values: readonly string[]): Verdict {
  for (const glob of globs) {
    if (values.some((value) => matchesGlob(glob, value))) {
      return { holds: true, why: phrase('{0} matches {1}', noun, glob) };
    }
  }
  const [value, ...others] = values;
  if (value === undefined) return { holds: false, why: phrase('names no {0}', noun) };
  const what =
    others.length > 0 ? noun : phrase('{0} {1}', noun, cleanForPerson(value, maxValueChars));
  return { holds: false, why: phrase('{0} matches none of {1}', what, globs.join(', ')) };
}

/** Names come from clients, of any length. */
const maxValueChars = 60;

function listOf(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value];
}

function effortVerdict(least: Effort, effort: Effort | undefined): Verdict {
  if (effort === undefined) return { holds: false, why: phrase('names no effort') };
  return efforts.indexOf(effort) >= efforts.indexOf(least)
    ? { holds: true, why: phrase('effort {0}', effort) }
    : { holds: false, why: phrase('effort {0}, below {1}', effort, least) };
}

const numbers = once(() => new Intl.NumberFormat('en-US'));

/** 180000 → "180,000" */
export function inWords(count: number): string {
  return numbers().format(count);
}
