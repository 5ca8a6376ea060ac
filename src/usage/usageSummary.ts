import type { BuiltInScenarioName } from '../proxy/scenarioNames';
import {
  addCounts,
  noCounts,
  type SessionUsage,
  sumByDay,
  sumDays,
  type UsageCounts,
  type UsageDay,
} from './usageDay';

/** What was used over some days, by every question that people ask. Rows with the highest cost first. */
export interface UsageSummary {
  readonly total: UsageCounts;
  readonly background: UsageCounts;
  readonly byModel: readonly NamedUsage[];
  readonly byScenario: readonly NamedUsage[];
  /** Oldest first; days without requests are left out. */
  readonly byDay: readonly NamedUsage[];
  readonly sessions: readonly SessionUsage[];
}

export interface NamedUsage extends UsageCounts {
  readonly name: string;
}

export function summarize(parts: readonly UsageDay[]): UsageSummary {
  const days = sumByDay(parts);
  const rows = days.flatMap(({ models }) => models);
  const byScenario = grouped(rows, ({ scenario }) => scenario);
  // As one day: a session that runs past midnight is one.
  const { sessions } = sumDays(
    '',
    days.map((day) => ({ ...day, day: '' })),
  );
  return {
    total: rows.reduce<UsageCounts>(addCounts, noCounts),
    background: byScenario.find(({ name }) => name === background) ?? noCounts,
    byModel: grouped(rows, ({ model }) => model),
    byScenario,
    byDay: days.map(({ day, models }) => ({
      name: day,
      ...models.reduce<UsageCounts>(addCounts, noCounts),
    })),
    sessions,
  };
}

/** Everything that went in, cached or not. */
export function wholeInput(counts: UsageCounts): number {
  return counts.inputTokens + counts.cacheReadTokens + counts.cacheWriteTokens;
}

/** Below zero while a cache has only been written. */
export function savedByCache(counts: UsageCounts): number {
  return counts.costWithoutCache - counts.cost;
}

export function savedByBackground(counts: UsageCounts): number {
  return counts.costOnDefault - counts.cost;
}

const background: BuiltInScenarioName = 'background';

function grouped<Row extends UsageCounts>(
  rows: readonly Row[],
  nameOf: (row: Row) => string,
): readonly NamedUsage[] {
  const groups = new Map<string, NamedUsage>();
  for (const row of rows) {
    const name = nameOf(row);
    groups.set(name, { name, ...addCounts(groups.get(name) ?? noCounts, row) });
  }
  return [...groups.values()].sort((a, b) => b.cost - a.cost || b.requests - a.requests);
}
