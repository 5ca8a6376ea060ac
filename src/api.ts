import type { ProxyStatus } from './proxyStatus';

/** What tests and other extensions may ask. It gives away no secret. */
export interface SwitchyardApi {
  status(): ProxyStatus;
  /** Names of the variables that new integrated terminals get. */
  terminalVariables(): readonly string[];
}
