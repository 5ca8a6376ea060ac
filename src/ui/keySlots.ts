import type { Provider } from '../proxy/types';
import type { Translate } from './translate';

/** One provider for each key slot, in the table's order: those that share a key are asked for it once. */
export function slotsOf(providers: Iterable<Provider>): readonly Provider[] {
  const slots = new Map<string, Provider>();
  for (const provider of providers) {
    if (provider.credential === 'none') continue;
    const known = slots.get(provider.credential);
    // The one with a cheap check tells most about a key.
    const isBetter = known?.keyCheckPath === undefined && provider.keyCheckPath !== undefined;
    if (known === undefined || isBetter) slots.set(provider.credential, provider);
  }
  return [...slots.values()];
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
