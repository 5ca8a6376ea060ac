import { type Phrase, phrase } from '../proxy/phrase';
import { builtInProviders } from '../proxy/providers';
import { builtInScenarioNames } from '../proxy/scenarioNames';

/** A fault at a place within a setting. */
export interface Fault {
  readonly path: readonly PropertyKey[];
  readonly message: Phrase;
}

type Entries = Readonly<Record<string, unknown>>;
type Overrides = Readonly<Record<string, string | readonly string[]>>;
type Scenarios = Readonly<Record<string, { readonly models: readonly string[] }>>;

/** Models of scenarios whose provider does not exist. */
export function scenarioFaults(scenarios: Scenarios, providers: Entries): readonly Fault[] {
  return Object.entries(scenarios).flatMap(([name, { models }]) =>
    chainFaults([name, 'models'], models, providers),
  );
}

/** Overrides that name a scenario or a provider which does not exist. */
export function overrideFaults(
  overrides: Overrides,
  { providers, scenarios }: { readonly providers: Entries; readonly scenarios: Entries },
): readonly Fault[] {
  const known = [...new Set([...builtInScenarioNames, ...Object.keys(scenarios)])];
  return Object.entries(overrides).flatMap(([glob, value]) => {
    if (typeof value !== 'string') return chainFaults([glob], value, providers);
    if (known.includes(value)) return [];
    return {
      path: [glob],
      message: phrase('There is no scenario “{0}”; known: {1}.', value, known.join(', ')),
    };
  });
}

/** True for a provider that comes with Switchyard, so that an entry of its name only changes it. */
export function isBuiltInProvider(id: string): boolean {
  return builtInProviders.some((provider) => provider.id === id);
}

function chainFaults(
  path: readonly PropertyKey[],
  models: readonly string[],
  providers: Entries,
): readonly Fault[] {
  const known = [...new Set([...builtInProviders.map(({ id }) => id), ...Object.keys(providers)])];
  return models.flatMap((model, index) => {
    const [id = ''] = model.split('/', 1);
    if (known.includes(id)) return [];
    const message = phrase('There is no provider “{0}”; known: {1}.', id, known.join(', '));
    return { path: [...path, index], message };
  });
}
