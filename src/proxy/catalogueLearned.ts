import { catalogueDate } from './catalogue';
import { isAtHome, sourceOf } from './catalogueSources';
import type { StoredCatalogue, StoredProvider } from './catalogueStore';
import type { CatalogueRefresh, LearnedModels, Provider } from './types';

/** The providers, each with what the refreshed catalogue says of it; whoever is not in it stays as it is. */
export function withLearned(
  providers: ReadonlyMap<string, Provider>,
  stored: StoredCatalogue,
  refresh: CatalogueRefresh | undefined,
): ReadonlyMap<string, Provider> {
  return new Map(
    [...providers].map(([id, provider]) => {
      const learned = learnedOf(provider, stored, refresh === 'modelsDev');
      return [id, learned === undefined ? provider : { ...provider, learned }];
    }),
  );
}

/** What is kept of a provider at its present address. */
export function storedOf(stored: StoredCatalogue, provider: Provider): StoredProvider | undefined {
  const isKept = Object.hasOwn(stored.providers, provider.id);
  const entry = isKept ? stored.providers[provider.id] : undefined;
  return entry?.source === sourceOf(provider) ? entry : undefined;
}

function learnedOf(
  provider: Provider,
  stored: StoredCatalogue,
  mayUseModelsDev: boolean,
): LearnedModels | undefined {
  const isHome = isAtHome(provider);
  // What came with a later version is newer than what an earlier one learned.
  const shippedAt = isHome ? Date.parse(catalogueDate) : 0;
  const entry = storedOf(stored, provider);
  const own = (entry?.learnedAt ?? 0) > shippedAt ? entry : undefined;
  const { modelsDev } = stored;
  const mayUse = mayUseModelsDev && isHome && (modelsDev?.learnedAt ?? 0) > shippedAt;
  const elsewhere = (mayUse ? modelsDev?.facts[provider.id] : undefined) ?? {};
  if (own === undefined && Object.keys(elsewhere).length === 0) return undefined;
  return {
    ...(own?.listed === undefined ? {} : { listed: own.listed }),
    facts: mergeFacts(elsewhere, own?.facts ?? {}),
  };
}

/** The provider's own word wins, member by member. */
function mergeFacts(
  elsewhere: LearnedModels['facts'],
  own: LearnedModels['facts'],
): LearnedModels['facts'] {
  const merged = Object.entries(own).map(([model, facts]) => {
    const other = Object.hasOwn(elsewhere, model) ? elsewhere[model] : undefined;
    return [model, { ...other, ...facts }] as const;
  });
  return { ...elsewhere, ...Object.fromEntries(merged) };
}
