import { type TierRoute, tierModels } from '../proxy/modelTiers';
import { automaticModel, builtInScenarioNames } from '../proxy/scenarioNames';
import type { TerminalAgent } from '../proxy/types';

export interface AgentInput {
  readonly port: number;
  readonly accessToken: string;
  /** The smallest context window that a conversation can meet, in tokens, where known. */
  readonly smallestContext: number | undefined;
  /** Where Claude Code's model tiers go, in any order. */
  readonly modelTiers: readonly TierRoute[];
  /** The agents that the terminal is for, in any order. */
  readonly agents: readonly TerminalAgent[];
  /** Names of the person's own scenarios, in any order. */
  readonly scenarios: readonly string[];
}

type Variables = Readonly<Record<string, string>>;

/** What makes the wanted agents use the proxy. The same input gives the same text, whatever the order of its lists. */
export function agentEnvironment(input: AgentInput): Variables {
  const has = (agent: TerminalAgent): boolean => input.agents.includes(agent);
  return {
    ...(has('claude') ? claudeEnvironment(input) : {}),
    ...(has('opencode') ? { OPENCODE_CONFIG_CONTENT: JSON.stringify(opencodeConfig(input)) } : {}),
    ...(has('openai') ? openaiEnvironment(input) : {}),
  };
}

/** The port that `variables` point an agent to, whichever agents they are for. */
export function portOf(variables: Variables): number | undefined {
  for (const value of Object.values(variables)) {
    const [, port] = /\bhttp:\/\/127\.0\.0\.1:(\d+)/.exec(value) ?? [];
    if (port !== undefined) return Number(port);
  }
  return undefined;
}

/**
 * Never the base URL alone: with a saved login Claude Code would send that login's token to us. Source: facts on the
 * clients, section 5, 2026-11-22.
 */
function claudeEnvironment({
  port,
  accessToken,
  smallestContext,
  modelTiers,
}: AgentInput): Variables {
  return {
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
    ANTHROPIC_AUTH_TOKEN: accessToken,
    // Empty, so that a key of the person's own shell is not sent along.
    ANTHROPIC_API_KEY: '',
    // These variables win over the `env` block of the client's own settings file.
    CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1',
    CLAUDE_CODE_GATEWAY_HINT_HEADERS: '1',
    CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
    ...(smallestContext === undefined ? {} : windowVariables(smallestContext)),
    ...Object.assign({}, ...modelTiers.map(tierVariables)),
  };
}

/** The client refuses a smaller one with a warning at every start. */
const leastCompactionWindow = 100_000;

/**
 * The client takes 1m tokens for a model that it does not know, and for most that it knows, and would compact too late:
 * the first variable is for the former, the second for all.
 */
function windowVariables(context: number): Variables {
  const all =
    context < leastCompactionWindow ? {} : { CLAUDE_CODE_AUTO_COMPACT_WINDOW: String(context) };
  return { CLAUDE_CODE_MAX_CONTEXT_TOKENS: String(context), ...all };
}

/** The client shows the names of a tier only where its model is given too. */
function tierVariables({ tier, scenario, target }: TierRoute): Variables {
  const name = `ANTHROPIC_DEFAULT_${tier.toUpperCase()}_MODEL`;
  const model = target.slice(target.indexOf('/') + 1);
  const family = tier.charAt(0).toUpperCase() + tier.slice(1);
  return {
    [name]: tierModels[tier],
    [`${name}_NAME`]: `${family}: ${model}`,
    [`${name}_DESCRIPTION`]: `Switchyard scenario ${scenario}, first ${target}`,
  };
}

/** What the OpenAI SDKs read, and Qwen Code with them. Codex takes the key alone, for which the setting warns. */
function openaiEnvironment({ port, accessToken }: AgentInput): Variables {
  return {
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    OPENAI_API_KEY: accessToken,
    OPENAI_MODEL: automaticModel,
  };
}

/** opencode lays it over the person's own configuration files, so that their other providers stay. */
function opencodeConfig({ port, accessToken, smallestContext, scenarios }: AgentInput): object {
  const names = new Set([...builtInScenarioNames, ...[...scenarios].sort()]);
  const automatic = { name: automaticModel, ...acceptsImages, ...limitFor(smallestContext) };
  const models = [...names].map(
    (name) => [`scenario:${name}`, { name, ...acceptsImages }] as const,
  );
  return {
    provider: {
      switchyard: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Switchyard',
        options: { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: accessToken },
        models: { [automaticModel]: automatic, ...Object.fromEntries(models) },
      },
    },
    model: `switchyard/${automaticModel}`,
  };
}

// opencode takes an unknown model for one of text alone. The router leaves out those of a chain that see no images.
const acceptsImages = {
  attachment: true,
  modalities: { input: ['text', 'image'], output: ['text'] },
} as const;

/** opencode compacts by these alone; it takes 32k of the window for the answer, too much of a small one. */
function limitFor(context: number | undefined): object {
  if (context === undefined) return {};
  return { limit: { context, output: Math.min(32_000, Math.floor(context / 4)) } };
}
