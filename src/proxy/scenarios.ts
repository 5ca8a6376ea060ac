import { matchesGlob } from './catalogue';
import { builtInChains, type Chains } from './chains';
import { type BuiltInScenarioName, builtInScenarioNames } from './scenarioNames';
import {
  type Effort,
  efforts,
  type RequestFacts,
  type ScenarioConditions,
  type ScenarioSettings,
} from './types';

/** A scenario in force: its rule, its chain, and whether a person wrote it. */
export interface Scenario extends ScenarioSettings {
  readonly name: string;
  readonly isUsers: boolean;
}

/**
 * The scenarios in force, in the order in which their rules are asked. An entry of the user's replaces the chain and
 * parameters of the built-in one; it keeps the built-in rule unless it brings its own.
 */
export function mergeScenarios(
  settings: Readonly<Record<string, ScenarioSettings>>,
  chains: Chains = builtInChains(),
): readonly Scenario[] {
  const merged = new Map<string, Scenario>();
  for (const name of builtInScenarioNames) {
    merged.set(name, { ...builtInScenarios[name], models: chains[name], name, isUsers: false });
  }
  for (const [name, entry] of Object.entries(settings)) {
    const base = merged.get(name);
    merged.set(name, {
      name,
      isUsers: true,
      models: entry.models,
      parameters: entry.parameters,
      when: entry.when ?? base?.when,
      priority: entry.priority ?? base?.priority ?? defaultUserPriority,
    });
  }
  return [...merged.values()].sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
}

/** The first scenario whose conditions all hold, with the reason in words; `default` when none does. */
export function detectScenario(
  scenarios: readonly Scenario[],
  facts: RequestFacts,
): { readonly scenario: Scenario; readonly reason: string } {
  for (const scenario of scenarios) {
    if (scenario.when === undefined) continue;
    const reason = explainMatch(scenario.when, facts);
    if (reason !== undefined) return { scenario, reason };
  }
  return { scenario: defaultScenario(scenarios), reason: 'no other rule matched' };
}

export function defaultScenario(scenarios: readonly Scenario[]): Scenario {
  const found = scenarios.find((scenario) => scenario.name === 'default');
  return found ?? { models: builtInChains().default, name: 'default', isUsers: false };
}

/** Why the conditions hold, or undefined when one does not. An empty rule never matches. */
export function explainMatch(when: ScenarioConditions, facts: RequestFacts): string | undefined {
  const reasons: string[] = [];
  for (const test of conditionTests) {
    const verdict = test(when, facts);
    if (verdict === 'not asked') continue;
    if (verdict === 'no') return undefined;
    reasons.push(verdict.because);
  }
  return reasons.length === 0 ? undefined : reasons.join(', ');
}

type Verdict = 'not asked' | 'no' | { readonly because: string };
type ConditionTest = (when: ScenarioConditions, facts: RequestFacts) => Verdict;

const conditionTests: readonly ConditionTest[] = [
  (when, facts) => globs('model', when.requestedModel, facts.requestedModel),
  (when, facts) =>
    asked(when.inputTokensAbove, (limit) =>
      facts.inputTokens > limit ? `${facts.inputTokens} input tokens` : undefined,
    ),
  (when, facts) =>
    asked(when.inputTokensBelow, (limit) =>
      facts.inputTokens < limit ? `${facts.inputTokens} input tokens` : undefined,
    ),
  (when, facts) => same('images', when.hasImages, facts.hasImages),
  (when, facts) => same('tools', when.hasTools, facts.hasTools),
  (when, facts) => same('thinking', when.thinking, facts.thinking),
  (when, facts) => same('streaming', when.stream, facts.stream),
  (when, facts) =>
    asked(when.effortAtLeast, (least) =>
      facts.effort !== undefined && effortRank(facts.effort) >= effortRank(least)
        ? `effort ${facts.effort}`
        : undefined,
    ),
  (when, facts) =>
    asked(when.maxOutputTokensBelow, (limit) =>
      facts.maxOutputTokens !== undefined && facts.maxOutputTokens < limit
        ? `at most ${facts.maxOutputTokens} output tokens`
        : undefined,
    ),
  (when, facts) =>
    asked(when.requestClass, (classes) =>
      classes.includes(facts.requestClass) ? `${facts.requestClass} request` : undefined,
    ),
  (when, facts) => globs('agent', when.agentType, facts.agentType),
  (when, facts) => globs('client', when.client, facts.userAgent),
];

function asked<T>(condition: T | undefined, holds: (condition: T) => string | undefined): Verdict {
  if (condition === undefined) return 'not asked';
  const because = holds(condition);
  return because === undefined ? 'no' : { because };
}

function same(noun: string, wanted: boolean | undefined, actual: boolean): Verdict {
  return asked(wanted, (value) => {
    if (value !== actual) return undefined;
    return actual ? `has ${noun}` : `no ${noun}`;
  });
}

function globs(
  noun: string,
  patterns: readonly string[] | undefined,
  value: string | undefined,
): Verdict {
  return asked(patterns, (list) => {
    if (value === undefined) return undefined;
    const glob = list.find((pattern) => matchesGlob(pattern, value));
    return glob === undefined ? undefined : `${noun} matches ${glob}`;
  });
}

function effortRank(effort: Effort): number {
  return efforts.indexOf(effort);
}

/** Above every built-in rule: what a person writes is asked first. */
const defaultUserPriority = 100;

/** When each built-in scenario applies; its chain is that of the provider whose chains are in force. */
export const builtInScenarios: Readonly<
  Record<BuiltInScenarioName, Omit<ScenarioSettings, 'models'>>
> = {
  vision: {
    priority: 70,
    when: { hasImages: true },
  },
  longContext: {
    // Below the smallest window of the default chain (262,144), with room for the answer.
    priority: 60,
    when: { inputTokensAbove: 180_000 },
  },
  background: {
    priority: 50,
    when: { requestClass: ['auxiliary'], hasTools: false },
  },
  think: {
    priority: 40,
    when: { effortAtLeast: 'xhigh' },
  },
  complex: {
    // Claude Code asks its default family for medium effort; more than that is a person's choice.
    priority: 30,
    when: { requestedModel: ['*opus*', '*fable*'], effortAtLeast: 'high' },
  },
  fast: {
    priority: 20,
    when: { requestedModel: ['*haiku*', '*-mini*', '*-nano*', '*-flash*'] },
  },
  default: {},
};
