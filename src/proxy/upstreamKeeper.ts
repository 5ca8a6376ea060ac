import { withDemo } from './demo';
import type { Logger } from './log';
import { type Environment, type NetworkSettings, readNetwork } from './network';
import type { Target } from './types';
import { createUpstream, type Send, type Upstream } from './upstream';

/** What the HTTP client depends on. */
export interface UpstreamNeeds {
  readonly connectTimeoutMs: number;
  readonly network: NetworkSettings | undefined;
}

/** Keeps one HTTP client for upstreams and replaces it when what it depends on changes; running calls finish with the old. */
export interface UpstreamKeeper {
  send(): Send;
  proxyOf(target: Target): string | undefined;
  /** True when the way to the upstreams is another than before. */
  configure(needs: UpstreamNeeds): boolean;
  /** Credentials of proxies. */
  secrets(): readonly string[];
  destroy(): Promise<void>;
}

/** Configure first. */
export function createUpstreamKeeper(log: Logger, environment: Environment): UpstreamKeeper {
  let needs: UpstreamNeeds | undefined;
  let network = readNetwork(environment);
  let upstream: Upstream | undefined;
  const current = (): Upstream => {
    if (needs === undefined) throw new Error('the proxy was not configured');
    upstream ??= createUpstream({ connectTimeoutMs: needs.connectTimeoutMs, network, log });
    return upstream;
  };
  return {
    send: () => withDemo(current().send),
    proxyOf({ provider }) {
      if (provider.isDemo === true) return undefined;
      const way = network.wayTo(new URL(provider.baseUrl));
      return way.by === 'proxy' ? way.proxy.address : undefined;
    },
    configure(next) {
      const hasMoved = JSON.stringify(next.network) !== JSON.stringify(needs?.network);
      const isSame = !hasMoved && next.connectTimeoutMs === needs?.connectTimeoutMs;
      needs = next;
      if (isSame) return false;
      void upstream?.retire();
      upstream = undefined;
      if (!hasMoved) return false;
      network = readNetwork(environment, next.network);
      if (!network.verifiesCertificates) log.warn(unverified);
      return true;
    },
    secrets: () => network.secrets,
    async destroy() {
      await upstream?.destroy();
    },
  };
}

const unverified =
  'http.proxyStrictSSL is off: the certificates of providers and proxies are not verified, so that whoever is between can read API keys and prompts';
