import type { ScopeKeys } from './health';
import { type Provider, type Target, targetName } from './types';

/**
 * The target once for each of its provider's keys that is set: the slot it already names first, then in the order of the
 * settings. Without any key it comes once, to fail for want of one.
 */
export function withEachKey(
  target: Target,
  hasKey: (credential: string) => boolean,
): readonly Target[] {
  const slots = slotsOf(target.provider);
  const usable = slots.filter((slot) => slot !== undefined && hasKey(slot));
  if (usable.length === 0) return [{ ...target, credential: slots[0] }];
  const preferred = usable.filter((slot) => slot === target.credential);
  const others = usable.filter((slot) => slot !== target.credential);
  return [...preferred, ...others].map((credential) => ({ ...target, credential }));
}

/** The provider's key slots; the one way to call a provider that takes no key is without any. */
export function slotsOf({ credentials }: Provider): readonly (string | undefined)[] {
  return credentials.length === 0 ? [undefined] : credentials;
}

/** True when the provider takes no key, or one of its slots has one. */
export function isProvided(
  { credentials }: Provider,
  hasKey: (credential: string) => boolean,
): boolean {
  return credentials.length === 0 || credentials.some(hasKey);
}

/** What is named here of a target or a failure. */
type Keyed = Pick<Target, 'provider' | 'credential' | 'model'>;

/** The names under which health remembers what a target depends on; each key has a plan of its own. `proxy` is in between. */
export function scopeKeys(target: Keyed, proxy?: string): ScopeKeys {
  const { provider, credential } = target;
  return {
    target: targetName(target),
    ...(isOneOfSeveral(target) ? { targetWithKey: linkName(target) } : {}),
    plan: planName(provider, credential),
    ...(credential === undefined ? {} : { credential }),
    host: new URL(provider.baseUrl).host,
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** `provider/model`, with `#slot` where the provider has several keys. */
export function linkName(target: Keyed): string {
  return targetName(target) + slotSuffix(target);
}

/** The plan of one key: `provider`, with `#slot` where the provider has several keys. */
export function planName(provider: Provider, credential: string | undefined): string {
  return provider.id + slotSuffix({ provider, credential });
}

/** True when it matters which key is meant. */
export function isOneOfSeveral({
  provider,
  credential,
}: Pick<Keyed, 'provider' | 'credential'>): boolean {
  return credential !== undefined && provider.credentials.length > 1;
}

function slotSuffix(keyed: Pick<Keyed, 'provider' | 'credential'>): string {
  return isOneOfSeveral(keyed) ? `#${keyed.credential}` : '';
}
