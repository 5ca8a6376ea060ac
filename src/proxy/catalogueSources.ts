import { createHash } from 'node:crypto';
import { bundledCatalogue } from './bundledCatalogue';
import { ownMember } from './catalogue';
import type { Core } from './core';
import { fetchProviderPage } from './keyCheck';
import { modelListPath, readModelList } from './modelLists';
import { modelsDevUrl, readModelsDev } from './modelsDev';
import { phrase, type Words } from './phrase';
import { builtInProviders } from './providers';
import { readText } from './readText';
import type { LearnedModels, ModelFacts, Provider } from './types';
import { userAgent } from './upstreamHeaders';

/** What of the proxy the catalogue needs. */
export type CatalogueCore = Pick<
  Core,
  | 'clock'
  | 'log'
  | 'health'
  | 'version'
  | 'settings'
  | 'table'
  | 'apiKey'
  | 'isKeyHeldBack'
  | 'send'
>;

export type SourceAnswer<Said> = { readonly ok: true; readonly said: Said } | SourceFailure;

/** `wasReached` is false where nothing came back at all, as offline. */
export interface SourceFailure {
  readonly ok: false;
  readonly wasReached: boolean;
  readonly why: Words;
}

/**
 * The providers that there is a reason to ask: whose key is set and not known to be bad, and those without keys that a
 * person has named in a setting.
 */
export function providersToAsk(core: CatalogueCore): readonly Provider[] {
  const { providers, scenarios } = core.table();
  const named = scenarios.flatMap(({ isUsers, models }) => (isUsers ? models : []));
  return [...providers.values()].filter((provider) => {
    const { id, credentials, isDemo } = provider;
    if (isDemo === true) return false;
    if (credentials.length > 0) return keyOf(core, provider) !== undefined;
    const isConfigured = ownMember(core.settings().providers, id) !== undefined;
    return isConfigured || named.some((model) => model.startsWith(`${id}/`));
  });
}

/** The first key of a provider that is set and not known to be bad. */
function keyOf(core: CatalogueCore, provider: Provider): string | undefined {
  const rejected = core.health
    .snapshot()
    .flatMap(({ scope, key, state }) => (scope === 'credential' && state !== 'closed' ? key : []));
  return provider.credentials
    .filter((credential) => !rejected.includes(credential))
    .map((credential) => core.apiKey(provider, credential))
    .find((key) => key !== undefined);
}

/** Asks a provider for its model list. Costs no tokens; the key goes where requests take it, and nowhere else. */
export async function askProvider(
  core: CatalogueCore,
  provider: Provider,
): Promise<SourceAnswer<LearnedModels>> {
  const key = keyOf(core, provider);
  // Nobody has agreed yet that this address is spoken to.
  const isHeldBack = provider.credentials.some((slot) => core.isKeyHeldBack(provider, slot));
  if (key === undefined && isHeldBack) {
    return { ok: false, wasReached: false, why: phrase('its key is held back') };
  }
  const path = modelListPath(provider.wireFormat);
  const page = await fetchProviderPage(core, provider, path, key, maxListBytes);
  if (!page.ok) return { ok: false, wasReached: false, why: page.detail };
  const refusal = { ok: false, wasReached: true } as const;
  if (page.status !== 200) return { ...refusal, why: phrase('it answered {0}', page.status) };
  const list = readModelList(page.text);
  if (list === undefined) return { ...refusal, why: phrase('its answer is no list of models') };
  if (!isPlausible(provider, list)) {
    return { ...refusal, why: phrase('its list has none of the models that it is known for') };
  }
  // Prices and windows are taken from nobody but who runs the models.
  return { ok: true, said: isAtHome(provider) ? list : { ...list, facts: {} } };
}

/** Asks models.dev, without any key. */
export async function askModelsDev(
  core: CatalogueCore,
): Promise<SourceAnswer<Readonly<Record<string, Readonly<Record<string, ModelFacts>>>>>> {
  const deadline = new AbortController();
  const cancel = core.clock.after(modelsDevTimeoutMs, () => deadline.abort());
  try {
    const sent = await core.send()({
      method: 'GET',
      url: modelsDevUrl,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'user-agent': userAgent(core.version()),
      },
      signal: deadline.signal,
    });
    if (!sent.ok) return { ok: false, wasReached: false, why: sent.detail };
    const { status, body } = sent.response;
    const text = await readText(body, maxModelsDevBytes);
    sent.response.destroy();
    const refusal = { ok: false, wasReached: true } as const;
    if (status !== 200) return { ...refusal, why: phrase('it answered {0}', status) };
    const said = readModelsDev(text);
    return said === undefined
      ? { ...refusal, why: phrase('its answer has none of our providers') }
      : { ok: true, said };
  } catch {
    // The answer broke off, or our own deadline ended it.
    return { ok: false, wasReached: false, why: phrase('no whole answer in time') };
  } finally {
    cancel();
  }
}

/** Whether a built-in provider is asked at its own address, so that what came with this version speaks of it. */
export function isAtHome({ id, baseUrl }: Provider): boolean {
  return builtInProviders.some((own) => own.id === id && own.baseUrl === baseUrl);
}

/** Names an address without telling it. */
export function sourceOf({ baseUrl }: Provider): string {
  return createHash('sha256').update(baseUrl).digest('hex').slice(0, 16);
}

/** A list that shares nothing with what shipped is somebody else's, be it a captive portal's or a test server's. */
function isPlausible(provider: Provider, { listed = [] }: LearnedModels): boolean {
  const shipped = ownMember(bundledCatalogue().models, provider.id);
  if (shipped === undefined || !isAtHome(provider)) return true;
  return listed.some((model) => Object.hasOwn(shipped, model));
}

/** OpenRouter's list of 400 models has 0.7 MB. */
const maxListBytes = 4 * 1024 * 1024;
/** Has 4 MB. */
const maxModelsDevBytes = 24 * 1024 * 1024;
const modelsDevTimeoutMs = 15_000;
