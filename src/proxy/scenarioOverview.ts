import { catalogueModels, modelFacts } from './catalogue';
import type { ModelReport, ScenarioOverview } from './protocol';
import type { RoutingTable } from './router';
import { isProvided } from './targetKeys';
import type { Provider } from './types';

/** The scenarios in force, and the models that a person may make chains of. */
export function scenarioOverview(table: RoutingTable): ScenarioOverview {
  const scenarios = table.scenarios.map(({ name, isUsers, models }) => ({ name, isUsers, models }));
  const named = new Set(scenarios.flatMap(({ models }) => models));
  const owners = new Set([...named].map((name) => name.split('/', 1)[0]));
  const models = [...table.providers.values()].flatMap((provider) => {
    const hasKey = isProvided(provider, table.hasKey);
    const isOffered = owners.has(provider.id) || (hasKey && provider.isDemo !== true);
    return isOffered ? modelsOf(provider, named, hasKey) : [];
  });
  return { scenarios, models };
}

function modelsOf(
  provider: Provider,
  named: ReadonlySet<string>,
  hasKey: boolean,
): readonly ModelReport[] {
  const prefix = `${provider.id}/`;
  const inChains = [...named].filter((name) => name.startsWith(prefix));
  const ids = new Set([
    // What a chain names may be in no list, and is in use nevertheless.
    ...inChains.map((name) => name.slice(prefix.length)),
    ...Object.keys(provider.models ?? {}),
    ...catalogueModels(provider),
  ]);
  return [...ids].map((id): ModelReport => {
    const { context, images, price } = modelFacts(provider, id);
    return {
      name: prefix + id,
      provider: provider.label,
      isProvided: hasKey,
      ...(context === undefined ? {} : { context }),
      ...(images === undefined ? {} : { images }),
      ...(price === undefined ? {} : { price: { input: price[0], output: price[1] } }),
    };
  });
}
