import { classify, isRedirectStatus, redirectHost } from './classify';
import type { Core } from './core';
import { phrase, type Words, withForeign } from './phrase';
import type { KeyCheck } from './protocol';
import { placesKey, settingsHeaders, urlOf } from './providerCall';
import { readText } from './readText';
import type { FailureKind, Provider } from './types';
import { keyHeader, userAgent } from './upstreamHeaders';

/** Asks the provider, with one cheap real call, whether it accepts a key. Never throws; never logs the key. */
export async function checkKey(core: Core, providerId: string, key: string): Promise<KeyCheck> {
  const provider = core.table().providers.get(providerId);
  if (provider === undefined) {
    return { outcome: 'unknown', message: phrase('There is no provider “{0}”.', providerId) };
  }
  const { keyCheckPath } = provider;
  const page =
    keyCheckPath === undefined
      ? undefined
      : await fetchProviderPage(core, provider, keyCheckPath, key);
  return keyVerdict(core, provider, page);
}

/** What the answer to a check of a key says; `page` is absent where the provider has nothing to ask. */
export function keyVerdict(
  core: Pick<Core, 'clock' | 'redact'>,
  provider: Provider,
  page: ProviderPage | undefined,
): KeyCheck {
  const { label, isOpencode } = provider;
  if (page === undefined) {
    const message = phrase(
      '{0} has no cheap way to check a key; the first request will tell.',
      label,
    );
    return { outcome: 'unknown', message };
  }
  if (!page.ok) {
    const message = phrase(
      '{0} could not be reached ({1}), so the key is not checked.',
      label,
      page.detail,
    );
    return { outcome: 'unknown', message };
  }
  const { status, headers, text } = page;
  if (status >= 200 && status < 300) {
    const message = phrase('{0} accepted the API key.', label);
    return { outcome: 'accepted', message, ...(isOpencode === true ? { plan: 'active' } : {}) };
  }
  if (isRedirectStatus(status)) {
    const message = phrase(
      '{0} redirects to {1}, where no key is sent; correct its baseUrl in the setting switchyard.providers.',
      label,
      withForeign(redirectHost(headers), core.redact),
    );
    return { outcome: 'unknown', message };
  }
  const context = {
    provider,
    model: '',
    hasKeySucceeded: false,
    now: core.clock.now(),
    redact: core.redact,
  };
  return verdict(classify({ status, headers, body: text }, context).kind, provider, status);
}

export type ProviderPage =
  | {
      readonly ok: true;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly text: string;
    }
  | { readonly ok: false; readonly detail: Words };

const pageTimeoutMs = 10_000;

/** One GET below a provider's base URL, with its key where it has one. Never throws; reads no more than `maxBytes`. */
export async function fetchProviderPage(
  core: Pick<Core, 'clock' | 'send' | 'version'>,
  provider: Provider,
  path: string,
  key: string | undefined,
  maxBytes: number = maxPageBytes,
): Promise<ProviderPage> {
  const controller = new AbortController();
  const cancel = core.clock.after(pageTimeoutMs, () => controller.abort());
  try {
    const sent = await core.send()({
      method: 'GET',
      url: urlOf(provider, path),
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'accept-language': 'en',
        'user-agent': userAgent(core.version()),
        ...(placesKey(provider) ? {} : keyHeaders(provider, key)),
        ...settingsHeaders(provider, key),
      },
      signal: controller.signal,
    });
    if (!sent.ok) {
      const { aborted } = controller.signal;
      return { ok: false, detail: aborted ? phrase('no answer in time') : sent.detail };
    }
    const { status, headers, body } = sent.response;
    const text = await readText(body, maxBytes);
    sent.response.destroy();
    return { ok: true, status, headers, text };
  } catch {
    // The answer broke off, or our own deadline ended it.
    return { ok: false, detail: phrase('no whole answer in time') };
  } finally {
    cancel();
  }
}

function verdict(kind: FailureKind, provider: Provider, status: number): KeyCheck {
  const { label, planLabel = label } = provider;
  switch (kind) {
    case 'keyRejected':
    case 'missingKey':
      return { outcome: 'rejected', message: phrase('{0} rejected the API key.', label) };
    case 'accountBlocked':
      return { outcome: 'rejected', message: phrase('{0} has blocked this account.', label) };
    case 'planMissing':
      // The key itself was understood: what is missing is a subscription.
      return {
        outcome: 'accepted',
        message: phrase(
          '{0} accepted the API key, but it has no {1} subscription.',
          label,
          planLabel,
        ),
        plan: 'missing',
      };
    default: {
      const message = phrase('{0} answered {1}, which says nothing about the key.', label, status);
      return { outcome: 'unknown', message };
    }
  }
}

function keyHeaders(
  { wireFormat }: Provider,
  key: string | undefined,
): Readonly<Record<string, string>> {
  const version = wireFormat === 'anthropic-messages' ? { 'anthropic-version': '2023-06-01' } : {};
  return { ...keyHeader(wireFormat, key), ...version };
}

const maxPageBytes = 64 * 1024;
