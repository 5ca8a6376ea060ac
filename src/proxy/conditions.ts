import { matchesGlob } from './catalogue';
import { once } from './once';
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
  readonly why: string;
}

/** Whether all conditions hold. A rule without any never does. */
export function judge(when: ScenarioConditions, request: AskedRequest): Verdict {
  const reasons: string[] = [];
  for (const test of conditionTests) {
    const verdict = test(when, request);
    if (verdict === undefined) continue;
    if (!verdict.holds) return verdict;
    reasons.push(verdict.why);
  }
  return reasons.length === 0
    ? { holds: false, why: 'it has no conditions' }
    : { holds: true, why: reasons.join(', ') };
}

/** Undefined when the rule does not ask for it. */
type ConditionTest = (when: ScenarioConditions, request: AskedRequest) => Verdict | undefined;

const testsByCondition: Readonly<Record<keyof ScenarioConditions, ConditionTest>> = {
  requestedModel: ({ requestedModel }, { facts }) =>
    asked(requestedModel, (globs) => matching('model', globs, [facts.requestedModel])),
  inputTokensAbove: ({ inputTokensAbove }, { facts }) =>
    asked(inputTokensAbove, (limit) =>
      compared(
        facts.inputTokens > limit,
        tokensOf(facts.inputTokens, 'input'),
        `above ${inWords(limit)}`,
      ),
    ),
  inputTokensBelow: ({ inputTokensBelow }, { facts }) =>
    asked(inputTokensBelow, (limit) =>
      compared(
        facts.inputTokens < limit,
        tokensOf(facts.inputTokens, 'input'),
        `below ${inWords(limit)}`,
      ),
    ),
  hasImages: ({ hasImages }, { facts }) =>
    same(hasImages, facts.hasImages, ['has images', 'has no images']),
  hasTools: ({ hasTools }, { facts }) =>
    same(hasTools, facts.hasTools, ['has tools', 'has no tools']),
  toolNames: ({ toolNames }, { content }) =>
    asked(toolNames, (globs) => matching('tool', globs, content.toolNames)),
  thinking: ({ thinking }, { facts }) =>
    same(thinking, facts.thinking, ['asks for thinking', 'asks for no thinking']),
  stream: ({ stream }, { facts }) =>
    same(stream, facts.stream, ['asks for a stream', 'asks for no stream']),
  effortAtLeast: ({ effortAtLeast }, { facts }) =>
    asked(effortAtLeast, (least) => effortVerdict(least, facts.effort)),
  maxOutputTokensBelow: ({ maxOutputTokensBelow }, { facts }) =>
    asked(maxOutputTokensBelow, (limit) => {
      const { maxOutputTokens } = facts;
      if (maxOutputTokens === undefined) return { holds: false, why: 'names no output limit' };
      const what = `at most ${tokensOf(maxOutputTokens, 'output')}`;
      return compared(maxOutputTokens < limit, what, `below ${inWords(limit)}`);
    }),
  requestClass: ({ requestClass }, { facts }) =>
    asked(requestClass, (classes) => {
      const holds = classes.includes(facts.requestClass);
      const others = holds ? '' : `, not ${classes.join(' or ')}`;
      return { holds, why: `${facts.requestClass} request${others}` };
    }),
  agentType: ({ agentType }, { facts }) =>
    asked(agentType, (globs) => matching('agent type', globs, listOf(facts.agentType))),
  client: ({ client }, { facts }) =>
    asked(client, (globs) => matching('client', globs, listOf(facts.userAgent))),
  lastUserMessageContains: ({ lastUserMessageContains }, { content }) =>
    asked(lastUserMessageContains, (phrases) => {
      if (content.lastTypedText === '') return { holds: false, why: 'nobody typed anything' };
      const holds = phrases.some((phrase) => holdsPhrase(content.lastTypedText, phrase));
      return { holds, why: `the person wrote ${holds ? 'a' : 'no'} word of the rule` };
    }),
};

const conditionTests = Object.values(testsByCondition);

function asked<T>(condition: T | undefined, test: (condition: T) => Verdict): Verdict | undefined {
  return condition === undefined ? undefined : test(condition);
}

/** "1,234 input tokens, not above 180,000" */
function compared(holds: boolean, what: string, limit: string): Verdict {
  return { holds, why: `${what}, ${holds ? '' : 'not '}${limit}` };
}

function same(
  wanted: boolean | undefined,
  actual: boolean,
  [yes, no]: readonly [yes: string, no: string],
): Verdict | undefined {
  return asked(wanted, (value) => ({ holds: value === actual, why: actual ? yes : no }));
}

function matching(noun: string, globs: readonly string[], values: readonly string[]): Verdict {
  for (const glob of globs) {
    if (values.some((value) => matchesGlob(glob, value))) {
      return { holds: true, why: `${noun} matches ${glob}` };
    }
  }
  const [value] = values;
  const what = values.length === 1 ? ` ${cleanForPerson(value ?? '', maxValueChars)}` : '';
  return values.length === 0
    ? { holds: false, why: `names no ${noun}` }
    : { holds: false, why: `${noun}${what} matches none of ${globs.join(', ')}` };
}

/** Names come from clients, of any length. */
const maxValueChars = 60;

function listOf(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? [] : [value];
}

function effortVerdict(least: Effort, effort: Effort | undefined): Verdict {
  if (effort === undefined) return { holds: false, why: 'names no effort' };
  const holds = efforts.indexOf(effort) >= efforts.indexOf(least);
  return { holds, why: `effort ${effort}${holds ? '' : `, below ${least}`}` };
}

const numbers = once(() => new Intl.NumberFormat('en-US'));

/** 180000 → "180,000" */
export function inWords(count: number): string {
  return numbers().format(count);
}

function tokensOf(count: number, kind: 'input' | 'output'): string {
  return `${inWords(count)} ${kind} tokens`;
}
