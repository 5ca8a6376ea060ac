import type { KeyOrigins } from './keyOrigins';
import type { NetworkSettings } from './network';
import type { ApiKeys, ProxySettings } from './types';

/** What the proxy runs with. */
export interface ProxyConfiguration {
  readonly version: string;
  readonly settings: ProxySettings;
  readonly keys: ApiKeys;
  /** Where each key may go. Without it: wherever the settings say. */
  readonly keyOrigins?: KeyOrigins;
  /** Without it the environment alone says how upstreams are reached. */
  readonly network?: NetworkSettings;
  /** What `onRests` gave in an earlier session; taken over by the first configuration only. */
  readonly rests?: unknown;
  /** Where the refreshed catalogue is kept; without it nothing is refreshed by itself. */
  readonly storageFolder?: string | undefined;
}
