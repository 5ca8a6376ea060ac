import type { Words } from './proxy/phrase';
import type { ProxyReport } from './proxy/protocol';

export type ProxyStatus =
  | { readonly state: 'stopped' }
  | { readonly state: 'starting' }
  /** `report` is undefined until the worker has sent its first. */
  | {
      readonly state: 'running';
      readonly port: number;
      readonly report: ProxyReport | undefined;
    }
  | { readonly state: 'stopping'; readonly activeRequests: number }
  | { readonly state: 'failed'; readonly reason: StartFailure };

export type StartFailure =
  | { readonly kind: 'portTaken'; readonly port: number }
  | { readonly kind: 'cannotListen'; readonly message: Words }
  | { readonly kind: 'noAnswer' }
  | { readonly kind: 'crashed'; readonly message: string };
