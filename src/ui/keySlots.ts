import type { Provider } from '../proxy/types';
import type { Translate } from './translate';

/** Where a key is kept, and the provider that is asked about it. */
export interface KeySlot {
  readonly credential: string;
  readonly provider: Provider;
}

/** Every key slot once, in the table's order, with the one of its providers that tells most about a key. */
export function slotsOf(providers: Iterable<Provider>): readonly KeySlot[] {
  const slots = new Map<string, KeySlot>();
  for (const provider of providers) {
    for (const credential of provider.credentials) {
      const known = slots.get(credential)?.provider;
      const isBetter = known?.keyCheckPath === undefined && provider.keyCheckPath !== undefined;
      if (known === undefined || isBetter) slots.set(credential, { credential, provider });
    }
  }
  return [...slots.values()];
}

/** Whose key it is: the provider, and the name of the key where it has several. */
export function slotOwner({ credential, provider }: KeySlot, t: Translate): string {
  return keyOwner(provider.label, provider.credentials.length > 1 ? credential : undefined, t);
}

/** "OpenCode", or "OpenCode (key “work”)". */
export function keyOwner(label: string, slot: string | undefined, t: Translate): string {
  return slot === undefined ? label : t('{0} (key “{1}”)', label, slot);
}

/** A key as it was meant: without the white space that copying adds. */
export function cleanKey(text: string): string {
  return text.trim();
}

/** What is wrong with a typed key, or undefined. Nothing is ever said of what the key holds. */
export function keyFault(text: string, t: Translate): string | undefined {
  const key = cleanKey(text);
  if (key === '') return t('The API key is empty.');
  if (/\s/.test(key)) return t('An API key has no spaces or line breaks.');
  // A header can carry no other characters, so that every request would fail.
  if (!/^[\x21-\x7e]+$/.test(key)) return t('An API key has only plain letters, digits and signs.');
  return undefined;
}
