// What the suite in the extension host writes for the process that started it.
import * as z from 'zod/mini';

const run = z.object({
  subject: z.enum(['extension', 'mainThread']),
  /** Since the start of the batch; absent where the main thread was left alone. */
  blocked: z.optional(z.object({ fromMs: z.number(), toMs: z.number() })),
  delays: z.array(z.object({ atMs: z.number(), delayMs: z.number() })),
});
export type HostRun = z.infer<typeof run>;

export const hostResult = z.object({
  vscodeVersion: z.string(),
  runs: z.array(run),
  /** From the command to a proxy that answers. */
  startMs: z.array(z.number()),
  /** To load the extension's bundle in a new process. */
  coldLoadMs: z.array(z.number()),
});
export type HostResult = z.infer<typeof hostResult>;

/** What VS Code itself counted: loading the bundle and the synchronous part of `activate`. */
export const windowStart = z.object({ loadMs: z.number(), activateMs: z.number() });
export type WindowStart = z.infer<typeof windowStart>;

/** Beside the suites: both sides know where. */
export const resultFileName = 'result.json';
export const windowStartFileName = 'windowStart.json';
