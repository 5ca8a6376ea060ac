import { createAffinity } from './affinity';
import { type CatalogueKeeper, createCatalogueKeeper } from './catalogueKeeper';
import { createCatalogueStore } from './catalogueStore';
import { type Chats, createChats } from './chats';
import { type Clock, systemClock } from './clock';
import { choicesOf, isChanged } from './configurationChanges';
import type { Core } from './core';
import { createHealth } from './health';
import { logHealthChange, standIn } from './healthLog';
import { createKeyAccess } from './keyAccess';
import { checkKey } from './keyCheck';
import type { ServerLimits } from './limits';
import { createLogger, type LogOutput } from './log';
import { forgetHosts, forgetKey, type Memories } from './memories';
import type { Environment } from './network';
import { createNoticeBoard, type NoticeBoard } from './notices';
import { observeRequests } from './observeRequests';
import { otherFormat } from './otherFormat';
import { learnPlanReset } from './planReset';
import { createPlanUsage, type PlanUsage } from './planUsage';
import type {
  CatalogueRefreshed,
  KeyCheck,
  Notice,
  ProxyReport,
  ScenarioOverview,
} from './protocol';
import type { ProxyConfiguration } from './proxyConfiguration';
import { checkReach, type ProviderReach } from './reach';
import { createRedactor, type Redact } from './redact';
import { createReport } from './report';
import type { RequestTrace } from './requestTrace';
import { restoreRests, type StoredRest, storedRests } from './restMemory';
import type { RoutingTable } from './router';
import { createRoutes, openRoutes } from './routes';
import { createRoutingTable } from './routingTable';
import { scenarioOverview } from './scenarioOverview';
import { createProxyServer, type ProxyServer } from './server';
import { createSignatureMemory } from './signatures';
import { slotsOf } from './targetKeys';
import { createTokenMeter } from './tokenMeter';
import type { WireFormat } from './types';
import { createUpstreamKeeper, type UpstreamKeeper } from './upstreamKeeper';
import { createBodyMemory } from './wire/bodyMemory';
import { anthropicClient } from './wire/clients';

export interface ProxyOptions extends LogOutput {
  readonly onReport?: (report: ProxyReport) => void;
  readonly onNotice?: (notice: Notice) => void;
  readonly onRests?: (rests: readonly StoredRest[]) => void;
  /** Told again and again while a request runs; nothing is recorded where nobody wants it. */
  readonly onTrace?: (trace: RequestTrace) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  readonly limits?: Partial<ServerLimits>;
  /** Default: that of the process. */
  readonly environment?: Environment;
}

/** The proxy without any host around it. Configure first; requests in flight keep what they began with. */
export interface SwitchyardProxy {
  configure(configuration: ProxyConfiguration): void;
  /** Resolves to the port; rejects with the socket's error. */
  listen(port: number, accessToken: string): Promise<number>;
  /** Drains: see `ProxyServer.close`. The proxy may listen again afterwards. */
  close(graceMs: number): Promise<void>;
  checkKey(providerId: string, key: string): Promise<KeyCheck>;
  /** Asks every provider whose key is set for its models. */
  refreshCatalogue(): Promise<CatalogueRefreshed>;
  /** Asks one provider for its models; without an answer those that are known of it. */
  modelsOf(providerId: string): Promise<readonly string[]>;
  /** What is used of each plan that tells; asks the provider at most every few minutes. */
  planUsage(): Promise<readonly PlanUsage[]>;
  /** What chats inside the editor ask, past the port. */
  readonly chats: Pick<Chats, 'start' | 'models' | 'countTokens'>;
  /** The scenarios in force, and the models to choose from. */
  scenarioOverview(): ScenarioOverview;
  /** Whether each provider in use answers and takes the stored keys; asks anew each time. */
  reach(): Promise<readonly ProviderReach[]>;
  /** A person has set or confirmed this key: what was remembered against it is out of date, even if it is the same key. */
  keyConfirmed(credential: string): void;
  resetHealth(): void;
  /** Blanks out every key and access token that was ever in force. */
  readonly redact: Redact;
  /** Closes everything; nothing works afterwards. */
  dispose(): Promise<void>;
}

export function createProxy(options: ProxyOptions): SwitchyardProxy {
  const clock = options.clock ?? systemClock;
  const state: State = {
    configuration: undefined,
    activeRequests: 0,
    secrets: new Set(),
  };
  const redact = createRedactor(() => [...state.secrets, ...upstream.secrets()]);
  const log = createLogger(options, redact);
  const upstream = createUpstreamKeeper(log, options.environment ?? process.env);
  const report = createReport({ clock, publish: (value) => options.onReport?.(value) });
  const notices = createNoticeBoard((notice) => options.onNotice?.(notice));
  const health = createHealth({
    now: clock.now,
    random: options.random ?? Math.random,
    onChange(entry, change, failure) {
      if (change === 'closed') notices.forget(entry.scope, entry.key);
      logHealthChange(log, clock.now(), { entry, change, failure, instead: standIn(core, entry) });
      publish();
      if (entry.scope !== 'plan' && entry.scope !== 'credential') return;
      tellRests();
      if (change === 'opened' && failure !== undefined) {
        void learnPlanReset(core, failure).then(tellRests);
      }
    },
  });
  const observe = observeRequests({
    ...{ clock, log, redact, onTrace: options.onTrace },
    table: () => core.table(),
  });
  const core: Core = {
    ...createCore(state, { clock, log, redact, health, notices, observe, upstream }),
    catalogueRefreshedAt: () => catalogue.refreshedAt(),
  };
  const catalogue = createCatalogueKeeper({
    core,
    random: options.random ?? Math.random,
    onLearned() {
      const { configuration } = state;
      if (configuration === undefined) return;
      state.configuration = {
        ...configuration,
        table: createRoutingTable(configuration, catalogue),
      };
      publish();
    },
  });
  const { affinity, learnedFormats } = core;
  const memories: Memories = { health, notices, affinity, learnedFormats };
  const publish = () =>
    report.schedule(() => ({ core, health, activeRequests: state.activeRequests + chats.active }));
  const tellRests = () =>
    options.onRests?.(storedRests(health.snapshot(), state.configuration?.keys ?? {}));
  const routes = createRoutes(core);
  const chats = createChats(core, publish);
  let server: ProxyServer | undefined;
  return {
    configure(next) {
      applyConfiguration(state, next, { ...memories, catalogue });
      const { connectMs } = next.settings.timeouts;
      const needs = { connectTimeoutMs: connectMs, network: next.network };
      if (upstream.configure(needs)) forgetHosts(memories);
      const { storageFolder } = next;
      catalogue.configured(
        storageFolder === undefined ? undefined : createCatalogueStore(storageFolder),
      );
      publish();
    },
    async listen(port, accessToken) {
      state.secrets.add(accessToken);
      const onActiveChange = (activeRequests: number) => {
        state.activeRequests = activeRequests;
        publish();
      };
      const next = createProxyServer({
        accessToken,
        routes,
        errorBody: anthropicClient.errorBody,
        openRoutes,
        log,
        clock,
        onActiveChange,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      });
      const bound = await next.listen(port);
      server = next;
      chats.open();
      return bound;
    },
    async close(graceMs) {
      const closing = server;
      await Promise.all([closing?.close(graceMs), chats.close(graceMs)]);
      if (server === closing) server = undefined;
    },
    checkKey(providerId, key) {
      state.secrets.add(key);
      return checkKey(core, providerId, key);
    },
    refreshCatalogue: () => catalogue.refresh(),
    modelsOf: (providerId) => catalogue.modelsOf(providerId),
    planUsage: createPlanUsage(core),
    chats,
    scenarioOverview: () => scenarioOverview(core.table()),
    reach: () => checkReach(core),
    keyConfirmed(credential) {
      for (const provider of core.table().providers.values()) {
        if (provider.credentials.includes(credential)) forgetKey(memories, provider, credential);
      }
      affinity.forgetAll();
      catalogue.keyConfirmed(credential);
      publish();
    },
    redact,
    resetHealth() {
      health.reset();
      learnedFormats.clear();
      affinity.forgetAll();
      notices.forgetAll();
      log.info('health memory was reset');
      publish();
    },
    async dispose() {
      await Promise.all([server?.close(0), chats.close(0)]);
      report.dispose();
      catalogue.dispose();
      await upstream.destroy();
    },
  };
}

interface State {
  configuration: (ProxyConfiguration & { readonly table: RoutingTable }) | undefined;
  activeRequests: number;
  /** Every key and token ever in force: a request that began with an old key may be told of it long after the change. */
  readonly secrets: Set<string>;
}

function createCore(
  state: State,
  parts: Pick<Core, 'clock' | 'log' | 'redact' | 'health' | 'observe'> & {
    readonly notices: NoticeBoard;
    readonly upstream: UpstreamKeeper;
  },
): Omit<Core, 'catalogueRefreshedAt'> {
  const { clock, log, redact, health, notices, observe, upstream } = parts;
  const configuration = () => {
    if (state.configuration === undefined) throw new Error('the proxy was not configured');
    return state.configuration;
  };
  return {
    clock,
    log,
    redact,
    health,
    observe,
    affinity: createAffinity({
      now: clock.now,
      hasKey: (credential) => configuration().table.hasKey(credential),
    }),
    learnedFormats: new Map<string, WireFormat>(),
    signatures: createSignatureMemory(),
    tokens: createTokenMeter(),
    bodies: createBodyMemory(),
    version: () => configuration().version,
    settings: () => configuration().settings,
    table: () => configuration().table,
    ...createKeyAccess(configuration),
    send: upstream.send,
    proxyOf: upstream.proxyOf,
    otherFormat,
    tell: notices.tell,
    tellSafeguardsLeftOut: notices.tellSafeguardsLeftOut,
  };
}

function applyConfiguration(
  state: State,
  next: ProxyConfiguration,
  parts: Memories & { readonly catalogue: CatalogueKeeper },
): void {
  const { health, notices, affinity, catalogue } = parts;
  const previous = state.configuration;
  if (isChanged(choicesOf(previous), choicesOf(next))) affinity.forgetAll();
  const table = createRoutingTable(next, catalogue);
  const { providers } = table;
  state.configuration = { ...next, table };
  for (const key of Object.values(next.keys)) state.secrets.add(key);
  for (const provider of providers.values()) {
    const { id } = provider;
    const hasNewEntry = isChanged(previous?.settings.providers[id], next.settings.providers[id]);
    for (const slot of slotsOf(provider)) {
      const hasNewKey = slot !== undefined && previous?.keys[slot] !== next.keys[slot];
      if (hasNewKey || hasNewEntry) forgetKey(parts, provider, slot);
    }
  }
  if (previous === undefined) {
    const orders = restoreRests(next.rests, health, { providers, keys: next.keys });
    for (const { failure } of orders) notices.assumeTold(failure);
  }
}
