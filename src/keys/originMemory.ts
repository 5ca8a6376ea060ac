import * as z from 'zod/mini';
import { type KeyOrigins, mayUseKey, originOf } from '../proxy/keyOrigins';
import { builtInProviders } from '../proxy/providers';
import type { ApiKeys, Provider } from '../proxy/types';

/** Remembers for which origins each key was set. Holds no key. */
export interface OriginMemory {
  /** Where each key may go: where a person let it go, else where the built-in providers of its slot are. */
  allowed(): KeyOrigins;
  /** From now on the key of `credential` may go to these origins and no others; undefined forgets all that was agreed. */
  set(credential: string, origins: readonly string[] | undefined): void;
  /** What was set for `credential`. */
  get(credential: string): readonly string[] | undefined;
}

/** What is used of VS Code's `globalState`. */
interface Memento {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

const originsKey = 'keyOrigins';

export function originMemory(state: Memento): OriginMemory {
  const stored = (): KeyOrigins => storedSchema.safeParse(state.get(originsKey)).data ?? {};
  return {
    allowed: () => ({ ...builtInOrigins(), ...stored() }),
    set(credential, origins) {
      const { [credential]: _previous, ...others } = stored();
      const next = origins === undefined ? others : { ...others, [credential]: origins };
      void state.update(originsKey, next);
    },
    get: (credential) => new Map(Object.entries(stored())).get(credential),
  };
}

const storedSchema = z.record(z.string(), z.array(z.string()));

/** The key of a slot that would go to a provider's address, had a person agreed. */
export interface HeldBackKey {
  readonly credential: string;
  readonly provider: Provider;
  readonly origin: string;
}

/** The keys that no one let go to where the settings would now send them: each slot and origin once. */
export function heldBackKeys(
  providers: Iterable<Provider>,
  keys: ApiKeys,
  allowed: KeyOrigins,
): readonly HeldBackKey[] {
  const found = new Map<string, HeldBackKey>();
  for (const provider of providers) {
    for (const credential of provider.credentials) {
      if (!Object.hasOwn(keys, credential) || mayUseKey(provider, credential, allowed)) continue;
      const origin = originOf(provider.baseUrl);
      const name = `${credential} ${origin}`;
      if (!found.has(name)) found.set(name, { credential, provider, origin });
    }
  }
  return [...found.values()];
}

/** Every origin to which the settings send the key of a slot. */
export function originsInForce(
  providers: Iterable<Provider>,
  credential: string,
): readonly string[] {
  const own = [...providers].filter(
    (one) => one.credentials.includes(credential) && one.isDemo !== true,
  );
  return [...new Set(own.map(({ baseUrl }) => originOf(baseUrl)))];
}

function builtInOrigins(): KeyOrigins {
  const slots = new Set(builtInProviders.flatMap(({ credentials }) => credentials));
  return Object.fromEntries(
    [...slots].map((slot) => [slot, originsInForce(builtInProviders, slot)]),
  );
}
