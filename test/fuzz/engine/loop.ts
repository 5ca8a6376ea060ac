// The fuzzer's loop, in a worker thread: its parent watches over it from outside, since an input may hang it.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { createRandom, mutate, type Pantry } from './mutate';
import { readTask, type Task, type Told } from './task';

declare global {
  // Written by the instrumented program.
  var __hits: Uint8Array;
}

export type Target = (data: Buffer) => Promise<void>;

/** Runs `target` over the corpus and what comes of it until the time is over, or until an input fails. */
export async function loop(target: Target): Promise<void> {
  const task = readTask(workerData);
  const state: State = {
    task,
    target,
    seen: new Uint8Array(globalThis.__hits.length),
    corpus: [],
    executions: 0,
    random: createRandom(task.seed),
  };
  const startedAt = Date.now();
  for (const folder of task.seedFolders) {
    for (const seed of seedsIn(folder)) if (!(await tryInput(state, seed))) return;
  }
  if (state.corpus.length === 0) state.corpus.push(Buffer.from('{}'));
  const words = task.words.map((word) => Buffer.from(word));
  const pantry: Pantry = {
    random: state.random,
    words,
    maxBytes: task.maxBytes,
    other: () => pick(state),
  };
  const endsAt = startedAt + task.seconds * 1_000;
  let settledBytes: number | undefined;
  while (Date.now() < endsAt) {
    for (let count = 0; count < 200; count += 1) {
      if (!(await tryInput(state, mutate(pick(state), pantry)))) return;
    }
    // Caches are warm by then.
    if (settledBytes === undefined && Date.now() > (startedAt + endsAt) / 2)
      settledBytes = heapBytes(state);
  }
  const grownMb = (heapBytes(state) - (settledBytes ?? heapBytes(state))) / 1024 / 1024;
  tell({
    is: 'done',
    executions: state.executions,
    corpus: state.corpus.length,
    blocks: state.seen.reduce((count, bits) => count + (bits === 0 ? 0 : 1), 0),
    grownMb,
  });
}

interface State {
  readonly task: Task;
  readonly target: Target;
  /** Per block, the classes of counts that were seen. */
  readonly seen: Uint8Array;
  readonly corpus: Buffer[];
  readonly random: ReturnType<typeof createRandom>;
  executions: number;
}

/** The newest inputs have been tried the least. */
function pick({ corpus, random }: State): Buffer {
  const isNew = random.below(2) === 0;
  const from = isNew ? Math.max(0, corpus.length - 32) : 0;
  return corpus[from + random.below(corpus.length - from)] ?? Buffer.from('{}');
}

/** False after a finding. */
async function tryInput(state: State, input: Buffer): Promise<boolean> {
  const { task } = state;
  const hits = globalThis.__hits;
  hits.fill(0);
  // For the parent, should this be the last that is heard of us.
  task.current.set(input.subarray(0, task.current.length));
  Atomics.store(task.beat, 1, Math.min(input.length, task.current.length));
  Atomics.add(task.beat, 0, 1);
  state.executions += 1;
  try {
    await state.target(input);
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ is: 'finding', executions: state.executions, why, input: await smallest(state, input) });
    return false;
  }
  if (isNews(hits, state.seen)) {
    state.corpus.push(input);
    keep(task.corpusFolder, input);
  }
  return true;
}

/** Counts fall into classes, so that "once more" is news for a loop only now and then. */
function isNews(hits: Uint8Array, seen: Uint8Array): boolean {
  let isNew = false;
  for (let block = 0; block < hits.length; block += 1) {
    const count = hits[block] ?? 0;
    if (count === 0) continue;
    const bit =
      1 <<
      (count < 4
        ? count - 1
        : count < 8
          ? 3
          : count < 16
            ? 4
            : count < 32
              ? 5
              : count < 128
                ? 6
                : 7);
    const before = seen[block] ?? 0;
    if ((before & bit) === 0) {
      seen[block] = before | bit;
      isNew = true;
    }
  }
  return isNew;
}

/** The input with everything left out that it fails without. */
async function smallest(state: State, input: Buffer): Promise<Buffer> {
  let best = input;
  for (let size = best.length >> 1; size > 0; size >>= 1) {
    for (let from = 0; from + size <= best.length; ) {
      const shorter = Buffer.concat([best.subarray(0, from), best.subarray(from + size)]);
      if (await fails(state, shorter)) best = shorter;
      else from += size;
    }
  }
  return best;
}

async function fails({ target }: State, input: Buffer): Promise<boolean> {
  try {
    await target(input);
    return false;
  } catch {
    // The same failure or another one: each is worth a look.
    return true;
  }
}

function seedsIn(folder: string): readonly Buffer[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  return names.map((name) => readFileSync(path.join(folder, name)));
}

function keep(folder: string, input: Buffer): void {
  mkdirSync(folder, { recursive: true });
  const name = createHash('sha256').update(input).digest('hex').slice(0, 16);
  writeFileSync(path.join(folder, name), input);
}

/** Live objects, without the corpus itself. */
function heapBytes({ corpus }: State): number {
  globalThis.gc?.();
  const inputs = corpus.reduce((sum, input) => sum + input.length, 0);
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external - inputs;
}

function tell(told: Told): void {
  parentPort?.postMessage(told);
}
