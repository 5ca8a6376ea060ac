import { ownMember } from './catalogue';
import type { ApiKeys, Provider } from './types';

/** Key slot → the origins to which a person lets its key go. Plain data; no secret. */
export type KeyOrigins = Readonly<Record<string, readonly string[]>>;

/** Scheme, host and port of a base URL, as they are compared and shown: `https://opencode.ai`. */
export function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin;
}

/** True when the key of a slot may be sent to the provider's address. The demonstration calls nobody and may have any. */
export function mayUseKey(provider: Provider, credential: string, origins: KeyOrigins): boolean {
  if (provider.isDemo === true) return true;
  return ownMember(origins, credential)?.includes(originOf(provider.baseUrl)) === true;
}

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

/** This machine by the names that never go through an HTTP proxy, so that plain http to them stays inside. */
export const loopbackHosts: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];
