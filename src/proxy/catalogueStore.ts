import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod/mini';
import { maxListedModels, readLearnedFacts, readModelId } from './learnedModels';
import type { ModelFacts } from './types';

/** What was learned of a source, and when. Times are epoch ms. */
export interface StoredList {
  /** When it last answered, be it nonsense. */
  readonly askedAt: number;
  /** When it last answered with what is kept here; absent where it never has. */
  readonly learnedAt?: number;
}

export interface StoredProvider extends StoredList {
  /** A hash of the address that was asked: another address is another provider. */
  readonly source: string;
  readonly listed?: readonly string[];
  readonly facts: Readonly<Record<string, ModelFacts>>;
}

export interface StoredModelsDev extends StoredList {
  readonly facts: Readonly<Record<string, Readonly<Record<string, ModelFacts>>>>;
}

/** The refreshed catalogue as it is kept, one for all windows. Holds no key. */
export interface StoredCatalogue {
  readonly providers: Readonly<Record<string, StoredProvider>>;
  readonly modelsDev?: StoredModelsDev;
}

/** Keeps the last good copy. Neither method ever rejects: without a working disk it lasts as long as the window. */
export interface CatalogueStore {
  read(): Promise<StoredCatalogue>;
  write(catalogue: StoredCatalogue): Promise<void>;
}

export const emptyCatalogue: StoredCatalogue = { providers: {} };

const maxFileBytes = 16 * 1024 * 1024;

/** Keeps it in `catalogue.json` of a folder, which is made when there is something to keep. */
export function createCatalogueStore(folder: string): CatalogueStore {
  const file = path.join(folder, 'catalogue.json');
  return {
    async read() {
      try {
        if ((await stat(file)).size > maxFileBytes) return emptyCatalogue;
        return readStoredCatalogue(JSON.parse(await readFile(file, 'utf8')));
      } catch {
        // Absent, or cut off by a full disk: what came with this version is in force until the next refresh.
        return emptyCatalogue;
      }
    },
    async write(catalogue) {
      const part = `${file}.${randomUUID()}.part`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(part, JSON.stringify(catalogue));
        // In one step, so that another window never reads half a file.
        await rename(part, file);
      } catch {
        await rm(part, { force: true }).catch(() => undefined);
      }
    },
  };
}

/** What an earlier session, or another version, kept; nothing of what cannot be read. */
export function readStoredCatalogue(value: unknown): StoredCatalogue {
  return storedSchema.safeParse(value).data ?? emptyCatalogue;
}

/** Of each source the newer of two copies. */
export function newerOf(one: StoredCatalogue, other: StoredCatalogue): StoredCatalogue {
  const providers = { ...one.providers };
  for (const [id, entry] of Object.entries(other.providers)) {
    if ((providers[id]?.askedAt ?? 0) < entry.askedAt) providers[id] = entry;
  }
  const isNewer = (one.modelsDev?.askedAt ?? 0) < (other.modelsDev?.askedAt ?? 0);
  const modelsDev = isNewer ? other.modelsDev : one.modelsDev;
  return { providers, ...(modelsDev === undefined ? {} : { modelsDev }) };
}

const timeSchema = z.number().check(z.gte(0));
const factsSchema = z.pipe(
  z.record(z.string(), z.unknown()),
  z.transform((models): Readonly<Record<string, ModelFacts>> => {
    const known = Object.entries(models).slice(0, maxListedModels);
    return Object.fromEntries(
      known.flatMap(([id, facts]) =>
        readModelId(id) === undefined ? [] : [[id, readLearnedFacts(facts)] as const],
      ),
    );
  }),
);

const storedSchema = z.object({
  providers: z.record(
    z.string(),
    z.object({
      source: z.string(),
      askedAt: timeSchema,
      learnedAt: z.exactOptional(timeSchema),
      listed: z.exactOptional(
        z.array(z.string().check(z.maxLength(200))).check(z.maxLength(maxListedModels)),
      ),
      facts: factsSchema,
    }),
  ),
  modelsDev: z.exactOptional(
    z.object({
      askedAt: timeSchema,
      learnedAt: z.exactOptional(timeSchema),
      facts: z.record(z.string(), factsSchema),
    }),
  ),
});
