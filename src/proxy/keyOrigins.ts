import type { Provider } from './types';

/** Key slot → the origins to which a person lets its key go. Plain data; no secret. */
export type KeyOrigins = Readonly<Record<string, readonly string[]>>;

/** Scheme, host and port of a base URL, as they are compared and shown: `https://opencode.ai`. */
export function originOf(baseUrl: string): string {
  return new URL(baseUrl).origin;
}

/** True when the key of a slot may be sent to the provider's address. The demonstration calls nobody and may have any. */
export function mayUseKey(provider: Provider, credential: string, origins: KeyOrigins): boolean {
  if (provider.isDemo === true) return true;
  // Slots have the names that settings give them: `constructor` must find nothing.
  const allowed = Object.hasOwn(origins, credential) ? origins[credential] : undefined;
  return allowed?.includes(originOf(provider.baseUrl)) === true;
}

/** This machine by the names that never go through an HTTP proxy, so that plain http to them stays inside. */
export const loopbackHosts: readonly string[] = ['127.0.0.1', 'localhost', '[::1]'];
