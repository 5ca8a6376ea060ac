import { ownMember } from './catalogue';
import type { CatalogueKeeper } from './catalogueKeeper';
import { builtInChains } from './chains';
import { once } from './once';
import { mergeProviders } from './providers';
import type { RoutingTable } from './router';
import { mergeScenarios } from './scenarios';
import type { ApiKeys, ProxySettings } from './types';
import { codecs } from './wire/formats';

/** What routing goes by: the settings, the keys, and the catalogue as it is now. */
export function createRoutingTable(
  { settings, keys }: { readonly settings: ProxySettings; readonly keys: ApiKeys },
  catalogue: CatalogueKeeper,
): RoutingTable {
  const providers = catalogue.withLearned(mergeProviders(settings.providers), settings);
  // The built-in chains go by the catalogue, whose file a proxy need not read before it listens.
  const scenarios = once(() =>
    mergeScenarios(settings.scenarios, builtInChains(settings.chains, providers)),
  );
  return {
    providers,
    get scenarios() {
      return scenarios();
    },
    modelOverrides: settings.modelOverrides,
    hasKey: (credential) => ownMember(keys, credential) !== undefined,
    canSpeak: (format) => codecs[format] !== undefined,
  };
}
