import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod/mini';
import { once } from './once';
import { efforts, type ModelFacts, wireFormats } from './types';

/** Provider → model → what is known of it. */
export type ModelTables = Readonly<Record<string, Readonly<Record<string, ModelFacts>>>>;

export interface BundledCatalogue {
  readonly models: ModelTables;
  /** Why there is nothing in it, for the log. */
  readonly fault?: string;
}

/**
 * The model facts that came with this version (`npm run catalogue`), in a file beside the bundle, read at their first
 * use. Without them every model works as an unknown one.
 */
export const bundledCatalogue: () => BundledCatalogue = once(() => {
  const file = path.join(__dirname, 'catalogue.json');
  try {
    return { models: catalogueSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).providers };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { models: {}, fault: `${file} cannot be used: ${why}` };
  }
});

const flag = z.optional(z.boolean());
const priceSchema = z.tuple([z.number(), z.number(), z.number(), z.number()]);
const factsSchema = z.object({
  wireFormat: z.enum(wireFormats),
  context: z.number(),
  maxOutput: z.optional(z.number()),
  images: z.boolean(),
  price: z.optional(priceSchema),
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

const catalogueSchema = z.object({
  providers: z.record(z.string(), z.record(z.string(), factsSchema)),
});
