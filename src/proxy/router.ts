import { canSee, runs, withinCapacity } from './capacity';
import { matchesGlob, modelFacts, modelWireFormat } from './catalogue';
import { type AskedRequest, judge } from './conditions';
import { type Phrase, phrase } from './phrase';
import { cleanForPerson } from './redact';
import type { RequestContent } from './requestContent';
import { automaticModel } from './scenarioNames';
import { defaultScenario, type Scenario } from './scenarios';
import { isProvided } from './targetKeys';
import type {
  ConsideredRule,
  Parameters,
  Provider,
  RequestFacts,
  Route,
  Target,
  WireFormat,
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
  content: RequestContent,
  table: RoutingTable,
  inputTokens: InputTokens = (_target, { inputTokens: estimated }) => estimated,
): Route {
  const request: AskedRequest = { facts, content };
  const considered: ConsideredRule[] = [];
  const choice = withSight(choose(request, table, considered), facts, table);
  const links = linksOf(choice, table);
  const tokensFor = (target: Target) => inputTokens(target, facts);
  const chain = withinCapacity(links.targets, request, { tokensFor, hasKey: table.hasKey });
  return {
    scenario: choice.scenario,
    reason: choice.reason,
    considered,
    targets: chain.targets,
    skipped: [...links.skipped, ...chain.skipped],
    lackingServerTools: content.neededServerTools.filter(
      (type) => !chain.targets.some((target) => runs(target, type, table.hasKey)),
    ),
  };
}

interface Choice {
  readonly scenario: string;
  readonly reason: Phrase;
  readonly models: readonly string[];
  readonly parameters: Parameters | undefined;
  /** The client named the one target that it wants. */
  readonly isNamedTarget?: true;
}

/** A link of the chain that leads nowhere is skipped with its reason. */
function linksOf(choice: Choice, table: RoutingTable): Pick<Route, 'targets' | 'skipped'> {
  const targets: Target[] = [];
  const skipped: Skipped[] = [];
  for (const name of choice.models) {
    const target = parseTarget(name, table, choice.parameters);
    if (target === undefined) {
      skipped.push({ name, reason: phrase('no provider of that name has a base URL') });
      continue;
    }
    const { wireFormat } = target;
    if (table.canSpeak(wireFormat)) targets.push(target);
    else skipped.push({ name, reason: phrase('wire format {0} is not supported', wireFormat) });
  }
  return { targets, skipped };
}

type Skipped = Route['skipped'][number];

/** A conversation with images goes by the chain of `vision` when nobody of its own sees them; a named target is kept. */
function withSight(choice: Choice, facts: RequestFacts, table: RoutingTable): Choice {
  if (!facts.hasImages || choice.isNamedTarget === true) return choice;
  const sees = ({ models }: Pick<Choice, 'models'>) =>
    models.some((name) => {
      const target = parseTarget(name, table);
      return target !== undefined && canSee(target);
    });
  const vision = scenarioNamed('vision', table);
  if (vision === undefined || sees(choice) || !sees(vision) || !isUsable(vision, table)) {
    return choice;
  }
  const reason = phrase(
    'has images, which no model of {0} ({1}) can see',
    choice.scenario,
    choice.reason,
  );
  return ofScenario(vision, reason, table);
}

function choose(request: AskedRequest, table: RoutingTable, considered: ConsideredRule[]): Choice {
  return (
    named(request.facts.requestedModel, table, considered) ??
    override(request.facts.requestedModel, table, considered) ??
    detected(request, table, considered)
  );
}

/** A scenario or target that the client asks for by its name. */
function named(
  requested: string,
  table: RoutingTable,
  considered: ConsideredRule[],
): Choice | undefined {
  const { choice, why } = lookUp(requested, table);
  considered.push({ rule: requestedModelRule, matched: choice !== undefined, why });
  return choice;
}

/** Shown with the scenarios' names, which are words of nobody's language. */
const requestedModelRule = phrase('requested model');

/** What a rule about the requested model came to. */
interface Looked {
  readonly choice: Choice | undefined;
  readonly why: Phrase;
}

function unknownScenario(name: string): Phrase {
  return phrase('no scenario is named “{0}”', cleanForPerson(name, maxNameChars));
}

/** The choice that a name stands for, or why it stands for none. */
function lookUp(requested: string, table: RoutingTable): Looked {
  const clean = cleanForPerson(requested, maxNameChars);
  if (requested.startsWith(scenarioPrefix)) {
    const name = requested.slice(scenarioPrefix.length);
    const scenario = scenarioNamed(name, table);
    if (scenario === undefined) return { choice: undefined, why: unknownScenario(name) };
    const choice = ofScenario(scenario, phrase('scenario requested by name'), table);
    return { choice, why: choice.reason };
  }
  if (parseTarget(requested, table) !== undefined) {
    const why = phrase('model requested by name');
    const choice = {
      scenario: 'requested',
      reason: why,
      models: [requested],
      parameters: undefined,
      isNamedTarget: true,
    } as const;
    return { choice, why };
  }
  return {
    choice: undefined,
    why:
      requested === automaticModel
        ? phrase('the client leaves the choice to the rules')
        : phrase('“{0}” names no scenario and no target', clean),
  };
}

const scenarioPrefix = 'scenario:';
/** Names come from clients, of any length. */
const maxNameChars = 60;

function override(
  requested: string,
  table: RoutingTable,
  considered: ConsideredRule[],
): Choice | undefined {
  const { modelOverrides } = table;
  const longestFirst = Object.keys(modelOverrides).sort((a, b) => b.length - a.length);
  for (const glob of longestFirst) {
    const rule = overrideRule(glob);
    const { choice, why } = overrideBy(glob, requested, table);
    considered.push({ rule, matched: choice !== undefined, why });
    if (choice !== undefined) return choice;
  }
  return undefined;
}

function overrideRule(glob: string): Phrase {
  return phrase('modelOverrides {0}', glob);
}

function overrideBy(glob: string, requested: string, table: RoutingTable): Looked {
  const model = cleanForPerson(requested, maxNameChars);
  if (!matchesGlob(glob, requested)) {
    return { choice: undefined, why: phrase('model {0} does not match', model) };
  }
  const value = table.modelOverrides[glob] ?? [];
  const reason = overrideRule(glob);
  const why = phrase('model {0} matches', model);
  if (typeof value !== 'string') {
    const choice = { scenario: 'override', reason, models: value, parameters: undefined };
    return value.length > 0
      ? { choice, why }
      : { choice: undefined, why: phrase('its chain is empty') };
  }
  const scenario = scenarioNamed(value, table);
  return scenario === undefined
    ? { choice: undefined, why: unknownScenario(value) }
    : { choice: ofScenario(scenario, reason, table), why };
}

/** The first scenario whose rule holds; `default` when none does. */
function detected(
  request: AskedRequest,
  table: RoutingTable,
  considered: ConsideredRule[],
): Choice {
  const note = unknownName(request.facts.requestedModel, considered);
  for (const scenario of table.scenarios) {
    if (scenario.when === undefined) continue;
    const { holds, why } = judge(scenario.when, request);
    considered.push({ rule: scenario.name, matched: holds, why });
    if (holds) return ofScenario(scenario, noted(note, why), table);
  }
  const why = phrase('no other rule matched');
  considered.push({ rule: 'default', matched: true, why });
  return ofScenario(defaultScenario(table.scenarios), noted(note, why), table);
}

/** A name that was meant for us and is unknown is said in the reason: the person may have mistyped it. */
function unknownName(requested: string, considered: readonly ConsideredRule[]): Phrase | undefined {
  const isOurs = requested.startsWith(scenarioPrefix) || requested.includes('/');
  return isOurs ? considered.find(({ rule }) => rule === requestedModelRule)?.why : undefined;
}

function noted(note: Phrase | undefined, why: Phrase): Phrase {
  return note === undefined ? why : phrase('{0}; {1}', note, why);
}

function scenarioNamed(name: string, table: RoutingTable): Scenario | undefined {
  return table.scenarios.find((scenario) => scenario.name === name);
}

/**
 * A built-in chain whose providers have no key at all gives way to the default chain: a person who uses another
 * provider configures `default` and is served everywhere.
 */
function ofScenario(scenario: Scenario, reason: Phrase, table: RoutingTable): Choice {
  const fallback = defaultScenario(table.scenarios);
  const isSpare = !scenario.isUsers && scenario.name !== 'default' && !isUsable(scenario, table);
  if (isSpare && isUsable(fallback, table)) {
    return {
      scenario: 'default',
      reason: phrase('{0} ({1}) has no API key for its models', scenario.name, reason),
      models: fallback.models,
      parameters: fallback.parameters,
    };
  }
  const { name, models, parameters } = scenario;
  return { scenario: name, reason, models, parameters };
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
