// A routing table and a request to route, without a proxy around them.
import { mergeProviders } from '../../src/proxy/providers';
import type { RequestContent } from '../../src/proxy/requestContent';
import type { RoutingTable } from '../../src/proxy/router';
import { mergeScenarios } from '../../src/proxy/scenarios';
import type { ProviderSettings, RequestFacts, ScenarioSettings } from '../../src/proxy/types';
import { codecs } from '../../src/proxy/wire/formats';

/** A turn of Claude Code with its default model. */
export const plainFacts: RequestFacts = {
  requestedModel: 'claude-opus-5-5',
  stream: true,
  inputTokens: 12_000,
  hasImages: false,
  hasTools: true,
  thinking: true,
  effort: 'medium',
  maxOutputTokens: 128_000,
  requestClass: 'main',
  agentType: undefined,
  userAgent: 'claude-cli/2.1.330 (external, cli)',
  sessionId: 's',
};

export const plainContent: RequestContent = {
  toolNames: ['Bash', 'Read', 'mcp__github__create_issue'],
  neededServerTools: [],
  lastTypedText: 'Please add a function that subtracts.',
};

export interface TableOptions {
  readonly scenarios?: Readonly<Record<string, ScenarioSettings>>;
  readonly modelOverrides?: RoutingTable['modelOverrides'];
  /** Key slots that have a key. */
  readonly keys?: readonly string[];
  readonly providers?: Readonly<Record<string, ProviderSettings>>;
}

/** What is in force with these settings; by default a person's who has an OpenCode key and nothing else. */
export function tableOf({
  scenarios = {},
  modelOverrides = {},
  keys = ['opencode'],
  providers = {},
}: TableOptions = {}): RoutingTable {
  return {
    providers: mergeProviders(providers),
    scenarios: mergeScenarios(scenarios),
    modelOverrides,
    hasKey: (credential) => keys.includes(credential),
    canSpeak: (format) => codecs[format] !== undefined,
  };
}
