import * as z from 'zod/mini';
import snapshot from './opencodeModels.json';
import { efforts, type ModelFacts, type Provider, type WireFormat, wireFormats } from './types';

/**
 * Facts of a provider's model: what the provider's own table says, over what the catalogue knows of the same model
 * elsewhere. Never a guess: an unknown model has no limits.
 */
export function modelFacts(provider: Provider, model: string): ModelFacts {
  const own = ownMember(provider.models, model);
  const bundled = ownMember(ownMember(bundledModels, provider.id) ?? {}, model);
  if (bundled !== undefined) return { ...bundled, ...own };
  const elsewhere = ownMember(bundledModels['opencode-zen'] ?? {}, model);
  if (elsewhere === undefined) return own ?? {};
  // The wire format and the price belong to who runs the upstream, not to the model.
  const { wireFormat: _format, price: _price, priceAbove: _above, ...portable } = elsewhere;
  return { ...portable, ...own };
}

/** The wire format to use for a model: its own entry, then the provider's rules for unknown ids, then its default. */
export function modelWireFormat(provider: Provider, model: string, facts: ModelFacts): WireFormat {
  if (facts.wireFormat !== undefined) return facts.wireFormat;
  const rule = provider.formatRules?.find(([glob]) => matchesGlob(glob, model));
  return rule?.[1] ?? provider.wireFormat;
}

/** The date of the bundled model facts, `YYYY-MM-DD`. */
export const catalogueDate: string = snapshot.asOf;

/** Names come from settings and clients: `constructor` must find nothing. */
export function ownMember<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Every model id that the bundled catalogue lists for a provider. */
export function catalogueModels(providerId: string): readonly string[] {
  return Object.keys(bundledModels[providerId] ?? {});
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

const flag = z.optional(z.boolean());
const priceSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const factsSchema = z.object({
  wireFormat: z.enum(wireFormats),
  context: z.number(),
  maxOutput: z.number(),
  images: z.boolean(),
  price: priceSchema,
  priceAbove: z.optional(z.object({ inputTokens: z.number(), price: priceSchema })),
  efforts: z.optional(z.array(z.enum(efforts))),
  quirks: z.optional(
    z.object({
      reasoningContentInHistory: flag,
      noTemperature: flag,
      noReasoningEffort: flag,
      thinkingAlwaysOn: flag,
      adaptiveThinking: flag,
      emptySignatureOk: flag,
      midConversationSystem: flag,
      effortForOff: z.optional(z.literal('none')),
    }),
  ),
});

const modelsSchema = z.record(z.string(), factsSchema);

const bundledModels: Readonly<Record<string, Readonly<Record<string, ModelFacts>>>> = {
  'opencode-go': modelsSchema.parse(snapshot['opencode-go']),
  'opencode-zen': modelsSchema.parse(snapshot['opencode-zen']),
};
