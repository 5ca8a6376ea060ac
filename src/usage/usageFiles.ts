import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readUsageDay, sumByDay, sumDays, type UsageDay, usageDayText } from './usageDay';

/**
 * The history on disk: a file for each day and window, so that each file has one writer and no window can undo what another
 * counted. Who wants a day sums its files. Every method rejects with the file system's error.
 */
export interface UsageFiles {
  /** Adds to this window's file of the day. */
  add(increment: UsageDay): Promise<void>;
  /** The days from `firstDay` on that have something to tell, oldest first. */
  read(firstDay: string): Promise<readonly UsageDay[]>;
  /** Removes the days before `firstDay`, and more of the oldest while all are too large. */
  prune(firstDay: string): Promise<void>;
  clear(): Promise<void>;
}

export interface UsageFilesOptions {
  readonly folder: string;
  /** Of this window; no other that runs at the same time may have it. Letters and digits. */
  readonly windowId: string;
  readonly maxBytes: number;
  /** A file could not be read and was set aside under this name. */
  readonly onDamaged: (file: string) => void;
}

export function usageFiles({
  folder,
  windowId,
  maxBytes,
  onDamaged,
}: UsageFilesOptions): UsageFiles {
  /** Undefined where there is none: never written, cleared by another window, or damaged and set aside. */
  async function readDay(name: string): Promise<UsageDay | undefined> {
    const file = path.join(folder, name);
    const text = await readFile(file, 'utf8').catch(missing);
    if (text === undefined) return undefined;
    const day = readUsageDay(text);
    if (day !== undefined) return day;
    await rename(file, `${file}${damagedEnding}`).catch(missing);
    onDamaged(`${file}${damagedEnding}`);
    return undefined;
  }

  async function names(): Promise<readonly string[]> {
    const all = (await readdir(folder).catch(missing)) ?? [];
    return all.filter((name) => ownName.test(name)).sort();
  }

  return {
    async add(increment) {
      const name = `${increment.day}.${windowId}.json`;
      const before = await readDay(name);
      const sum = sumDays(increment.day, before === undefined ? [increment] : [before, increment]);
      await mkdir(folder, { recursive: true });
      // Readers see the file before or after, never half of it.
      const draft = path.join(folder, `${name}.tmp`);
      await writeFile(draft, usageDayText(sum));
      await rename(draft, path.join(folder, name));
    },
    async read(firstDay) {
      const wanted = (await names()).filter((name) => name >= firstDay && name.endsWith('.json'));
      const parts = await Promise.all(wanted.map(readDay));
      return sumByDay(parts.flatMap((part) => part ?? []));
    },
    async prune(firstDay) {
      let bytes = 0;
      // The newest first: what does not fit any more is the oldest.
      for (const name of (await names()).toReversed()) {
        const file = path.join(folder, name);
        bytes += (await stat(file).catch(missing))?.size ?? 0;
        if (name < firstDay || bytes > maxBytes) await rm(file, { force: true });
      }
    },
    async clear() {
      for (const name of await names()) await rm(path.join(folder, name), { force: true });
    },
  };
}

const damagedEnding = '.damaged';
const ownName = /^\d{4}-\d{2}-\d{2}\.\w+\.json(\.tmp|\.damaged)?$/;

/** For files that another window removed meanwhile. */
function missing(error: unknown): undefined {
  const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
  if (!isMissing) throw error;
}
