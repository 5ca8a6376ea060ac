// What the bench's processes tell one another: every message is read by its schema, so that a change on one side shows.
import * as z from 'zod/mini';

/** Replaced by the number of the request: no two bodies are equal, as no two turns of a conversation are. */
export const turnMark = 'turn-00000000';

/** One batch of requests that differ in their last words only. */
export const loadOrder = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  requests: z.number(),
  concurrency: z.number(),
  expectedStatus: z.number(),
  /** `all` drains the answers; `delays` also takes the times out of a paced stream. */
  read: z.enum(['all', 'delays']),
});
export type LoadOrder = z.infer<typeof loadOrder>;

/** Milliseconds. */
export const loadResult = z.object({
  wallMs: z.number(),
  firstByteMs: z.array(z.number()),
  totalMs: z.array(z.number()),
  /** Of each marked event: when it came, since the start of the batch, and how long after it was written. */
  delays: z.array(z.object({ atMs: z.number(), delayMs: z.number() })),
});
export type LoadResult = z.infer<typeof loadResult>;

/** Streams that are opened and then neither read nor closed until they are released. */
export const holdOrder = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string(),
  streams: z.number(),
});
export type HoldOrder = z.infer<typeof holdOrder>;

export const question = z.discriminatedUnion('ask', [
  z.object({ id: z.number(), ask: z.literal('load'), order: loadOrder }),
  z.object({ id: z.number(), ask: z.literal('hold'), order: holdOrder }),
  z.object({ id: z.number(), ask: z.literal('release') }),
  z.object({ id: z.number(), ask: z.literal('cpu') }),
  z.object({ id: z.number(), ask: z.literal('memory') }),
  z.object({ id: z.number(), ask: z.literal('collect') }),
  z.object({ id: z.number(), ask: z.literal('watchLoop') }),
  z.object({ id: z.number(), ask: z.literal('longestBlock') }),
  z.object({ id: z.number(), ask: z.literal('startProfile') }),
  z.object({ id: z.number(), ask: z.literal('profile') }),
  z.object({ id: z.number(), ask: z.literal('calls') }),
  z.object({
    id: z.number(),
    ask: z.literal('turns'),
    /** One conversation, each body a turn longer than the one before. */
    bodies: z.array(z.string()),
    headers: z.record(z.string(), z.string()),
    rounds: z.number(),
  }),
]);
export type Question = z.infer<typeof question>;
type WithoutId<Each> = Each extends unknown ? Omit<Each, 'id'> : never;
export type Asked = WithoutId<Question>;

export const reply = z.object({
  id: z.number(),
  value: z.optional(z.unknown()),
  error: z.optional(z.string()),
});

/** Bytes. `liveBytes`: heap and external memory in use. */
export const memory = z.object({ rssBytes: z.number(), liveBytes: z.number() });
export type Memory = z.infer<typeof memory>;
