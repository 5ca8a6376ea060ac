import { createHash } from 'node:crypto';
import type { Health, HealthEntry, RestOrder } from './health';
import { render } from './phrase';
import { planName } from './targetKeys';
import { type ApiKeys, type FailureKind, failureKinds, type Provider } from './types';
import { arrayAt, countAt, isObject, stringAt } from './wire/json';

/** The rest of a key or plan as it is kept between sessions. Holds a hash of the key, never the key. */
export interface StoredRest {
  readonly scope: 'plan' | 'credential';
  readonly key: string;
  readonly keyHash: string;
  readonly providerId: string;
  readonly kind: FailureKind;
  readonly detail: string;
  /** Epoch ms. */
  readonly untilAt: number;
  readonly link?: string;
  readonly limitName?: string;
}

/** What of the health memory should outlive a reload: a plan's limit and a key's rejection, not a model's bad minute. */
export function storedRests(entries: readonly HealthEntry[], keys: ApiKeys): readonly StoredRest[] {
  return entries.flatMap(({ scope, key, state, untilAt, failure }) => {
    if (scope !== 'plan' && scope !== 'credential') return [];
    if (state === 'closed' || untilAt === undefined || failure === undefined) return [];
    const apiKey = keys[failure.credential ?? ''];
    if (apiKey === undefined || apiKey.length < minHashedChars) return [];
    const { provider, kind, detail, repeatsRequest, link, limitName } = failure;
    return {
      scope,
      key,
      keyHash: hashOf(apiKey),
      providerId: provider.id,
      kind,
      detail: repeatsRequest === true ? '' : render(detail),
      untilAt,
      ...(link === undefined ? {} : { link }),
      ...(limitName === undefined ? {} : { limitName }),
    };
  });
}

/** Takes stored rests over, as far as the key and provider they were about are still the same. */
export function restoreRests(
  stored: unknown,
  health: Health,
  known: { readonly providers: ReadonlyMap<string, Provider>; readonly keys: ApiKeys },
): readonly RestOrder[] {
  const orders = arrayAt({ stored }, 'stored').flatMap((value): readonly RestOrder[] => {
    const scope = stringAt(value, 'scope');
    const untilAt = countAt(value, 'untilAt');
    const provider = known.providers.get(stringAt(value, 'providerId') ?? '');
    const kind = failureKinds.find((name) => name === stringAt(value, 'kind'));
    if (!isObject(value) || provider === undefined) return [];
    if (kind === undefined || untilAt === undefined) return [];
    if (scope !== 'plan' && scope !== 'credential') return [];
    const link = stringAt(value, 'link');
    const limitName = stringAt(value, 'limitName');
    const about = {
      kind,
      provider,
      model: '',
      detail: stringAt(value, 'detail') ?? '',
      ...(kind === 'planLimit' ? { resetsAt: untilAt } : {}),
      ...(link === undefined ? {} : { link }),
      ...(limitName === undefined ? {} : { limitName }),
    };
    // Wherever the key is now: its slot may have been renamed or have got company.
    return slotsWith(stringAt(value, 'keyHash'), provider, known.keys).map((credential) => {
      const key = scope === 'plan' ? planName(provider, credential) : credential;
      return { scope, key, failure: { ...about, credential }, untilAt };
    });
  });
  for (const order of orders) health.rest(order);
  return orders;
}

function slotsWith(
  keyHash: string | undefined,
  { credentials }: Provider,
  keys: ApiKeys,
): readonly string[] {
  return credentials.filter((slot) => {
    const apiKey = keys[slot];
    return apiKey !== undefined && hashOf(apiKey) === keyHash;
  });
}

/** The hash of a shorter key, which may be a word, could be searched back to the key. */
const minHashedChars = 16;

/** Of a key that is random enough that its hash tells nothing. */
function hashOf(apiKey: string): string {
  return createHash('sha256').update(`switchyard:${apiKey}`).digest('hex').slice(0, 32);
}
