import type { Core } from './core';
import type { HealthChange, HealthEntry } from './health';
import type { Logger } from './log';
import type { Failure } from './types';

/** Announces each change of what is remembered once, in one line. */
export function logHealthChange(
  log: Logger,
  now: number,
  happened: {
    readonly entry: HealthEntry;
    readonly change: HealthChange;
    readonly failure: Failure | undefined;
    /** The target that serves in place of the resting one. */
    readonly instead: string | undefined;
  },
): void {
  const { entry, change, failure, instead } = happened;
  const name = `${entry.scope} ${entry.key}`;
  if (change === 'closed') {
    log.info(`${name} is back`);
    return;
  }
  const repeated = change === 'reopened' ? 'still ' : '';
  const count =
    entry.consecutiveFailures > 1 ? `${entry.consecutiveFailures} failures, the last ` : '';
  const why = `after ${count}${failure?.kind ?? 'unknown'}`;
  const using = instead === undefined ? '' : `; using ${instead}`;
  log.warn(`${repeated}resting ${name} ${restText(entry, now)} ${why}${using}`);
}

/** The next target in the first chain that holds a resting target, if one is not resting too. */
export function standIn(core: Core, entry: HealthEntry): string | undefined {
  if (entry.scope !== 'target') return undefined;
  const resting = new Set(
    core.health
      .snapshot()
      .flatMap(({ scope, key, state }) => (scope === 'target' && state !== 'closed' ? [key] : [])),
  );
  for (const { models } of core.table().scenarios) {
    const at = models.indexOf(entry.key);
    if (at >= 0) return models.slice(at + 1).find((name) => !resting.has(name));
  }
  return undefined;
}

function restText({ untilAt }: HealthEntry, now: number): string {
  if (untilAt === undefined) return 'until its key changes';
  return `for ${Math.max(1, Math.round((untilAt - now) / 1000))} s`;
}
