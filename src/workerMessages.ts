import * as z from 'zod/mini';
import { phraseSchema, wordsSchema } from './phraseSchema';
import { modelTiers } from './proxy/modelTiers';
import { type FromWorker, logLevels, noticeKinds } from './proxy/protocol';
import type { StoredRest } from './proxy/restMemory';
import { failureKinds } from './proxy/types';
import { traceSchema } from './traceSchema';

const noticeSchema = z.lazy(() =>
  z.object({
    kind: z.enum(noticeKinds),
    message: phraseSchema,
    credential: z.string(),
    providerId: z.string(),
    buttons: z.array(z.enum(['setApiKey', 'openLink', 'showLog'])),
    link: z.exactOptional(z.string()),
  }),
);

const keyCheckSchema = z.lazy(() =>
  z.object({
    outcome: z.enum(['accepted', 'rejected', 'unknown']),
    message: phraseSchema,
    plan: z.exactOptional(z.enum(['active', 'missing'])),
  }),
);

const namesSchema = z.lazy(() => z.array(z.string()));
const retiredSchema = z.lazy(() =>
  z.array(z.object({ name: z.string(), instead: z.exactOptional(z.string()) })),
);
const refreshedSchema = z.lazy(() =>
  z.object({
    asOf: z.string(),
    providers: z.array(
      z.object({
        label: z.string(),
        models: z.number(),
        added: namesSchema,
        removed: namesSchema,
        changed: z.array(phraseSchema),
        failure: z.exactOptional(wordsSchema),
      }),
    ),
    retired: retiredSchema,
  }),
);

const planSchema = z.lazy(() =>
  z.object({
    plan: z.string(),
    label: z.string(),
    credential: z.exactOptional(z.string()),
    askedAt: z.number(),
    windows: z.array(
      z.object({
        name: z.string(),
        percent: z.number(),
        isExhausted: z.boolean(),
        resetsAt: z.exactOptional(z.number()),
      }),
    ),
    problem: z.exactOptional(wordsSchema),
  }),
);

const chatModelSchema = z.lazy(() =>
  z.object({
    id: z.string(),
    scenario: z.exactOptional(z.string()),
    model: z.exactOptional(z.string()),
    label: z.exactOptional(z.string()),
    chain: z.exactOptional(namesSchema),
    context: z.number(),
    maxOutput: z.number(),
    images: z.boolean(),
    tools: z.boolean(),
  }),
);

const overviewSchema = z.lazy(() =>
  z.object({
    scenarios: z.array(z.object({ name: z.string(), isUsers: z.boolean(), models: namesSchema })),
    models: z.array(
      z.object({
        name: z.string(),
        provider: z.string(),
        isProvided: z.boolean(),
        context: z.exactOptional(z.number()),
        images: z.exactOptional(z.boolean()),
        price: z.exactOptional(z.object({ input: z.number(), output: z.number() })),
      }),
    ),
  }),
);

const reachSchema = z.lazy(() =>
  z.object({
    providerId: z.string(),
    label: z.string(),
    failure: z.exactOptional(wordsSchema),
    tookMs: z.number(),
    clock: z.exactOptional(z.object({ theirs: z.number(), ours: z.number() })),
    keys: z.array(
      z.object({
        credential: z.string(),
        isOneOfSeveral: z.exactOptional(z.boolean()),
        outcome: z.enum(['accepted', 'rejected', 'unknown']),
        message: phraseSchema,
        plan: z.exactOptional(z.enum(['active', 'missing'])),
      }),
    ),
  }),
);

const answerSchema = z.lazy(() =>
  z.discriminatedUnion('about', [
    z.object({ about: z.literal('key'), check: keyCheckSchema }),
    z.object({ about: z.literal('catalogue'), refreshed: refreshedSchema }),
    z.object({ about: z.literal('models'), models: namesSchema }),
    z.object({ about: z.literal('planUsage'), plans: z.array(planSchema) }),
    z.object({ about: z.literal('chatModels'), models: z.array(chatModelSchema) }),
    z.object({ about: z.literal('tokens'), tokens: z.exactOptional(z.number()) }),
    z.object({ about: z.literal('scenarios'), overview: overviewSchema }),
    z.object({ about: z.literal('reach'), providers: z.array(reachSchema) }),
  ]),
);

const credentialSchema = z.lazy(() =>
  z.object({
    credential: z.string(),
    providerId: z.string(),
    label: z.string(),
    isOneOfSeveral: z.exactOptional(z.boolean()),
    state: z.enum(['unused', 'accepted', 'missing', 'heldBack', 'rejected', 'blocked']),
    origin: z.exactOptional(z.string()),
  }),
);

const targetSchema = z.lazy(() =>
  z.object({
    name: z.string(),
    scenarios: z.array(z.string()),
    state: z.enum(['unused', 'serving', 'failing', 'resting', 'probing']),
    restsUntil: z.exactOptional(z.number()),
    lastTtftMs: z.exactOptional(z.number()),
    lastServedAt: z.exactOptional(z.number()),
    lastFailure: z.exactOptional(phraseSchema),
  }),
);

const tierSchema = z.lazy(() =>
  z.object({
    tier: z.enum(modelTiers),
    scenario: z.string(),
    target: z.string(),
  }),
);

const restReportSchema = z.lazy(() =>
  z.object({
    scope: z.enum(['target', 'plan', 'credential', 'host']),
    name: z.string(),
    isProbed: z.boolean(),
    untilAt: z.exactOptional(z.number()),
    words: z.exactOptional(phraseSchema),
  }),
);

const reportSchema = z.lazy(() =>
  z.object({
    activeRequests: z.number(),
    credentials: z.array(credentialSchema),
    targets: z.array(targetSchema),
    rests: z.exactOptional(z.array(restReportSchema)),
    usable: z.boolean(),
    logsContent: z.exactOptional(z.literal(true)),
    smallestContext: z.exactOptional(z.number()),
    catalogue: z.exactOptional(
      z.object({
        asOf: z.string(),
        refreshedAt: z.exactOptional(z.number()),
        retired: retiredSchema,
      }),
    ),
    modelTiers: z.exactOptional(z.array(tierSchema)),
  }),
);

const restSchema = z.lazy(() =>
  z.object({
    scope: z.enum(['plan', 'credential']),
    key: z.string(),
    keyHash: z.string(),
    providerId: z.string(),
    kind: z.enum(failureKinds),
    detail: z.string(),
    untilAt: z.number(),
    link: z.exactOptional(z.string()),
    limitName: z.exactOptional(z.string()),
  }),
);

const fromWorkerSchema: z.ZodMiniType<FromWorker> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('listening'), port: z.int().check(z.gte(1), z.lte(65_535)) }),
    z.object({ type: z.literal('listenFailed'), code: z.string(), message: wordsSchema }),
    z.object({ type: z.literal('closed') }),
    z.object({ type: z.literal('log'), level: z.enum(logLevels), message: z.string() }),
    z.object({ type: z.literal('report'), report: reportSchema }),
    z.object({ type: z.literal('notice'), notice: noticeSchema }),
    z.object({ type: z.literal('rests'), rests: z.array(restSchema) }),
    z.object({ type: z.literal('trace'), trace: traceSchema }),
    z.object({
      type: z.literal('answered'),
      id: z.number(),
      answer: z.exactOptional(answerSchema),
    }),
    z.object({ type: z.literal('chatText'), id: z.number(), text: z.string() }),
    z.object({ type: z.literal('chatEnded'), id: z.number() }),
  ]),
);

/** What an earlier session kept; nothing of what cannot be read. */
export function readStoredRests(value: unknown): readonly StoredRest[] {
  return z.array(restSchema).safeParse(value).data ?? [];
}

/** A message of the worker, or undefined for anything that is none. */
export function readWorkerMessage(value: unknown): FromWorker | undefined {
  return fromWorkerSchema.safeParse(value).data;
}
