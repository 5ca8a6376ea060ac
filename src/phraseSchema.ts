import * as z from 'zod/mini';
import type { Phrase, Words } from './proxy/phrase';

/** A text of the worker's for a person, to be shown in their language by `render`. */
export const phraseSchema: z.ZodMiniType<Phrase> = z.object({
  template: z.string(),
  values: z.array(
    z.union([z.string(), z.number(), z.object({ at: z.number() }), z.lazy(() => phraseSchema)]),
  ),
});

export const wordsSchema: z.ZodMiniType<Words> = z.union([z.string(), phraseSchema]);
