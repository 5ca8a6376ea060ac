import { windowFor } from './capacity';
import { modelTiers, type TierRoute, tierModels } from './modelTiers';
import type { RequestContent } from './requestContent';
import { isUsable, parseTarget, type RoutingTable, route } from './router';
import { defaultScenario, type Scenario } from './scenarios';
import { isProvided } from './targetKeys';
import { type RequestFacts, type Target, targetName } from './types';

/** Where each tier goes as things are set now, for the names in Claude Code's model picker. */
export function tierRoutes(table: RoutingTable): readonly TierRoute[] {
  return modelTiers.flatMap((tier) => {
    const facts = { ...ordinaryTurn, requestedModel: tierModels[tier] };
    const { scenario, targets } = route(facts, ordinaryContent, table);
    const first = targets.find((target) => isProvided(target.provider, table.hasKey));
    return first === undefined ? [] : [{ tier, scenario, target: targetName(first) }];
  });
}

/** As Claude Code sends it with its own settings. */
const ordinaryTurn: Omit<RequestFacts, 'requestedModel'> = {
  stream: true,
  inputTokens: 12_000,
  hasImages: false,
  hasTools: true,
  thinking: true,
  effort: 'medium',
  maxOutputTokens: undefined,
  requestClass: 'main',
  agentType: undefined,
  userAgent: 'claude-cli/2 (external, cli)',
  sessionId: '',
};
const ordinaryContent: RequestContent = {
  toolNames: [],
  neededServerTools: [],
  lastTypedText: '',
};

/**
 * The smallest context window that a conversation can meet, in tokens: clients must not let it grow beyond. A rule on the
 * length alone takes long conversations away from the rules asked after it, so their smaller windows do not count.
 */
export function smallestContext(table: RoutingTable): number | undefined {
  const windows = overriddenWindows(table);
  let longest = Number.POSITIVE_INFINITY;
  const rules = table.scenarios.filter(takesConversations);
  // Last, since it takes what no rule took.
  for (const scenario of [...rules, defaultScenario(table.scenarios)]) {
    windows.push(...windowsOf(scenario.models, table).filter((size) => size < windowFor(longest)));
    longest = Math.min(longest, lengthRule(scenario, table) ?? longest);
  }
  return windows.length === 0 ? undefined : Math.min(...windows);
}

/** Titles and summaries are short; a chain without a rule is used only where a client or an override names it. */
function takesConversations({ when }: Scenario): boolean {
  if (when === undefined) return false;
  const { requestClass, hasTools } = when;
  const isForThem = requestClass === undefined || requestClass.some((one) => talks.has(one));
  return isForThem && hasTools !== false;
}

const talks: ReadonlySet<string> = new Set(['main', 'subagent', 'compaction']);

/** The length from which a rule takes every request, when it asks for nothing else. */
function lengthRule({ when = {}, ...scenario }: Scenario, table: RoutingTable): number | undefined {
  const asked = Object.entries(when).filter(([, wanted]) => wanted !== undefined);
  const [[only] = []] = asked;
  const isAlone = asked.length === 1 && only === 'inputTokensAbove';
  return isAlone && isUsable(scenario, table) ? when.inputTokensAbove : undefined;
}

function overriddenWindows(table: RoutingTable): number[] {
  return Object.values(table.modelOverrides).flatMap((value) => {
    const named = table.scenarios.find(({ name }) => name === value);
    return windowsOf(typeof value === 'string' ? (named?.models ?? []) : value, table);
  });
}

function windowsOf(models: readonly string[], table: RoutingTable): readonly number[] {
  return models
    .map((name) => parseTarget(name, table))
    .filter((target): target is Target => target !== undefined)
    .filter(({ provider }) => isProvided(provider, table.hasKey))
    .flatMap(({ facts }) => facts.context ?? []);
}
