import { isOffered } from './catalogue';
import { type ChainOwner, defaultChainOwner } from './chainOwners';
import { type BuiltInScenarioName, builtInScenarioNames } from './scenarioNames';
import type { Provider } from './types';

/** Scenario → fallback chain. */
export type Chains = Readonly<Record<BuiltInScenarioName, readonly string[]>>;

/** A model of a built-in chain that its provider does not offer any more. */
export interface RetiredModel {
  /** `provider/model` */
  readonly name: string;
  /** The one that came into the chain for it. */
  readonly instead?: string;
}

type Providers = ReadonlyMap<string, Provider>;

/**
 * The built-in chains of a provider: of each scenario's candidates the first three that the newest catalogue still has.
 * Where it has none, the catalogue is more likely wrong than all of them gone.
 */
export function builtInChains(
  owner: ChainOwner = defaultChainOwner,
  providers: Providers = new Map(),
): Chains {
  const chain = (scenario: BuiltInScenarioName) =>
    chosen(owner, scenario, providers).map((model) => `${owner}/${model}`);
  return {
    default: chain('default'),
    fast: chain('fast'),
    background: chain('background'),
    think: chain('think'),
    complex: chain('complex'),
    longContext: chain('longContext'),
    vision: chain('vision'),
  };
}

/** The models that a catalogue without them has put out of a provider's built-in chains. */
export function retiredModels(
  owner: ChainOwner = defaultChainOwner,
  providers: Providers,
): readonly RetiredModel[] {
  const retired = new Map<string, RetiredModel>();
  for (const scenario of builtInScenarioNames) {
    const usual = chainCandidates[owner][scenario].slice(0, chainLength);
    const present = chosen(owner, scenario, providers);
    const newcomers = present.filter((model) => !usual.includes(model));
    for (const model of usual.filter((one) => !present.includes(one))) {
      const instead = newcomers.shift();
      const name = `${owner}/${model}`;
      if (retired.has(name)) continue;
      retired.set(name, {
        name,
        ...(instead === undefined ? {} : { instead: `${owner}/${instead}` }),
      });
    }
  }
  return [...retired.values()];
}

const chainLength = 3;

function chosen(
  owner: ChainOwner,
  scenario: BuiltInScenarioName,
  providers: Providers,
): readonly string[] {
  const provider = providers.get(owner);
  const all = chainCandidates[owner][scenario];
  const offered = all.filter((model) => provider === undefined || isOffered(provider, model));
  return (offered.length === 0 ? all : offered).slice(0, chainLength);
}

/**
 * In the order of preference. One provider for each owner: a fallback must never start to spend money elsewhere unasked.
 * The first three are in use; the others stand in when one of these is gone. Models: catalogue of 2026-11-10.
 */
export const chainCandidates: Readonly<Record<ChainOwner, Chains>> = {
  'opencode-go': {
    default: ['glm-5.3', 'kimi-k2.7-code', 'deepseek-v4-pro', 'glm-5.2', 'kimi-k3.1-pro'],
    fast: ['glm-5.3-flash', 'mimo-v2.6-flash', 'qwen3.8-flash', 'minimax-m3.1-flash', 'mimo-v2.5'],
    background: ['mimo-v2.5', 'glm-5.3-flash', 'qwen3.8-flash', 'mimo-v2.6-flash'],
    think: ['deepseek-v4-pro', 'glm-5.3', 'kimi-k3.1-pro', 'glm-5.2', 'kimi-k3'],
    complex: ['kimi-k3.1-pro', 'glm-5.3', 'qwen3.8-max', 'deepseek-v4-pro', 'kimi-k3'],
    longContext: ['minimax-m3', 'deepseek-v4-pro', 'glm-5.3', 'deepseek-v4.1-flash', 'glm-5.2'],
    vision: ['kimi-k2.7-code', 'mimo-v2.6-pro', 'qwen3.8-flash', 'glm-5.3-flash', 'minimax-m3'],
  },
  'opencode-zen': {
    default: ['glm-5.3', 'kimi-k2.7-code', 'deepseek-v4-pro', 'glm-5.2'],
    fast: ['glm-5.3-flash', 'deepseek-v4.1-flash', 'qwen3.8-flash', 'gpt-6-luna'],
    background: ['glm-5.3-flash', 'qwen3.8-flash', 'deepseek-v4.1-flash', 'gpt-6-luna'],
    think: ['deepseek-v4-pro', 'glm-5.3', 'kimi-k3', 'glm-5.2'],
    complex: ['glm-5.3', 'qwen3.8-max', 'kimi-k3', 'deepseek-v4-pro'],
    longContext: ['deepseek-v4-pro', 'glm-5.3', 'minimax-m3', 'deepseek-v4.1-flash'],
    vision: ['kimi-k2.7-code', 'qwen3.8-flash', 'glm-5.3-flash', 'minimax-m3'],
  },
  anthropic: {
    default: ['claude-sonnet-5-5', 'claude-sonnet-5', 'claude-sonnet-4-6'],
    fast: ['claude-haiku-5-5', 'claude-haiku-4-5', 'claude-sonnet-5-5'],
    background: ['claude-haiku-5-5', 'claude-haiku-4-5'],
    think: ['claude-opus-5-5', 'claude-opus-5', 'claude-sonnet-5-5'],
    complex: ['claude-opus-5-5', 'claude-opus-5', 'claude-sonnet-5-5'],
    longContext: ['claude-sonnet-5-5', 'claude-sonnet-5', 'claude-opus-5-5'],
    vision: ['claude-sonnet-5-5', 'claude-sonnet-5', 'claude-sonnet-4-6'],
  },
  openai: {
    default: ['gpt-6.1-sol', 'gpt-6-sol', 'gpt-6.1-terra', 'gpt-5.6-terra'],
    fast: ['gpt-6-luna', 'gpt-5.6-luna', 'gpt-5.4-mini'],
    background: ['gpt-6-luna', 'gpt-5.6-luna', 'gpt-5.4-nano'],
    think: ['gpt-6.1-sol', 'gpt-6-sol', 'gpt-5.6-sol'],
    complex: ['gpt-6.1-sol', 'gpt-6-sol', 'gpt-5.6-sol'],
    // The first two hold 272,000 at their usual price; the third holds a million.
    longContext: ['gpt-6.1-sol', 'gpt-6-sol', 'gpt-4.1'],
    vision: ['gpt-6.1-sol', 'gpt-6-sol', 'gpt-6.1-terra', 'gpt-5.6-terra'],
  },
  openrouter: {
    default: [
      'z-ai/glm-5.3',
      'moonshotai/kimi-k2.7-code',
      'deepseek/deepseek-v4-pro',
      'z-ai/glm-5.2',
    ],
    fast: ['z-ai/glm-5.3-flash', 'xiaomi/mimo-v2.6-flash', 'qwen/qwen3.8-flash'],
    background: ['z-ai/glm-5.3-flash', 'qwen/qwen3.8-flash', 'xiaomi/mimo-v2.6-flash'],
    think: ['deepseek/deepseek-v4-pro', 'z-ai/glm-5.3', 'moonshotai/kimi-k3.1-pro'],
    complex: ['moonshotai/kimi-k3.1-pro', 'z-ai/glm-5.3', 'deepseek/deepseek-v4-pro'],
    longContext: ['minimax/minimax-m3', 'deepseek/deepseek-v4-pro', 'z-ai/glm-5.3'],
    vision: ['moonshotai/kimi-k2.7-code', 'xiaomi/mimo-v2.6-pro', 'qwen/qwen3.8-flash'],
  },
  deepseek: {
    default: ['deepseek-v4-pro', 'deepseek-flash'],
    fast: ['deepseek-flash', 'deepseek-v4-pro'],
    background: ['deepseek-flash', 'deepseek-v4-pro'],
    think: ['deepseek-v4-pro', 'deepseek-flash'],
    complex: ['deepseek-v4-pro', 'deepseek-flash'],
    longContext: ['deepseek-v4-pro', 'deepseek-flash'],
    vision: ['deepseek-flash'],
  },
  moonshot: {
    default: ['kimi-k2.7-code', 'kimi-k2.6', 'kimi-k3.1-pro'],
    fast: ['kimi-k2.6', 'kimi-k2.7-code', 'kimi-k3.1-pro'],
    background: ['kimi-k2.6', 'kimi-k2.7-code'],
    think: ['kimi-k3.1-pro', 'kimi-k3', 'kimi-k2.7-code'],
    complex: ['kimi-k3.1-pro', 'kimi-k3', 'kimi-k2.7-code'],
    longContext: ['kimi-k3.1-pro', 'kimi-k3'],
    vision: ['kimi-k2.7-code', 'kimi-k2.6', 'kimi-k3.1-pro'],
  },
  zai: {
    default: ['glm-5.3', 'glm-5.2', 'glm-4.7'],
    fast: ['glm-5.3-flash', 'glm-5-turbo', 'glm-4.7'],
    background: ['glm-5.3-flash', 'glm-4.7', 'glm-5-turbo'],
    think: ['glm-5.3', 'glm-5.2'],
    complex: ['glm-5.3', 'glm-5.2'],
    longContext: ['glm-5.3', 'glm-5.2', 'glm-5.3-flash'],
    vision: ['glm-5.3-flash'],
  },
};
