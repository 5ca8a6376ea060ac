import * as z from 'zod/mini';
import { type ModelFacts, wireFormats } from './types';
import { isObject } from './wire/json';

/** A list longer than this is not read to its end: no provider has that many models. */
export const maxListedModels = 5_000;

/** An id as it may stand in a setting and in a request; undefined for anything else. */
export function readModelId(value: unknown): string | undefined {
  return modelIdSchema.safeParse(value).data;
}

/** What of foreign facts is in reason; members that are not are left out, never guessed. */
export function readLearnedFacts(value: unknown): ModelFacts {
  const member = <Value>(name: string, schema: z.ZodMiniType<Value>): Value | undefined =>
    isObject(value) ? schema.safeParse(value[name]).data : undefined;
  const wireFormat = member('wireFormat', wireFormatSchema);
  const context = member('context', tokensSchema);
  const maxOutput = member('maxOutput', tokensSchema);
  const images = member('images', z.boolean());
  const price = member('price', pricesSchema);
  // An absent member must not hide what is known from elsewhere.
  return {
    ...(wireFormat === undefined ? {} : { wireFormat }),
    ...(context === undefined ? {} : { context }),
    ...(maxOutput === undefined ? {} : { maxOutput }),
    ...(images === undefined ? {} : { images }),
    ...(price === undefined ? {} : { price }),
  };
}

const modelIdSchema = z.string().check(z.minLength(1), z.maxLength(200), z.regex(/^[\x21-\x7e]+$/));
const wireFormatSchema = z.enum(wireFormats);
const tokensSchema = z.number().check(z.gte(256), z.lte(100_000_000));
/** USD per million tokens. */
const priceSchema = z.number().check(z.gte(0), z.lte(100_000));
const pricesSchema = z.tuple([priceSchema, priceSchema, priceSchema, priceSchema]);
