import type { Core } from './core';
import { fetchProviderPage, keyVerdict, type ProviderPage } from './keyCheck';
import { modelListPath } from './modelLists';
import { type Phrase, phrase, type Words } from './phrase';
import type { KeyCheck } from './protocol';
import { usedTargets } from './report';
import { isOneOfSeveral } from './targetKeys';
import type { Provider } from './types';

/** What came of asking one provider. */
export interface ProviderReach {
  readonly providerId: string;
  /** "OpenCode" */
  readonly label: string;
  /** Why nothing came back, in words; absent where the provider answered, with whatever status. */
  readonly failure?: Words;
  readonly tookMs: number;
  /** Epoch ms of the provider's own clock, and of ours at that moment. */
  readonly clock?: { readonly theirs: number; readonly ours: number };
  /** What it said to each stored key. */
  readonly keys: readonly KeyReach[];
}

export interface KeyReach {
  readonly credential: string;
  readonly isOneOfSeveral?: boolean;
  readonly outcome: KeyCheck['outcome'];
  readonly message: Phrase;
  /** Where a key may have a plan: whether this one has. */
  readonly plan?: 'active' | 'missing';
}

/**
 * Asks every provider of the chains in force, by one cheap call for each stored key, whether it answers and takes the
 * key. Changes nothing of what is remembered. Never throws.
 */
export function checkReach(core: Core): Promise<readonly ProviderReach[]> {
  const providers = [...usedTargets(core).values()].map(({ target }) => target.provider);
  const asked = [...new Map(providers.map((one) => [one.id, one])).values()];
  return Promise.all(
    asked.filter(({ isDemo }) => isDemo !== true).map((provider) => reachOf(core, provider)),
  );
}

async function reachOf(core: Core, provider: Provider): Promise<ProviderReach> {
  const { id, label, credentials, keyCheckPath, wireFormat } = provider;
  const askedAt = core.clock.now();
  const stored = credentials.flatMap((credential) => {
    const key = core.apiKey(provider, credential);
    return key === undefined ? [] : [{ credential, key }];
  });
  if (stored.length === 0 && credentials.some((slot) => core.isKeyHeldBack(provider, slot))) {
    // Nobody has agreed yet that this address is spoken to.
    const failure = phrase('its key is held back: run “Switchyard: Confirm Key Address”');
    return { providerId: id, label, tookMs: 0, failure, keys: [] };
  }
  const path = keyCheckPath ?? modelListPath(wireFormat);
  // Where no answer would tell anything about a key, none is sent.
  const calls = keyCheckPath === undefined || stored.length === 0 ? [undefined] : stored;
  const pages = await Promise.all(
    calls.map(async (slot) => ({
      slot,
      page: await fetchProviderPage(core, provider, path, slot?.key),
    })),
  );
  const ours = core.clock.now();
  const failures = pages.map(({ page }) => failureOf(page));
  const failure = failures.includes(undefined) ? undefined : failures[0];
  const theirs = pages.map(({ page }) => clockOf(page)).find(Number.isFinite);
  return {
    providerId: id,
    label,
    tookMs: Math.max(0, Math.round(ours - askedAt)),
    ...(failure === undefined ? {} : { failure }),
    ...(theirs === undefined ? {} : { clock: { theirs, ours } }),
    keys: stored.map(({ credential }) => {
      const page = pages.find(({ slot }) => slot?.credential === credential)?.page;
      return {
        credential,
        ...(isOneOfSeveral({ provider, credential }) ? { isOneOfSeveral: true } : {}),
        ...keyVerdict(core, provider, page),
      };
    }),
  };
}

function failureOf(page: ProviderPage): Words | undefined {
  if (!page.ok) return page.detail;
  return page.status === 407 ? phrase('the HTTP proxy wants a login (407)') : undefined;
}

function clockOf(page: ProviderPage): number {
  return page.ok ? Date.parse(page.headers['date'] ?? '') : Number.NaN;
}
