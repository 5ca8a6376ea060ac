import type { Clock } from '../proxy/clock';
import type { RequestTrace } from '../proxy/requestTrace';
import { dayOf, firstDayOf, sumByDay, sumDays, type UsageDay, usageOf } from './usageDay';
import type { UsageFiles } from './usageFiles';

export interface UsageHistoryOptions {
  readonly files: UsageFiles;
  readonly clock: Clock;
  /** Told some time after what is known has changed. */
  readonly onChange: () => void;
  /** The history could not be read or written; the same is told once. */
  readonly onProblem: (message: string) => void;
}

/** What was used, day by day, over all windows. Requests are counted at once and written soon. */
export interface UsageHistory {
  add(trace: RequestTrace): void;
  /** As far as it is known without reading. */
  today(): UsageDay;
  /** The last days that have something to tell, oldest first. */
  days(count: number): Promise<readonly UsageDay[]>;
  /** Reads what other windows have written. */
  refresh(): Promise<void>;
  clear(): Promise<void>;
  /** Writes what is not written yet, and counts no more. */
  end(): Promise<void>;
}

/** Days, today among them, that the history keeps. */
export const keptDays = 90;

export function createUsageHistory(options: UsageHistoryOptions): UsageHistory {
  const { files, clock, onChange } = options;
  const now = () => clock.now();
  let written: UsageDay = sumDays(dayOf(now()), []);
  let writing: readonly UsageDay[] = [];
  let waiting: readonly UsageDay[] = [];
  let prunedOn = '';
  const told = new Set<string>();
  let cancelWrite: (() => void) | undefined;
  // One after the other: a reading between the steps of a writing would count twice, or not at all.
  let previous: Promise<unknown> = Promise.resolve();

  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = previous.then(work).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      if (!told.has(message)) options.onProblem(message);
      told.add(message);
    });
    previous = done;
    return done;
  }

  function write(): Promise<void> {
    cancelWrite?.();
    cancelWrite = undefined;
    return inTurn(async () => {
      const today = dayOf(now());
      writing = sumByDay(waiting);
      waiting = [];
      try {
        for (const part of writing) {
          await files.add(part);
          writing = writing.filter((other) => other !== part);
          written = sumDays(today, [written, part]);
        }
      } finally {
        // What failed is tried again with what comes next.
        waiting = [...writing, ...waiting];
        writing = [];
      }
      if (prunedOn !== today) {
        await files.prune(firstDayOf(keptDays, now()));
        prunedOn = today;
      }
    });
  }

  async function readToday(): Promise<void> {
    const today = dayOf(now());
    written = sumDays(today, await files.read(today));
  }

  const history: UsageHistory = {
    add(trace) {
      const increment = usageOf(trace);
      if (increment === undefined) return;
      waiting = [...waiting, increment];
      cancelWrite ??= clock.after(writeDelayMs, () => void write().then(history.refresh));
    },
    today() {
      return sumDays(dayOf(now()), [written, ...writing, ...waiting]);
    },
    async days(count) {
      await write();
      const first = firstDayOf(count, now());
      let days: readonly UsageDay[] = [];
      await inTurn(async () => {
        days = await files.read(first);
      });
      // What could not be written is counted all the same.
      return sumByDay([...days, ...writing, ...waiting]).filter(({ day }) => day >= first);
    },
    async refresh() {
      await inTurn(readToday);
      onChange();
    },
    async clear() {
      await inTurn(async () => {
        waiting = [];
        await files.clear();
        await readToday();
      });
      onChange();
    },
    end: write,
  };
  return history;
}

const writeDelayMs = 2_000;
