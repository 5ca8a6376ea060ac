import { assertNever, type TerminalAgent } from '../proxy/types';
import type { ProxyStatus } from '../proxyStatus';
import { terminalEnvironment } from './environment';

/** The settings that the variables follow from. */
export interface EnvironmentSettings {
  readonly injectEnvironment: boolean;
  readonly terminalAgents: readonly TerminalAgent[];
  /** By name. */
  readonly scenarios: Readonly<Record<string, unknown>>;
}

export interface InjectionInput {
  readonly settings: EnvironmentSettings;
  readonly accessToken: string | undefined;
  readonly inheritedNoProxy: string | undefined;
}

/**
 * The variables that new terminals are to have; `keep` while that is not known yet, so that a reload of the
 * window or a restart of the proxy changes nothing and VS Code does not ask to relaunch terminals.
 */
export function injectedEnvironment(
  status: ProxyStatus,
  input: InjectionInput,
): Readonly<Record<string, string>> | 'keep' {
  if (!input.settings.injectEnvironment) return {};
  switch (status.state) {
    case 'stopped':
    case 'stopping':
    case 'failed':
      return {};
    case 'starting':
      return 'keep';
    case 'running':
      if (status.report === undefined || input.accessToken === undefined) return 'keep';
      // Without a key an agent would be sent from its own login to a proxy that can only refuse.
      if (!status.report.usable) return {};
      return terminalEnvironment({
        port: status.port,
        accessToken: input.accessToken,
        inheritedNoProxy: input.inheritedNoProxy,
        smallestContext: status.report.smallestContext,
        modelTiers: status.report.modelTiers ?? [],
        agents: input.settings.terminalAgents,
        scenarios: Object.keys(input.settings.scenarios),
      });
    default:
      return assertNever(status);
  }
}
