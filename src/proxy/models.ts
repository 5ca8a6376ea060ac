import { catalogueDate, catalogueModels, modelFacts } from './catalogue';
import { pickerId } from './clientModelNames';
import { inWords } from './conditions';
import type { Core } from './core';
import { demoModels } from './demo';
import type { Reply } from './reply';
import { parseTarget, type RoutingTable } from './router';
import type { ClientRequest } from './routeTable';
import { automaticModel } from './scenarioNames';
import { defaultScenario, type Scenario } from './scenarios';
import { isProvided } from './targetKeys';
import type { ModelFacts, Provider } from './types';

/** `GET /v1/models`: scenarios and targets, in Anthropic's shape for Anthropic clients, else in OpenAI's. */
export async function handleModels(core: Core, client: ClientRequest, reply: Reply): Promise<void> {
  reply.json(200, JSON.stringify(listFor(client, core.table())));
}

function listFor({ headers }: ClientRequest, table: RoutingTable): object {
  if (/^claude-(code|cli)\//i.test(headers['user-agent'] ?? '')) {
    return anthropicList(pickerModels(table));
  }
  const models = [automatic(table), ...scenarioModels(table), ...providerModels(table)];
  return headers['anthropic-version'] === undefined ? openaiList(models) : anthropicList(models);
}

interface ListedModel {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly facts: ModelFacts;
}

/**
 * For the model picker of Claude Code, which has rows of its own for what the rules decide: the scenarios, and the targets
 * of their chains. Everything else can still be asked for by its name.
 */
function pickerModels(table: RoutingTable): readonly ListedModel[] {
  const names = new Set(table.scenarios.flatMap(({ models }) => models));
  const targets = [...names].flatMap((name) => {
    const target = parseTarget(name, table);
    if (target === undefined || !isProvided(target.provider, table.hasKey)) return [];
    return [listedModel(target.provider, target.model)];
  });
  return [...scenarioModels(table), ...targets].map((model) => ({
    ...model,
    id: pickerId(model.id),
  }));
}

function automatic(table: RoutingTable): ListedModel {
  const { facts } = scenarioModel(defaultScenario(table.scenarios), table);
  const description = 'The scenario that the rules choose for each request';
  return { id: automaticModel, name: 'Switchyard', description, facts };
}

function scenarioModels(table: RoutingTable): readonly ListedModel[] {
  return table.scenarios.map((scenario) => scenarioModel(scenario, table));
}

/** A chain holds what its smallest model holds. */
function scenarioModel({ name, models }: Scenario, table: RoutingTable): ListedModel {
  const chain = models.flatMap((model) => parseTarget(model, table)?.facts ?? []);
  const context = smallest(chain.map((facts) => facts.context));
  const maxOutput = smallest(chain.map((facts) => facts.maxOutput));
  return {
    id: `scenario:${name}`,
    name: `Switchyard scenario ${name}`,
    description: models.join(' > '),
    facts: { context, maxOutput },
  };
}

function smallest(limits: readonly (number | undefined)[]): number | undefined {
  const known = limits.filter((limit) => limit !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function providerModels({ providers, hasKey }: RoutingTable): readonly ListedModel[] {
  return [...providers.values()]
    .filter((provider) => isProvided(provider, hasKey))
    .flatMap((provider) => modelIds(provider).map((model) => listedModel(provider, model)));
}

function listedModel(provider: Provider, model: string): ListedModel {
  const facts = modelFacts(provider, model);
  const { context, images } = facts;
  const abilities = [
    ...(context === undefined ? [] : [`${inWords(context)} tokens`]),
    ...(images === true ? ['sees images'] : []),
  ];
  return {
    id: `${provider.id}/${model}`,
    name: `${model} (${provider.planLabel ?? provider.label})`,
    description: abilities.join(', '),
    facts,
  };
}

/** The models that are listed of a provider, without its id. */
export function modelIds(provider: Provider): readonly string[] {
  if (provider.isDemo === true) return demoModels;
  return [...new Set([...Object.keys(provider.models), ...catalogueModels(provider)])];
}

function anthropicList(models: readonly ListedModel[]) {
  return {
    data: models.map(({ id, name, description, facts }) => ({
      type: 'model',
      id,
      display_name: name,
      description,
      created_at: `${catalogueDate}T00:00:00Z`,
      ...(facts.context === undefined ? {} : { max_input_tokens: facts.context }),
      ...(facts.maxOutput === undefined ? {} : { max_tokens: facts.maxOutput }),
    })),
    has_more: false,
    first_id: models[0]?.id ?? null,
    last_id: models[models.length - 1]?.id ?? null,
  };
}

function openaiList(models: readonly ListedModel[]) {
  const created = Math.floor(Date.parse(`${catalogueDate}T00:00:00Z`) / 1000);
  return {
    object: 'list',
    data: models.map(({ id, name, description }) => ({
      id,
      object: 'model',
      created,
      owned_by: 'switchyard',
      name,
      description,
    })),
  };
}
