import type { CredentialReport, ProxyReport, TargetReport } from '../../../src/proxy/protocol';
import type { ProxyStatus } from '../../../src/proxyStatus';

export const port = 40_001;

export const stopped: ProxyStatus = { state: 'stopped' };

/** A proxy that runs with one accepted key and one model, but for `change`. */
export function running(change: Partial<ProxyReport> = {}): ProxyStatus {
  const report: ProxyReport = {
    activeRequests: 0,
    credentials: [credential('accepted')],
    targets: [target({})],
    usable: true,
    ...change,
  };
  return { state: 'running', port, report };
}

export function credential(state: CredentialReport['state']): CredentialReport {
  return { credential: 'opencode', providerId: 'opencode-go', label: 'OpenCode', state };
}

export function target(change: Partial<TargetReport>): TargetReport {
  return { name: 'opencode-go/glm-5.3', scenarios: ['default'], state: 'serving', ...change };
}
