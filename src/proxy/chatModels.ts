import { modelFacts } from './catalogue';
import type { Core } from './core';
import { answeringDemoModel } from './demo';
import { modelIds } from './models';
import { isUsable, parseTarget, type RoutingTable } from './router';
import { automaticModel } from './scenarioNames';
import { defaultScenario, type Scenario } from './scenarios';
import { isProvided } from './targetKeys';
import type { ModelFacts, Provider } from './types';

/** What a chat inside the editor may choose: a scenario, or one model. */
export interface ChatModel {
  /** The name that a request asks for: `auto`, `scenario:think`, `provider/model`. */
  readonly id: string;
  /** Absent for the automatic choice and for single models. */
  readonly scenario?: string;
  /** Without its provider's id. */
  readonly model?: string;
  /** Who runs the model: "OpenCode Go". */
  readonly label?: string;
  /** Of a scenario, and of the automatic choice's default scenario: the models that can be asked. */
  readonly chain?: readonly string[];
  /** Tokens of prompt and answer together that all models of the chain take. */
  readonly context: number;
  /** Tokens of the longest answer that all of them give. */
  readonly maxOutput: number;
  /** At least one of them sees images; requests that hold any go to such. */
  readonly images: boolean;
  /** The same for calls of tools. */
  readonly tools: boolean;
}

/**
 * The automatic choice first, then the scenarios, then every model whose key is set. The demonstration stands in only where
 * nothing else can be asked.
 */
export function listChatModels(core: Pick<Core, 'table'>): readonly ChatModel[] {
  const table = core.table();
  const usable = table.scenarios.filter((scenario) => isUsable(scenario, table));
  const fallback = defaultScenario(table.scenarios);
  const models = singleModels(table);
  const real = models.filter(({ isDemo }) => !isDemo);
  return [
    ...(usable.includes(fallback) ? [automatic(fallback, usable, table)] : []),
    ...usable.map((scenario) => ({
      id: `scenario:${scenario.name}`,
      scenario: scenario.name,
      ...chainOf(scenario, table),
    })),
    ...(real.length > 0 || usable.length > 0 ? real : models).map(({ chatModel }) => chatModel),
  ];
}

/** What a chat is told where the catalogue knows nothing: what every model of today takes. */
const unknownContext = 128_000;
const unknownMaxOutput = 8_192;

/** Requests with images leave the default scenario for one that sees them. */
function automatic(
  fallback: Scenario,
  usable: readonly Scenario[],
  table: RoutingTable,
): ChatModel {
  const images = usable.some((scenario) => chainOf(scenario, table).images);
  return { id: automaticModel, ...chainOf(fallback, table), images };
}

function chainOf(
  scenario: Scenario,
  table: RoutingTable,
): Pick<ChatModel, 'chain' | 'context' | 'maxOutput' | 'images' | 'tools'> {
  const chain = scenario.models.flatMap((name) => {
    const target = parseTarget(name, table);
    return target !== undefined && isProvided(target.provider, table.hasKey)
      ? [{ name, facts: target.facts }]
      : [];
  });
  return {
    chain: chain.map(({ name }) => name),
    ...limitsOf(chain.map(({ facts }) => facts)),
    images: chain.some(({ facts }) => facts.images !== false),
    tools: chain.some(({ facts }) => facts.tools !== false),
  };
}

function limitsOf(all: readonly ModelFacts[]): Pick<ChatModel, 'context' | 'maxOutput'> {
  return {
    context: Math.min(...all.map(({ context }) => context ?? unknownContext)),
    maxOutput: Math.min(...all.map(({ maxOutput }) => maxOutput ?? unknownMaxOutput)),
  };
}

interface SingleModel {
  readonly chatModel: ChatModel;
  readonly isDemo: boolean;
}

function singleModels({ providers, hasKey }: RoutingTable): readonly SingleModel[] {
  return [...providers.values()]
    .filter((provider) => isProvided(provider, hasKey))
    .flatMap((provider) =>
      chatModelIds(provider).map((model) => {
        const facts = modelFacts(provider, model);
        const chatModel = {
          id: `${provider.id}/${model}`,
          model,
          label: provider.planLabel ?? provider.label,
          ...limitsOf([facts]),
          images: facts.images !== false,
          tools: facts.tools !== false,
        };
        return { chatModel, isDemo: provider.isDemo === true };
      }),
    );
}

/** A chat opens with the first model by its name, and asks it without any fallback: one that never answers has no place there. */
function chatModelIds(provider: Provider): readonly string[] {
  return provider.isDemo === true ? [answeringDemoModel] : modelIds(provider);
}
