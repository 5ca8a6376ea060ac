import { catalogueDate, catalogueModels, modelFacts } from './catalogue';
import type { Core } from './core';
import { demoModels } from './demo';
import type { Reply } from './reply';
import { parseTarget } from './router';
import type { ClientRequest } from './routeTable';
import { automaticModel } from './scenarioNames';
import { defaultScenario } from './scenarios';
import { isProvided } from './targetKeys';
import type { ModelFacts, Provider } from './types';

/** `GET /v1/models`: scenarios and targets, in Anthropic's shape for Anthropic clients, else in OpenAI's. */
export async function handleModels(core: Core, client: ClientRequest, reply: Reply): Promise<void> {
  const models = listModels(core);
  const isAnthropic =
    client.headers['anthropic-version'] !== undefined ||
    /^claude-/i.test(client.headers['user-agent'] ?? '');
  reply.json(200, JSON.stringify(isAnthropic ? anthropicList(models) : openaiList(models)));
}

interface ListedModel {
  readonly id: string;
  readonly name: string;
  readonly facts: ModelFacts;
}

function listModels(core: Core): readonly ListedModel[] {
  const { providers, scenarios, hasKey } = core.table();
  const listed: ListedModel[] = scenarios.map((scenario) => {
    const first = parseTarget(scenario.models[0] ?? '', { providers });
    return {
      id: `scenario:${scenario.name}`,
      name: `Switchyard scenario ${scenario.name}`,
      facts: first?.facts ?? {},
    };
  });
  const fallback = parseTarget(defaultScenario(scenarios).models[0] ?? '', { providers });
  listed.unshift({ id: automaticModel, name: 'Switchyard', facts: fallback?.facts ?? {} });
  for (const provider of providers.values()) {
    if (!isProvided(provider, hasKey)) continue;
    for (const model of modelIds(provider)) {
      const id = `${provider.id}/${model}`;
      listed.push({
        id,
        name: `${model} (${provider.planLabel ?? provider.label})`,
        facts: modelFacts(provider, model),
      });
    }
  }
  return listed;
}

/** The models that are listed of a provider, without its id. */
export function modelIds(provider: Provider): readonly string[] {
  if (provider.isDemo === true) return demoModels;
  return [...new Set([...Object.keys(provider.models), ...catalogueModels(provider)])];
}

function anthropicList(models: readonly ListedModel[]) {
  return {
    data: models.map(({ id, name, facts }) => ({
      type: 'model',
      id,
      display_name: name,
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
    data: models.map(({ id, name }) => ({
      id,
      object: 'model',
      created,
      owned_by: 'switchyard',
      name,
    })),
  };
}
