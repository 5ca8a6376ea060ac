import { builtInChains, type Chains } from './chains';
import { type BuiltInScenarioName, builtInScenarioNames } from './scenarioNames';
import type { ScenarioSettings } from './types';

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

export function defaultScenario(scenarios: readonly Scenario[]): Scenario {
  const found = scenarios.find((scenario) => scenario.name === 'default');
  return found ?? { models: builtInChains().default, name: 'default', isUsers: false };
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
