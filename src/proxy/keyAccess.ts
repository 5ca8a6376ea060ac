import { ownMember } from './catalogue';
import { type KeyOrigins, mayUseKey } from './keyOrigins';
import type { ApiKeys, Provider } from './types';

export interface KeyAccess {
  /** The key of a slot, if it may go to the provider's address. */
  apiKey(provider: Provider, credential: string): string | undefined;
  /** There is a key, but nobody has agreed that it goes to this provider's address. */
  isKeyHeldBack(provider: Provider, credential: string): boolean;
}

/** The only way to a key: whoever asks says for which provider, so that none goes elsewhere. */
export function createKeyAccess(
  inForce: () => { readonly keys: ApiKeys; readonly keyOrigins?: KeyOrigins },
): KeyAccess {
  const mayUse = (provider: Provider, credential: string): boolean => {
    const { keyOrigins } = inForce();
    return keyOrigins === undefined || mayUseKey(provider, credential, keyOrigins);
  };
  const keyOf = (credential: string) => ownMember(inForce().keys, credential);
  return {
    apiKey: (provider, credential) =>
      mayUse(provider, credential) ? keyOf(credential) : undefined,
    isKeyHeldBack: (provider, credential) =>
      keyOf(credential) !== undefined && !mayUse(provider, credential),
  };
}
