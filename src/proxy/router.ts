import { matchesGlob, modelFacts, modelWireFormat } from './catalogue';
import { cleanForPerson } from './redact';
import { defaultScenario, detectScenario, type Scenario } from './scenarios';
import { isProvided } from './targetKeys';
import {
  type Parameters,
  type Provider,
  type RequestFacts,
  type Route,
  type Target,
  targetName,
  type WireFormat,
} from './types';

/** What routing needs besides the request: prepared once per change of settings or keys. */
export interface RoutingTable {
  readonly providers: ReadonlyMap<string, Provider>;
  readonly scenarios: readonly Scenario[];
  readonly modelOverrides: Readonly<Record<string, string | readonly string[]>>;
  hasKey(credential: string): boolean;
  /** True when a codec for the wire format exists. */
  canSpeak(format: WireFormat): boolean;
}

/** The input of a request in the tokens of a target. */
export type InputTokens = (target: Target, facts: RequestFacts) => number;

/**
 * Decides scenario, reason and fallback chain of one request. Pure; an empty chain means that no target can be tried. Rules
 * compare the estimate that is the same for every model, context windows the one that each target counts.
 */
export function route(
  facts: RequestFacts,
  table: RoutingTable,
  inputTokens: InputTokens = (_target, { inputTokens: estimated }) => estimated,
): Route {
  const choice = choose(facts, table);
  const targets: Target[] = [];
  const skipped: Skipped[] = [];
  for (const name of choice.models) {
    const target = parseTarget(name, table, choice.parameters);
    const reason =
      target === undefined ? 'no provider of that name has a base URL' : unspeakable(target, table);
    if (target !== undefined && reason === undefined) targets.push(target);
    else skipped.push({ name, reason: reason ?? '' });
  }
  const { scenario, reason } = choice;
  return {
    scenario,
    reason,
    considered: [],
    ...withinCapacity(targets, facts, skipped, inputTokens),
  };
}

type Skipped = Route['skipped'][number];

function unspeakable({ wireFormat }: Target, table: RoutingTable): string | undefined {
  return table.canSpeak(wireFormat) ? undefined : `wire format ${wireFormat} is not supported`;
}

interface Choice {
  readonly scenario: string;
  readonly reason: string;
  readonly models: readonly string[];
  readonly parameters: Parameters | undefined;
}

function choose(facts: RequestFacts, table: RoutingTable): Choice {
  const requested = facts.requestedModel;
  if (requested.startsWith('scenario:')) return namedScenario(requested, facts, table);
  if (parseTarget(requested, table) !== undefined) {
    return {
      scenario: 'requested',
      reason: 'model requested by name',
      models: [requested],
      parameters: undefined,
    };
  }
  return override(facts, table) ?? detected(facts, table);
}

function namedScenario(requested: string, facts: RequestFacts, table: RoutingTable): Choice {
  const name = requested.slice('scenario:'.length);
  const scenario = table.scenarios.find((candidate) => candidate.name === name);
  if (scenario !== undefined) return ofScenario(scenario, 'scenario requested by name', table);
  const fallback = detected(facts, table);
  return {
    ...fallback,
    reason: `no scenario is named “${cleanForPerson(name, 60)}”; ${fallback.reason}`,
  };
}

function override(facts: RequestFacts, table: RoutingTable): Choice | undefined {
  const globs = Object.keys(table.modelOverrides)
    .filter((glob) => matchesGlob(glob, facts.requestedModel))
    .sort((a, b) => b.length - a.length);
  for (const glob of globs) {
    const value = table.modelOverrides[glob];
    const reason = `modelOverrides ${glob}`;
    if (typeof value === 'string') {
      const scenario = table.scenarios.find((candidate) => candidate.name === value);
      if (scenario !== undefined) return ofScenario(scenario, reason, table);
    } else if (value !== undefined && value.length > 0) {
      return { scenario: 'override', reason, models: value, parameters: undefined };
    }
  }
  return undefined;
}

function detected(facts: RequestFacts, table: RoutingTable): Choice {
  const { scenario, reason } = detectScenario(table.scenarios, facts);
  return ofScenario(scenario, reason, table);
}

/**
 * A built-in chain whose providers have no key at all gives way to the default chain: a person who uses another
 * provider configures `default` and is served everywhere.
 */
function ofScenario(scenario: Scenario, reason: string, table: RoutingTable): Choice {
  const fallback = defaultScenario(table.scenarios);
  if (!scenario.isUsers && scenario.name !== 'default' && !isUsable(scenario, table)) {
    if (isUsable(fallback, table)) {
      return {
        scenario: 'default',
        reason: `${scenario.name} (${reason}) has no API key for its models`,
        models: fallback.models,
        parameters: fallback.parameters,
      };
    }
  }
  return {
    scenario: scenario.name,
    reason,
    models: scenario.models,
    parameters: scenario.parameters,
  };
}

/** True when at least one target of the scenario has its key or needs none. */
export function isUsable(scenario: Scenario, table: RoutingTable): boolean {
  return scenario.models.some((name) => {
    const target = parseTarget(name, table);
    return target !== undefined && isProvided(target.provider, table.hasKey);
  });
}

/** `provider/model` → target; undefined when the provider is not known. The model may itself hold slashes. */
export function parseTarget(
  name: string,
  table: Pick<RoutingTable, 'providers'>,
  scenarioParameters: Parameters = {},
): Target | undefined {
  const slash = name.indexOf('/');
  if (slash <= 0 || slash === name.length - 1) return undefined;
  const provider = table.providers.get(name.slice(0, slash));
  if (provider === undefined) return undefined;
  const model = name.slice(slash + 1);
  const facts = modelFacts(provider, model);
  return {
    provider,
    model,
    facts,
    wireFormat: modelWireFormat(provider, model, facts),
    parameters: { ...facts.parameters, ...scenarioParameters },
  };
}

function withinCapacity(
  targets: readonly Target[],
  facts: RequestFacts,
  skipped: readonly Skipped[],
  inputTokens: InputTokens,
): Pick<Route, 'targets' | 'skipped'> {
  const fitting = targets.filter((target) => unfit(target, facts, inputTokens) === undefined);
  // When none fits, the limits in our catalogue may be wrong: the upstream's own answer is worth more than our guess.
  if (fitting.length === 0) return { targets: largestFirst(targets), skipped };
  const unfitting = targets.flatMap((target): readonly Skipped[] => {
    const reason = unfit(target, facts, inputTokens);
    return reason === undefined ? [] : [{ name: targetName(target), reason }];
  });
  return { targets: fitting, skipped: [...skipped, ...unfitting] };
}

function unfit(target: Target, facts: RequestFacts, inputTokens: InputTokens): string | undefined {
  const { context, images } = target.facts;
  if (facts.hasImages && images === false) return 'cannot see images';
  const tokens = inputTokens(target, facts);
  if (context !== undefined && tokens > context) {
    return `holds ${context} tokens, the request has about ${tokens}`;
  }
  return undefined;
}

function largestFirst(targets: readonly Target[]): readonly Target[] {
  return [...targets].sort((a, b) => (b.facts.context ?? 0) - (a.facts.context ?? 0));
}
