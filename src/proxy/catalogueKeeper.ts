import { bundledCatalogue } from './bundledCatalogue';
import { catalogueDate, catalogueModels } from './catalogue';
import { countChanges, type KnownModels, knownModels, modelChanges } from './catalogueChanges';
import { storedOf, withLearned } from './catalogueLearned';
import {
  askModelsDev,
  askProvider,
  type CatalogueCore,
  isAtHome,
  providersToAsk,
  type SourceAnswer,
  type SourceFailure,
  sourceOf,
} from './catalogueSources';
import {
  type CatalogueStore,
  emptyCatalogue,
  newerOf,
  type StoredCatalogue,
} from './catalogueStore';
import { retiredModels } from './chains';
import { render } from './phrase';
import type { CatalogueRefreshed, ProviderRefreshed } from './protocol';
import type { LearnedModels, Provider, ProxySettings } from './types';

/** Keeps what is known of the providers' models up to date. Never fails: the last good copy stays in force. */
export interface CatalogueKeeper {
  /** The providers of the settings, each with what was learned of it. */
  withLearned(
    providers: ReadonlyMap<string, Provider>,
    settings: ProxySettings,
  ): ReadonlyMap<string, Provider>;
  /** Settings or keys are others: looks anew whom to ask, and when. The first `store` given is read, and kept to. */
  configured(store: CatalogueStore | undefined): void;
  /** Asks everybody that there is a reason to ask, now. */
  refresh(): Promise<CatalogueRefreshed>;
  /** Asks one provider for its models, whatever was asked before; without an answer those that are known of it. */
  modelsOf(providerId: string): Promise<readonly string[]>;
  /** A person set this key: what its providers told another key may be out of date. */
  keyConfirmed(credential: string): void;
  /** Epoch ms of the newest good answer. */
  refreshedAt(): number | undefined;
  dispose(): void;
}

export interface KeeperOptions {
  readonly core: CatalogueCore;
  readonly random: () => number;
  /** Something was learned: the providers in force are to be made anew. */
  readonly onLearned: () => void;
}

/** A day, so that a provider hears of each machine once in it. */
const refreshIntervalMs = 24 * 60 * 60_000;
/** Where nothing came back nobody was troubled. */
const retryIntervalMs = 60 * 60_000;
/** A window that opens has better things to do, and many open at nine o'clock. */
const startDelayMs = 30_000;
/** What a person is doing at the moment comes first. */
const leastDelayMs = 15_000;
const jitterMs = 60_000;

const modelsDev = 'models.dev';

export function createCatalogueKeeper({ core, random, onLearned }: KeeperOptions): CatalogueKeeper {
  const { clock, log } = core;
  let store: CatalogueStore | undefined;
  let stored = emptyCatalogue;
  let isDisposed = false;
  let startsAt = 0;
  let cancelTimer: (() => void) | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** Source → epoch ms: it gave nothing, and is left alone until then. */
  const restsUntil = new Map<string, number>();
  /** Sources that are due whatever they said before. */
  const due = new Set<string>();
  const told = new Set<string>();

  /** One after the other: each begins with what the one before has kept. */
  function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const run = last.then(task);
    last = run.catch((error: unknown) => log.error(`bug in the catalogue: ${String(error)}`));
    return run;
  }

  function adopt(next: StoredCatalogue): void {
    stored = next;
    onLearned();
    for (const { name, instead } of retiredModels(core.settings().chains, core.table().providers)) {
      if (told.has(name)) continue;
      told.add(name);
      const rest = instead === undefined ? 'nothing stands in for it' : `${instead} stands in`;
      log.info(`catalogue: ${name} is not offered any more and left the built-in chains; ${rest}`);
    }
  }

  /** Other windows refresh too. */
  async function takeOver(): Promise<void> {
    if (store === undefined) return;
    const newest = newerOf(stored, await store.read());
    if (!isDisposed) adopt(newest);
  }

  function dueAt(source: string, askedAt: number | undefined): number {
    if (due.has(source)) return 0;
    const regularly = askedAt === undefined ? 0 : askedAt + refreshIntervalMs;
    return Math.max(regularly, restsUntil.get(source) ?? 0);
  }

  function providerDueAt(provider: Provider): number {
    return dueAt(sourceOf(provider), storedOf(stored, provider)?.askedAt);
  }

  function wantsModelsDev(): boolean {
    return core.settings().catalogueRefresh === 'modelsDev' && providersToAsk(core).some(isAtHome);
  }

  function modelsDevDueAt(): number {
    return wantsModelsDev()
      ? dueAt(modelsDev, stored.modelsDev?.askedAt)
      : Number.POSITIVE_INFINITY;
  }

  function schedule(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    if (isDisposed || store === undefined || core.settings().catalogueRefresh === 'off') return;
    const dues = [...providersToAsk(core).map(providerDueAt), modelsDevDueAt()];
    const earliest = Math.max(startsAt, Math.min(...dues));
    if (earliest === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(leastDelayMs, earliest - clock.now()) + random() * jitterMs;
    cancelTimer = clock.after(delayMs, () => void inTurn(refreshDue).then(schedule, schedule));
  }

  async function refreshDue(): Promise<void> {
    // Another window may have asked since.
    await takeOver();
    const now = clock.now();
    const providers = providersToAsk(core).filter((provider) => providerDueAt(provider) <= now);
    const isDevDue = modelsDevDueAt() <= now;
    if (providers.length > 0 || isDevDue) await ask(providers, isDevDue);
  }

  async function ask(
    providers: readonly Provider[],
    withModelsDev: boolean,
  ): Promise<readonly ProviderRefreshed[]> {
    const before = new Map(providers.map((provider) => [provider.id, knownModels(provider)]));
    const [answers, dev] = await Promise.all([
      Promise.all(
        providers.map((provider) =>
          askProvider(core, provider).then((answer) => ({ provider, answer })),
        ),
      ),
      withModelsDev ? askModelsDev(core) : undefined,
    ]);
    if (isDisposed) return [];
    const now = clock.now();
    const kept = { ...stored.providers };
    for (const { provider, answer } of answers) {
      const source = sourceOf(provider);
      due.delete(source);
      if (answer.ok) kept[provider.id] = { source, askedAt: now, learnedAt: now, ...answer.said };
      else rest(source, provider.id, answer, now);
      if (answer.ok || !answer.wasReached) continue;
      kept[provider.id] = { source, facts: {}, ...storedOf(stored, provider), askedAt: now };
    }
    if (dev?.ok === false) rest(modelsDev, modelsDev, dev, now);
    const learned =
      dev?.ok === true ? { modelsDev: { askedAt: now, learnedAt: now, facts: dev.said } } : {};
    const next = { ...stored, ...learned, providers: kept };
    adopt(next);
    await store?.write(next);
    return answers.map(({ provider: { id }, answer }) =>
      summarize(id, answer, before.get(id) ?? new Map()),
    );
  }

  /** Says nothing of a machine that is offline, and asks again in an hour. */
  function rest(source: string, name: string, failure: SourceFailure, now: number): void {
    const { wasReached, why } = failure;
    restsUntil.set(source, now + (wasReached ? refreshIntervalMs : retryIntervalMs));
    const line = `catalogue: ${name} was not refreshed: ${render(why)}; what is known of it stays`;
    if (wasReached) log.info(line);
    else log.debug(() => line);
  }

  function summarize(
    id: string,
    answer: SourceAnswer<LearnedModels>,
    before: KnownModels,
  ): ProviderRefreshed {
    const provider = core.table().providers.get(id);
    const after = provider === undefined ? before : knownModels(provider);
    const changes = modelChanges(before, after);
    if (answer.ok) log.info(`catalogue: ${id} has ${after.size} models (${countChanges(changes)})`);
    return {
      label: provider?.planLabel ?? provider?.label ?? id,
      models: after.size,
      ...changes,
      ...(answer.ok ? {} : { failure: answer.why }),
    };
  }

  return {
    withLearned: (providers, { catalogueRefresh }) =>
      withLearned(providers, stored, catalogueRefresh),
    configured(given) {
      if (store !== undefined || given === undefined) return schedule();
      store = given;
      startsAt = clock.now() + startDelayMs;
      const { fault } = bundledCatalogue();
      if (fault !== undefined) log.warn(`catalogue: ${fault}`);
      void inTurn(takeOver).then(schedule, schedule);
    },
    async refresh() {
      const providers = await inTurn(async () => {
        await takeOver();
        return ask(providersToAsk(core), wantsModelsDev());
      });
      schedule();
      const retired = retiredModels(core.settings().chains, core.table().providers);
      return { asOf: catalogueDate, providers, retired };
    },
    async modelsOf(providerId) {
      const provider = core.table().providers.get(providerId);
      if (provider === undefined) return [];
      await inTurn(() => ask([provider], false));
      const now = core.table().providers.get(providerId) ?? provider;
      return [...new Set([...Object.keys(now.models), ...catalogueModels(now)])];
    },
    keyConfirmed(credential) {
      for (const provider of core.table().providers.values()) {
        if (provider.credentials.includes(credential)) due.add(sourceOf(provider));
      }
      schedule();
    },
    refreshedAt() {
      const times = Object.values(stored.providers).flatMap(({ learnedAt }) => learnedAt ?? []);
      return times.length === 0 ? undefined : Math.max(...times);
    },
    dispose() {
      isDisposed = true;
      cancelTimer?.();
    },
  };
}
