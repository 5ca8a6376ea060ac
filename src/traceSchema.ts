import * as z from 'zod/mini';
import { phraseSchema, wordsSchema } from './phraseSchema';
import { type RequestTrace, requestOutcomes } from './proxy/requestTrace';
import { efforts, failureKinds, failureOrigins, requestClasses, wireFormats } from './proxy/types';
import { stopReasons } from './proxy/wire/streamEvent';

const factsSchema = z.lazy(() =>
  z.object({
    requestedModel: z.string(),
    stream: z.boolean(),
    inputTokens: z.number(),
    hasImages: z.boolean(),
    hasTools: z.boolean(),
    thinking: z.boolean(),
    effort: z.union([z.enum(efforts), z.undefined()]),
    maxOutputTokens: z.union([z.number(), z.undefined()]),
    requestClass: z.enum(requestClasses),
    agentType: z.union([z.string(), z.undefined()]),
    userAgent: z.string(),
    sessionId: z.string(),
  }),
);

const failureSchema = z.lazy(() =>
  z.object({
    kind: z.enum(failureKinds),
    words: phraseSchema,
    upstreamStatus: z.exactOptional(z.number()),
  }),
);

const attemptSchema = z.lazy(() =>
  z.object({
    target: z.string(),
    credential: z.exactOptional(z.string()),
    wireFormat: z.enum(wireFormats),
    origin: z.enum(failureOrigins),
    startedAt: z.number(),
    firstContentAt: z.exactOptional(z.number()),
    firstTextAt: z.exactOptional(z.number()),
    endedAt: z.exactOptional(z.number()),
    failure: z.exactOptional(failureSchema),
  }),
);

const usageSchema = z.lazy(() =>
  z.object({
    inputTokens: z.number(),
    outputTokens: z.number(),
    cacheReadTokens: z.number(),
    cacheWriteTokens: z.number(),
  }),
);

/** A trace as the worker tells it. */
export const traceSchema: z.ZodMiniType<RequestTrace> = z.lazy(() =>
  z.object({
    id: z.string(),
    startedAt: z.number(),
    endedAt: z.exactOptional(z.number()),
    facts: factsSchema,
    scenario: z.string(),
    reason: phraseSchema,
    considered: z.array(z.object({ rule: wordsSchema, matched: z.boolean(), why: phraseSchema })),
    chain: z.array(z.string()),
    skipped: z.array(z.object({ name: z.string(), reason: phraseSchema })),
    attempts: z.array(attemptSchema),
    moved: z.exactOptional(z.object({ from: z.string(), to: z.string(), why: phraseSchema })),
    outcome: z.exactOptional(z.enum(requestOutcomes)),
    failure: z.exactOptional(failureSchema),
    status: z.exactOptional(z.number()),
    usage: z.exactOptional(usageSchema),
    stopReason: z.exactOptional(z.enum(stopReasons)),
    cost: z.exactOptional(z.number()),
    costWithoutCache: z.exactOptional(z.number()),
    costOnDefault: z.exactOptional(z.number()),
  }),
);
