import { type Phrase, render } from '../../src/proxy/phrase';

/** A copy in which every phrase is what it says in English, so that a test may name the words. */
export function inEnglish(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inEnglish);
  if (isPhrase(value)) return render(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inEnglish(one)]));
}

function isPhrase(value: unknown): value is Phrase {
  return typeof value === 'object' && value !== null && 'template' in value && 'values' in value;
}
