import * as z from 'zod/mini';
import { type RequestTrace, servingAttempt } from '../proxy/requestTrace';

/** What requests used, summed. Costs are in USD by the catalogue's prices. */
export interface UsageCounts {
  readonly requests: number;
  /** Nothing served them, or the answer broke off. */
  readonly failures: number;
  /** The client left before its answer was complete. */
  readonly cancelled: number;
  /** Not from the cache. */
  readonly inputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  readonly outputTokens: number;
  readonly cost: number;
  /** What it would have been, had the upstreams cached nothing. */
  readonly costWithoutCache: number;
  /** What it would have been, had background work gone to the default chain. */
  readonly costOnDefault: number;
  /** Served requests that are not in the costs: the price or the usage is not known. */
  readonly unpriced: number;
}

export interface ModelUsage extends UsageCounts {
  /** `provider/model`; empty where nothing served. */
  readonly model: string;
  readonly scenario: string;
}

/** A conversation, by the short hash that its traces have. */
export interface SessionUsage extends UsageCounts {
  readonly session: string;
  /** Epoch ms. */
  readonly firstAt: number;
  readonly lastAt: number;
}

/** What was used on one day. No content, nothing that tells what was asked. */
export interface UsageDay {
  /** `YYYY-MM-DD`, in the local time of the machine. */
  readonly day: string;
  readonly models: readonly ModelUsage[];
  readonly sessions: readonly SessionUsage[];
}

export function dayOf(at: number): string {
  const date = new Date(at);
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}

/** The first of the last `count` days, the one of `at` among them. By the calendar: not every day has 24 hours. */
export function firstDayOf(count: number, at: number): string {
  const date = new Date(at);
  const noon = 12;
  return dayOf(
    new Date(date.getFullYear(), date.getMonth(), date.getDate() - count + 1, noon).getTime(),
  );
}

/** What one request that has ended adds to its day; undefined for one that used no upstream. */
export function usageOf(trace: RequestTrace): UsageDay | undefined {
  const { endedAt, outcome, scenario } = trace;
  if (endedAt === undefined || outcome === undefined || outcome === 'answeredHere')
    return undefined;
  const counts = countsOf(trace);
  const model = servingAttempt(trace)?.target ?? '';
  const session = { session: trace.facts.sessionId, firstAt: trace.startedAt, lastAt: endedAt };
  return {
    day: dayOf(endedAt),
    models: [{ model, scenario, ...counts }],
    sessions: [{ ...session, ...counts }],
  };
}

/** The sum of those accounts that are of this day. Bounded, whatever clients send. */
export function sumDays(day: string, parts: readonly UsageDay[]): UsageDay {
  const models = new Map<string, ModelUsage>();
  const sessions = new Map<string, SessionUsage>();
  for (const part of parts.filter((one) => one.day === day)) {
    for (const row of part.models) {
      const isFull = models.size >= maxModels;
      const own = JSON.stringify([row.model, row.scenario]);
      const key = isFull && !models.has(own) ? otherModels : own;
      const known = models.get(key) ?? { ...noCounts, ...namesOf(row, key) };
      models.set(key, { ...known, ...addCounts(known, row) });
    }
    for (const row of part.sessions) {
      const known = sessions.get(row.session) ?? { ...row, ...noCounts };
      const firstAt = Math.min(known.firstAt, row.firstAt);
      const lastAt = Math.max(known.lastAt, row.lastAt);
      sessions.set(row.session, { ...known, ...addCounts(known, row), firstAt, lastAt });
    }
  }
  const dearest = [...sessions.values()].sort((a, b) => b.cost - a.cost || b.lastAt - a.lastAt);
  return { day, models: [...models.values()], sessions: dearest.slice(0, maxSessions) };
}

/** One account for each day, oldest first. */
export function sumByDay(parts: readonly UsageDay[]): readonly UsageDay[] {
  const days = [...new Set(parts.map(({ day }) => day))].sort();
  return days.map((day) => sumDays(day, parts));
}

export const noCounts: UsageCounts = {
  requests: 0,
  failures: 0,
  cancelled: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  cost: 0,
  costWithoutCache: 0,
  costOnDefault: 0,
  unpriced: 0,
};

export function addCounts(a: UsageCounts, b: UsageCounts): UsageCounts {
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    cancelled: a.cancelled + b.cancelled,
    inputTokens: a.inputTokens + b.inputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cost: a.cost + b.cost,
    costWithoutCache: a.costWithoutCache + b.costWithoutCache,
    costOnDefault: a.costOnDefault + b.costOnDefault,
    unpriced: a.unpriced + b.unpriced,
  };
}

/** The day that a text of `usageDayText` holds; undefined for anything else. */
export function readUsageDay(text: string): UsageDay | undefined {
  try {
    const { version: _version, ...day } = fileSchema.parse(JSON.parse(text));
    return day;
  } catch {
    // Cut off, or not ours: the caller sets it aside.
    return undefined;
  }
}

export function usageDayText(day: UsageDay): string {
  return JSON.stringify({ version, ...day });
}

/** Clients ask for any model by name: more than these are counted as one. */
const maxModels = 200;
const maxSessions = 50;
const otherModels = 'other';
const version = 1;

function namesOf(row: ModelUsage, key: string): Pick<ModelUsage, 'model' | 'scenario'> {
  if (key === otherModels) return { model: otherModels, scenario: otherModels };
  return { model: row.model, scenario: row.scenario };
}

function countsOf({ outcome, usage, cost, ...trace }: RequestTrace): UsageCounts {
  const isServed = outcome === 'served';
  return {
    requests: 1,
    failures: outcome === 'failed' || outcome === 'brokeOff' ? 1 : 0,
    cancelled: outcome === 'cancelled' ? 1 : 0,
    inputTokens: usage?.inputTokens ?? 0,
    cacheReadTokens: usage?.cacheReadTokens ?? 0,
    cacheWriteTokens: usage?.cacheWriteTokens ?? 0,
    outputTokens: usage?.outputTokens ?? 0,
    cost: cost ?? 0,
    costWithoutCache: cost === undefined ? 0 : (trace.costWithoutCache ?? cost),
    costOnDefault: cost === undefined ? 0 : (trace.costOnDefault ?? cost),
    unpriced: isServed && cost === undefined ? 1 : 0,
  };
}

const count = z.number().check(z.gte(0));
const countsShape = {
  requests: count,
  failures: count,
  cancelled: count,
  inputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  outputTokens: count,
  cost: count,
  costWithoutCache: count,
  costOnDefault: count,
  unpriced: count,
};
const fileSchema = z.object({
  version: z.literal(version),
  day: z.string(),
  models: z.array(z.object({ model: z.string(), scenario: z.string(), ...countsShape })),
  sessions: z.array(
    z.object({ session: z.string(), firstAt: z.number(), lastAt: z.number(), ...countsShape }),
  ),
});
