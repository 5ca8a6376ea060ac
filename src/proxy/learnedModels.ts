import * as z from 'zod/mini';
import { type ModelFacts, wireFormats } from './types';

/** A list longer than this is not read to its end: no provider has that many models. */
export const maxListedModels = 5_000;

/** An id as it may stand in a setting and in a request; undefined for anything else. */
export function readModelId(value: unknown): string | undefined {
  return modelIdSchema.safeParse(value).data;
}

/** What of foreign facts is in reason; members that are not are left out, never guessed. */
export function readLearnedFacts(value: unknown): ModelFacts {
  const facts = factsSchema.safeParse(value).data ?? {};
  // An absent member must not hide what is known from elsewhere.
  return Object.fromEntries(Object.entries(facts).filter(([, member]) => member !== undefined));
}

const modelIdSchema = z.string().check(z.minLength(1), z.maxLength(200), z.regex(/^[\x21-\x7e]+$/));

const tokensSchema = z.int().check(z.gte(256), z.lte(100_000_000));
const priceSchema = z.number().check(z.gte(0), z.lte(100_000));
const prices = z.tuple([priceSchema, priceSchema, priceSchema, priceSchema]);

const factsSchema = z.object({
  wireFormat: z.catch(z.optional(z.enum(wireFormats)), undefined),
  context: z.catch(z.optional(tokensSchema), undefined),
  maxOutput: z.catch(z.optional(tokensSchema), undefined),
  images: z.catch(z.optional(z.boolean()), undefined),
  price: z.catch(z.optional(prices), undefined),
});
