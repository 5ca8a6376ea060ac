import {
  askBreaker,
  failBreaker,
  newBreaker,
  type Passage,
  releaseBreaker,
  succeedBreaker,
} from './breaker';
import { policyOf } from './failure';
import { describe, type Entry, entryName, fail, newEntry, rememberedFailure } from './healthEntry';
import type { Failure, Scope } from './types';

/** Names of what a request depends on. Without a credential (local providers) key failures are not remembered. */
export interface ScopeKeys {
  readonly target: string;
  /** Where the provider has several keys: the target by way of this one. */
  readonly targetWithKey?: string | undefined;
  readonly plan: string;
  readonly credential?: string | undefined;
  readonly host?: string | undefined;
  /** The address of the proxy in between; rests as a host does. */
  readonly proxy?: string | undefined;
}

/** The scopes that outlive a request. */
export type RememberedScope = Exclude<Scope, 'request'>;

/** Leave for one attempt. Exactly one of the three ends it; later calls do nothing. */
export interface Permit {
  /** The first content has come: the key, plan and host are good and a probe has succeeded; the stream may yet break. */
  started(measured?: { readonly ttftMs?: number }): void;
  succeeded(measured?: { readonly ttftMs?: number }): void;
  failed(failure: Failure): void;
  /** Says nothing about the upstream: the client left, or the attempt was never made. */
  released(): void;
}

export type Admission =
  | { readonly admitted: true; readonly permit: Permit }
  | { readonly admitted: false; readonly failure: Failure };

/** What is remembered of one scope, for logs and the tooltip. */
export interface HealthEntry {
  readonly scope: RememberedScope;
  readonly key: string;
  readonly state: 'closed' | 'open' | 'halfOpen';
  /** Epoch ms; absent when closed or when only a new key ends the rest. May be past: the next request probes. */
  readonly untilAt?: number;
  /** The failure behind an open or half-open state, else the last one. */
  readonly failure?: Failure;
  readonly lastFailureAt?: number;
  readonly consecutiveFailures: number;
  readonly lastTtftMs?: number;
  readonly lastServedAt?: number;
}

/** `reopened`: a probe failed as before, so nothing is new for a person. */
export type HealthChange = 'opened' | 'reopened' | 'closed';

export interface HealthOptions {
  /** Epoch ms. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly onChange?: (entry: HealthEntry, change: HealthChange, failure?: Failure) => void;
}

export interface Health {
  /** Asks credential, plan, host and target in this order; a refusal carries the remembered failure. Never waits. */
  admit(keys: ScopeKeys): Admission;
  /** True once a request with this key was served since the key was last changed. */
  hasSucceeded(credential: string): boolean;
  /** Epoch ms at which the last of these scopes may be tried again; undefined when all may be tried now. */
  retryAt(keys: ScopeKeys): number | undefined;
  /** Takes over what is known from elsewhere: an earlier session, or the upstream's own account page. Announces nothing. */
  rest(which: RestOrder): void;
  /** Forgets one scope, or everything. Permits given before do not count afterwards. */
  reset(which?: { readonly scope: RememberedScope; readonly key: string }): void;
  snapshot(): readonly HealthEntry[];
}

/** A scope that is known to rest. */
export interface RestOrder {
  readonly scope: RememberedScope;
  readonly key: string;
  readonly failure: Failure;
  /** Epoch ms; a time that has passed does nothing. */
  readonly untilAt: number;
}

/** Memory between requests about targets, plans, credentials and hosts. */
export function createHealth(options: HealthOptions): Health {
  return new Registry(options);
}

/** One scope's part of a permit. */
interface Held {
  readonly entry: Entry;
  readonly passage: Passage;
}

type Measured = { readonly ttftMs?: number } | undefined;

class Registry implements Health {
  readonly #options: HealthOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #servedCredentials = new Set<string>();

  constructor(options: HealthOptions) {
    this.#options = options;
  }

  admit(keys: ScopeKeys): Admission {
    const now = this.#options.now();
    const held: Held[] = [];
    const commits: (() => void)[] = [];
    for (const [scope, key] of orderedScopes(keys)) {
      const entry = this.#entryOf(scope, key);
      const { state, passage } = askBreaker(entry.breaker, now);
      if (passage === undefined) {
        return { admitted: false, failure: rememberedFailure(entry, now) };
      }
      held.push({ entry, passage });
      // Later: a refusal by one scope must not use up the probe of another.
      commits.push(() => {
        entry.breaker = state;
      });
    }
    for (const commit of commits) commit();
    return { admitted: true, permit: this.#permitFor(keys, held) };
  }

  hasSucceeded(credential: string): boolean {
    return this.#servedCredentials.has(credential);
  }

  reset(which?: { readonly scope: RememberedScope; readonly key: string }): void {
    for (const [name, entry] of [...this.#entries]) {
      if (which !== undefined && name !== entryName(which.scope, which.key)) continue;
      this.#entries.delete(name);
      this.#change(entry, () => {
        entry.breaker = newBreaker;
      });
    }
    if (which === undefined) this.#servedCredentials.clear();
    else if (which.scope === 'credential') this.#servedCredentials.delete(which.key);
  }

  retryAt(keys: ScopeKeys): number | undefined {
    const times = orderedScopes(keys).flatMap(([scope, key]) => {
      const breaker = this.#entries.get(entryName(scope, key))?.breaker;
      return breaker?.phase === 'open' && breaker.untilAt !== Infinity ? [breaker.untilAt] : [];
    });
    return times.length === 0 ? undefined : Math.max(...times);
  }

  rest({ scope, key, failure, untilAt }: RestOrder): void {
    const now = this.#options.now();
    if (untilAt <= now) return;
    const entry = this.#entryOf(scope, key);
    const passage = { era: entry.breaker.era, isProbe: false };
    const rest = { type: 'until', untilAt } as const;
    entry.breaker = failBreaker(entry.breaker, passage, { now, rest, random: 0 });
    entry.failure = failure;
    entry.lastFailureAt ??= now;
  }

  snapshot(): readonly HealthEntry[] {
    return [...this.#entries.values()].map(describe);
  }

  #permitFor(keys: ScopeKeys, held: readonly Held[]): Permit {
    let stage: 'admitted' | 'started' | 'ended' = 'admitted';
    return {
      started: (measured) => {
        if (stage !== 'admitted') return;
        stage = 'started';
        // That a stream began says little of its target yet, unless everyone waits for this probe.
        const good = held.filter(
          ({ entry, passage }) => entry.scope !== 'target' || passage.isProbe,
        );
        this.#serve(held, good, measured);
      },
      succeeded: (measured) => {
        if (stage === 'ended') return;
        stage = 'ended';
        this.#serve(held, held, measured);
      },
      failed: (failure) => {
        if (stage === 'ended') return;
        stage = 'ended';
        this.#fail(keys, held, failure);
      },
      released: () => {
        if (stage === 'ended') return;
        stage = 'ended';
        release(held);
      },
    };
  }

  #serve(held: readonly Held[], good: readonly Held[], measured: Measured): void {
    for (const { entry, passage } of good.filter((part) => this.#isKnown(part))) {
      this.#change(entry, () => {
        entry.breaker = succeedBreaker(entry.breaker, passage);
      });
    }
    for (const { entry } of held.filter((part) => this.#isKnown(part))) {
      if (entry.scope === 'credential') this.#servedCredentials.add(entry.key);
      if (entry.scope !== 'target') continue;
      entry.lastServedAt = this.#options.now();
      entry.lastTtftMs = measured?.ttftMs ?? entry.lastTtftMs;
    }
  }

  #fail(keys: ScopeKeys, held: readonly Held[], failure: Failure): void {
    const { scope } = policyOf(failure);
    const name = blamedName(keys, failure);
    const blamed = held.filter(
      (part) => part.entry.scope === scope && part.entry.key === name && this.#isKnown(part),
    );
    release(held.filter((part) => !blamed.includes(part)));
    for (const { entry, passage } of blamed) {
      const before = entry.failure;
      this.#change(
        entry,
        () => fail(entry, passage, failure, this.#options),
        // A new reason, or another of the plan's limits, is news even if the scope rested before.
        before?.kind !== failure.kind || before.limitName !== failure.limitName,
      );
      if (scope === 'credential') this.#servedCredentials.delete(entry.key);
    }
  }

  /** False for what was reset meanwhile: an old key's late 401 must not condemn the new key. */
  #isKnown({ entry }: Held): boolean {
    return this.#entries.get(entryName(entry.scope, entry.key)) === entry;
  }

  /** Applies a change to an entry and announces what it means, once. */
  #change(entry: Entry, apply: () => void, isNews = true): void {
    const before = entry.breaker.phase;
    apply();
    const after = entry.breaker.phase;
    if (before === after || after === 'halfOpen') return;
    const reopened = before === 'halfOpen' && !isNews ? 'reopened' : 'opened';
    const change = after === 'closed' ? 'closed' : reopened;
    this.#options.onChange?.(describe(entry), change, entry.failure);
  }

  #entryOf(scope: RememberedScope, key: string): Entry {
    const name = entryName(scope, key);
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    if (this.#entries.size >= maxEntries) {
      const idle = [...this.#entries].find(([, entry]) => entry.breaker.phase === 'closed');
      if (idle !== undefined) this.#entries.delete(idle[0]);
    }
    const entry = newEntry(scope, key);
    this.#entries.set(name, entry);
    return entry;
  }
}

/** Clients may name any model, so the number of targets has no natural bound. */
const maxEntries = 500;

/** The widest condemnation first, so that a refusal names what a person can mend. */
function orderedScopes(keys: ScopeKeys): readonly (readonly [RememberedScope, string])[] {
  const scopes = [
    ['credential', keys.credential],
    ['plan', keys.plan],
    ['host', keys.proxy],
    ['host', keys.host],
    ['target', keys.target],
    ['target', keys.targetWithKey],
  ] as const;
  const named: (readonly [RememberedScope, string])[] = [];
  for (const [scope, key] of scopes) if (key !== undefined) named.push([scope, key]);
  return named;
}

function blamedName(keys: ScopeKeys, failure: Failure): string | undefined {
  const { scope, isOfKey } = policyOf(failure);
  if (scope === 'request') return undefined;
  if (scope === 'host' && failure.proxy !== undefined) return keys.proxy;
  if (scope === 'target' && isOfKey) return keys.targetWithKey ?? keys.target;
  return keys[scope];
}

function release(held: readonly Held[]): void {
  for (const { entry, passage } of held) {
    entry.breaker = releaseBreaker(entry.breaker, passage);
  }
}
