import { catalogueDate } from './catalogue';
import { retiredModels } from './chains';
import { smallestContext, tierRoutes } from './clientFacts';
import type { Clock } from './clock';
import type { Core } from './core';
import { inBrief } from './failureBriefs';
import type { Health, HealthEntry } from './health';
import { originOf } from './keyOrigins';
import type {
  CatalogueReport,
  CredentialReport,
  ProxyReport,
  RestReport,
  TargetReport,
} from './protocol';
import { isUsable, parseTarget } from './router';
import { defaultScenario } from './scenarios';
import { isOneOfSeveral, scopeKeys, withEachKey } from './targetKeys';
import { type Provider, type Target, targetName } from './types';

export interface ReportSource {
  readonly core: Core;
  readonly health: Health;
  readonly activeRequests: number;
}

/** Publishes what the status bar shows, at most once per interval however much happens. */
export function createReport(options: {
  readonly clock: Clock;
  readonly publish: (report: ProxyReport) => void;
}): { schedule(source: () => ReportSource): void; dispose(): void } {
  const { clock } = options;
  let cancel: (() => void) | undefined;
  let cancelRefresh: (() => void) | undefined;

  function publish(source: () => ReportSource): void {
    cancelRefresh?.();
    const report = buildReport(source());
    options.publish(report);
    // The end of a rest is news too, and no request tells of it.
    const ends = report.targets.flatMap(({ restsUntil }) => restsUntil ?? []);
    const delayMs = Math.min(...ends) - clock.now();
    if (delayMs > maxTimerMs) return;
    cancelRefresh = clock.after(Math.max(delayMs, reportIntervalMs), () => publish(source));
  }

  return {
    schedule(source) {
      cancel ??= clock.after(reportIntervalMs, () => {
        cancel = undefined;
        publish(source);
      });
    },
    dispose() {
      cancel?.();
      cancelRefresh?.();
    },
  };
}

/** Node's timers wrap beyond 2^31 ms. */
const maxTimerMs = 2 ** 31 - 1;

const reportIntervalMs = 250;

export function buildReport({ core, health, activeRequests }: ReportSource): ProxyReport {
  const entries = new Map(health.snapshot().map((entry) => [`${entry.scope} ${entry.key}`, entry]));
  const used = usedTargets(core);
  const context = smallestContext(core.table());
  const rests = restReports(core, entries, used);
  return {
    activeRequests,
    credentials: credentialReports(core, health, entries, used),
    targets: [...used.values()].map(({ target, scenarios }) =>
      targetReport(core, target, scenarios, entries),
    ),
    ...(rests.length === 0 ? {} : { rests }),
    ...(core.settings().logContent === true ? { logsContent: true as const } : {}),
    usable: isUsable(defaultScenario(core.table().scenarios), core.table()),
    modelTiers: tierRoutes(core.table()),
    ...(context === undefined ? {} : { smallestContext: context }),
    catalogue: catalogueReport(core),
  };
}

function catalogueReport(core: Core): CatalogueReport {
  const refreshedAt = core.catalogueRefreshedAt();
  return {
    asOf: catalogueDate,
    ...(refreshedAt === undefined ? {} : { refreshedAt }),
    retired: retiredModels(core.settings().chains, core.table().providers),
  };
}

interface UsedTarget {
  readonly target: Target;
  readonly scenarios: string[];
}

/** Every target of a chain that can be asked: chains without any key would only fill the table with what is not in use. */
export function usedTargets(core: Core): ReadonlyMap<string, UsedTarget> {
  const used = new Map<string, UsedTarget>();
  const table = core.table();
  // The default chain first: it serves most requests.
  const scenarios = [defaultScenario(table.scenarios), ...table.scenarios];
  for (const scenario of new Set(scenarios)) {
    if (!scenario.isUsers && scenario.name !== 'default' && !isUsable(scenario, table)) continue;
    for (const name of scenario.models) {
      const known = used.get(name);
      const target = known?.target ?? parseTarget(name, table);
      if (target === undefined) continue;
      if (known === undefined) used.set(name, { target, scenarios: [scenario.name] });
      else known.scenarios.push(scenario.name);
    }
  }
  return used;
}

type Entries = ReadonlyMap<string, HealthEntry>;

function credentialReports(
  core: Core,
  health: Health,
  entries: Entries,
  used: ReadonlyMap<string, UsedTarget>,
): readonly CredentialReport[] {
  const reports = new Map<string, CredentialReport>();
  for (const { target } of used.values()) {
    const { provider } = target;
    for (const credential of provider.credentials) {
      const isHeldBack = core.isKeyHeldBack(provider, credential);
      // Of a key that may go to one of its providers only, the other is the news.
      if (reports.has(credential) && !isHeldBack) continue;
      reports.set(credential, {
        credential,
        providerId: provider.id,
        label: provider.label,
        ...(isOneOfSeveral({ provider, credential }) ? { isOneOfSeveral: true } : {}),
        ...(isHeldBack
          ? { state: 'heldBack', origin: originOf(provider.baseUrl) }
          : { state: credentialState(provider, credential) }),
      });
    }
  }
  return [...reports.values()];

  function credentialState(provider: Provider, credential: string): CredentialReport['state'] {
    const entry = entries.get(`credential ${credential}`);
    if (entry !== undefined && entry.state !== 'closed') {
      return entry.failure?.kind === 'accountBlocked' ? 'blocked' : 'rejected';
    }
    if (core.apiKey(provider, credential) === undefined) return 'missing';
    return health.hasSucceeded(credential) ? 'accepted' : 'unused';
  }
}

function targetReport(
  core: Core,
  target: Target,
  scenarios: readonly string[],
  entries: Entries,
): TargetReport {
  const name = targetName(target);
  const own = entries.get(`target ${name}`);
  const rests = withEachKey(target, (slot) => core.apiKey(target.provider, slot) !== undefined).map(
    (link) => restOf(core, link, entries),
  );
  // As long as one of the keys is served, so is the target.
  const resting = rests.includes(undefined) ? undefined : firstToEnd(rests);
  const failure = (resting ?? own)?.failure ?? firstToEnd(rests)?.failure;
  return {
    name,
    scenarios,
    state: targetState(resting, own),
    ...(resting?.untilAt === undefined ? {} : { restsUntil: resting.untilAt }),
    ...(own?.lastTtftMs === undefined ? {} : { lastTtftMs: own.lastTtftMs }),
    ...(own?.lastServedAt === undefined ? {} : { lastServedAt: own.lastServedAt }),
    ...(failure === undefined ? {} : { lastFailure: inBrief(failure) }),
  };
}

/** What keeps the targets in use from being asked. Clients may name others: their names are not repeated here. */
function restReports(
  core: Core,
  entries: Entries,
  used: ReadonlyMap<string, UsedTarget>,
): readonly RestReport[] {
  const now = core.clock.now();
  const links = [...used.values()].flatMap(({ target }) =>
    withEachKey(target, (slot) => core.apiKey(target.provider, slot) !== undefined),
  );
  const names = new Set(links.flatMap((link) => dependencies(core, link)));
  return [...names].flatMap((name) => {
    const entry = entries.get(name);
    if (entry === undefined || !isResting(entry, now)) return [];
    const { scope, key, state, untilAt, failure } = entry;
    return {
      scope,
      name: key,
      isProbed: state === 'halfOpen',
      ...(untilAt === undefined ? {} : { untilAt }),
      ...(failure === undefined ? {} : { words: inBrief(failure) }),
    };
  });
}

/** What keeps a target from being asked with its key. */
function restOf(core: Core, link: Target, entries: Entries): HealthEntry | undefined {
  const now = core.clock.now();
  return dependencies(core, link)
    .map((name) => entries.get(name))
    .find((entry) => entry !== undefined && isResting(entry, now));
}

/** The names of the entries that a target with its key depends on. */
function dependencies(core: Core, link: Target): readonly string[] {
  const { target, targetWithKey, plan, host, proxy, credential } = scopeKeys(
    link,
    core.proxyOf(link),
  );
  return [
    `target ${target}`,
    `target ${targetWithKey}`,
    `plan ${plan}`,
    `host ${host}`,
    `host ${proxy}`,
    `credential ${credential}`,
  ];
}

function firstToEnd(rests: readonly (HealthEntry | undefined)[]): HealthEntry | undefined {
  const endOf = ({ untilAt = Infinity }: HealthEntry) => untilAt;
  return rests
    .flatMap((rest) => rest ?? [])
    .reduce<HealthEntry | undefined>(
      (first, rest) => (first === undefined || endOf(rest) < endOf(first) ? rest : first),
      undefined,
    );
}

/** A rest that is over needs a request to end it; until one comes nobody waits for anything. */
function isResting(entry: HealthEntry, now: number): boolean {
  if (entry.state !== 'open') return entry.state === 'halfOpen';
  return entry.untilAt === undefined || entry.untilAt > now;
}

function targetState(
  resting: HealthEntry | undefined,
  own: HealthEntry | undefined,
): TargetReport['state'] {
  if (resting?.state === 'halfOpen') return 'probing';
  if (resting !== undefined) return 'resting';
  const servedAt = own?.lastServedAt ?? 0;
  const failedAt = own?.lastFailureAt ?? 0;
  if (failedAt > servedAt) return 'failing';
  return servedAt === 0 ? 'unused' : 'serving';
}
