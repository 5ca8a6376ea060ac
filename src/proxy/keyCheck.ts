import { classify } from './classify';
import type { Core } from './core';
import type { KeyCheck } from './protocol';
import { userAgent } from './upstreamHeaders';

const keyCheckMs = 10_000;

/** Asks the provider, with one cheap real call, whether it accepts a key. Never throws; never logs the key. */
export async function checkKey(core: Core, providerId: string, key: string): Promise<KeyCheck> {
  const provider = core.table().providers.get(providerId);
  if (provider === undefined)
    return { outcome: 'unknown', message: `There is no provider “${providerId}”.` };
  const { label, keyCheckPath } = provider;
  if (keyCheckPath === undefined) {
    return {
      outcome: 'unknown',
      message: `${label} has no cheap way to check a key; the first request will tell.`,
    };
  }
  const controller = new AbortController();
  const cancel = core.clock.after(keyCheckMs, () => controller.abort());
  try {
    const sent = await core.send()({
      method: 'GET',
      url: provider.baseUrl + keyCheckPath,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        'accept-language': 'en',
        'user-agent': userAgent(core.version()),
        ...keyHeaders(provider.isAnthropic === true, key),
      },
      signal: controller.signal,
    });
    if (!sent.ok) {
      return {
        outcome: 'unknown',
        message: `${label} could not be reached (${sent.detail}), so the key is not checked.`,
      };
    }
    const { status, headers, body } = sent.response;
    const text = await readSome(body);
    sent.response.destroy();
    if (status >= 200 && status < 300)
      return { outcome: 'accepted', message: `${label} accepted the API key.` };
    const context = {
      provider,
      model: '',
      hasKeySucceeded: false,
      now: core.clock.now(),
      secrets: [key],
    };
    const failure = classify({ status, headers, body: text }, context);
    return verdict(failure.kind, label, provider.planLabel ?? label, status);
  } catch {
    return {
      outcome: 'unknown',
      message: `${label} did not answer in time, so the key is not checked.`,
    };
  } finally {
    cancel();
  }
}

function verdict(kind: string, label: string, plan: string, status: number): KeyCheck {
  if (kind === 'keyRejected' || kind === 'missingKey') {
    return { outcome: 'rejected', message: `${label} rejected the API key.` };
  }
  if (kind === 'accountBlocked')
    return { outcome: 'rejected', message: `${label} has blocked this account.` };
  // The key itself was understood: what is missing is a subscription.
  if (kind === 'planMissing') {
    return {
      outcome: 'accepted',
      message: `${label} accepted the API key, but it has no ${plan} subscription.`,
    };
  }
  return {
    outcome: 'unknown',
    message: `${label} answered ${status}, which says nothing about the key.`,
  };
}

function keyHeaders(isAnthropic: boolean, key: string): Record<string, string> {
  if (isAnthropic) return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  return { authorization: `Bearer ${key}` };
}

const maxCheckBytes = 64 * 1024;

async function readSome(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size > maxCheckBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
