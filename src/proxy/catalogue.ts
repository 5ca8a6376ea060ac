import { bundledCatalogue } from './bundledCatalogue';
import type { ModelFacts, Provider, WireFormat } from './types';

/**
 * Facts of a provider's model: what the settings say, over what the newest refresh learned, over what came with this
 * version, of this provider or else of the same model elsewhere. Never a guess: an unknown model has no limits.
 */
export function modelFacts(provider: Provider, model: string): ModelFacts {
  return {
    ...bundledFacts(provider.id, model),
    ...ownMember(provider.learned?.facts ?? {}, model),
    ...ownMember(provider.models, model),
  };
}

/** Where a model is looked for that a provider's own table does not have. */
const elsewhere = ['opencode-zen', 'anthropic', 'openai', 'deepseek', 'moonshot', 'zai'] as const;

function bundledFacts(providerId: string, model: string): ModelFacts {
  const { models } = bundledCatalogue();
  const find = (id: string) => ownMember(ownMember(models, id) ?? {}, model);
  const own = find(providerId);
  if (own !== undefined) return own;
  const other = elsewhere.map(find).find((facts) => facts !== undefined);
  // The wire format and the price belong to who runs the upstream, not to the model.
  const { wireFormat: _format, price: _price, priceAbove: _above, ...portable } = other ?? {};
  return portable;
}

/** The wire format to use for a model: its own entry, then the provider's rules for unknown ids, then its default. */
export function modelWireFormat(provider: Provider, model: string, facts: ModelFacts): WireFormat {
  if (facts.wireFormat !== undefined) return facts.wireFormat;
  const rule = provider.formatRules?.find(([glob]) => matchesGlob(glob, model));
  return rule?.[1] ?? provider.wireFormat;
}

/** The date of the bundled model facts, `YYYY-MM-DD`. */
export const catalogueDate = '2026-11-10';

/** Names come from settings and clients: `constructor` must find nothing. */
export function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Every model id that is known of a provider: what its newest list names, else what came with this version. */
export function catalogueModels(provider: Provider): readonly string[] {
  return (
    provider.learned?.listed ?? Object.keys(ownMember(bundledCatalogue().models, provider.id) ?? {})
  );
}

/** Whether the newest catalogue has a model. A list may name only a dated release of it: `model-20261101`. */
export function isOffered(provider: Provider, model: string): boolean {
  const known = catalogueModels(provider);
  for (const id of known) if (id === model || isReleaseOf(id, model)) return true;
  return known.length === 0;
}

function isReleaseOf(id: string, model: string): boolean {
  return id.startsWith(`${model}-`) && /^\d{8}$/.test(id.slice(model.length + 1));
}

/** Case-insensitive match in which `*` stands for any run of characters. */
export function matchesGlob(glob: string, text: string): boolean {
  const parts = glob.toLowerCase().split('*');
  const value = text.toLowerCase();
  const first = parts[0] ?? '';
  const last = parts[parts.length - 1] ?? '';
  if (parts.length === 1) return value === first;
  if (!value.startsWith(first) || !value.endsWith(last)) return false;
  let from = first.length;
  const until = value.length - last.length;
  for (const part of parts.slice(1, -1)) {
    const at = value.indexOf(part, from);
    if (at < 0 || at + part.length > until) return false;
    from = at + part.length;
  }
  return from <= until;
}
