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
  },
): void {
  const { entry, change, failure } = happened;
  const name = `${entry.scope} ${entry.key}`;
  if (change === 'closed') {
    log.info(`${name} is back`);
    return;
  }
  const repeated = change === 'reopened' ? 'still ' : '';
  log.warn(
    `${repeated}resting ${name} ${restText(entry, now)} after ${failure?.kind ?? 'failures'}`,
  );
}

function restText({ untilAt }: HealthEntry, now: number): string {
  if (untilAt === undefined) return 'until its key changes';
  return `for ${Math.max(1, Math.round((untilAt - now) / 1000))} s`;
}
