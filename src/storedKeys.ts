import type * as vscode from 'vscode';
import { KeyConsent } from './keyConsent';
import { KeyStore } from './keys/keyStore';
import { originMemory } from './keys/originMemory';
import type { KeyOrigins } from './proxy/keyOrigins';
import { mergeProviders } from './proxy/providers';
import type { ApiKeys, Provider, ProxySettings } from './proxy/types';
import { askKeyOrigin } from './ui/askKeyOrigin';

/** The stored keys, and the consent to where they go. */
export interface StoredKeys {
  readonly keys: KeyStore;
  readonly consent: KeyConsent;
  /** The providers in force. */
  readonly providers: () => Iterable<Provider>;
  /** What the proxy is to have of it all. */
  readonly inputs: () => Promise<{ readonly keys: ApiKeys; readonly keyOrigins: KeyOrigins }>;
}

/** `changed` is called with all keys when any of them, or where it may go, is another. */
export function createStoredKeys(
  { secrets, globalState }: Pick<vscode.ExtensionContext, 'secrets' | 'globalState'>,
  settings: () => Pick<ProxySettings, 'providers'>,
  changed: (keys: ApiKeys) => void,
): StoredKeys {
  const providers = () => mergeProviders(settings().providers).values();
  const credentials = () => [...providers()].flatMap(({ credentials }) => credentials);
  const keys = new KeyStore(secrets, credentials, (all) => {
    changed(all);
    consent.review();
  });
  const consent = new KeyConsent({
    memory: originMemory(globalState),
    providers,
    keys: () => keys.current(),
    ask: askKeyOrigin,
    agreed: () => changed(keys.current()),
  });
  const inputs = async () => ({ keys: await keys.load(), keyOrigins: consent.origins() });
  return { keys, consent, providers, inputs };
}
