// Watches over one target from outside: an input that hangs, or eats all memory, is a finding too.
// Usage: node --expose-gc --require tsx/cjs host.ts TASK.json
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { isTold, type Task, type Told } from './task';

/** What is written as JSON to the standard output. */
export interface Outcome {
  readonly executions: number;
  readonly corpus: number;
  readonly blocks: number;
  /** What is wrong, and the file that holds the input. */
  readonly finding?: { readonly why: string; readonly file: string };
}

/** Of the processor: a busy machine may let us wait for long. */
const maxCpuMs = 10_000;
/** Of the clock, for what waits for something that never comes. */
const maxWaitMs = 180_000;
const maxHeapMb = 512;
/** The corpus grows, and so do the engine's caches of compiled patterns. */
const maxGrowthMb = 48;

interface Order extends Omit<Task, 'beat' | 'current'> {
  readonly bundle: string;
  readonly findingsFolder: string;
}

function main(order: Order): void {
  const beat = new Int32Array(new SharedArrayBuffer(8));
  const current = new Uint8Array(new SharedArrayBuffer(order.maxBytes));
  const { bundle, findingsFolder, ...task } = order;
  const worker = new Worker(bundle, {
    workerData: { ...task, beat, current },
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  });
  const currentInput = () => Buffer.from(current.slice(0, Atomics.load(beat, 1)));
  let last = { beat: 0, at: Date.now(), cpuMs: 0 };
  const watch = setInterval(() => {
    const { user, system } = process.cpuUsage();
    const now = { beat: Atomics.load(beat, 0), at: Date.now(), cpuMs: (user + system) / 1_000 };
    if (now.beat !== last.beat) last = now;
    const hangs = now.cpuMs - last.cpuMs > maxCpuMs || now.at - last.at > maxWaitMs;
    if (hangs) finding('it hangs', currentInput());
  }, 1_000);
  worker.on('message', (told: unknown) => {
    if (isTold(told)) judge(told);
  });
  worker.on('error', (error: unknown) =>
    finding(`the thread ended: ${String(error)}`, currentInput()),
  );

  function judge(told: Told): void {
    if (told.is === 'finding') {
      finding(told.why, told.input);
    } else if (told.grownMb > maxGrowthMb) {
      finding(`memory grew by ${Math.round(told.grownMb)} MB`, currentInput());
    } else {
      const { executions, corpus, blocks } = told;
      end({ executions, corpus, blocks });
    }
  }
  function finding(why: string, input: Uint8Array): void {
    mkdirSync(findingsFolder, { recursive: true });
    const name = createHash('sha256').update(input).digest('hex').slice(0, 16);
    const file = path.join(findingsFolder, name);
    writeFileSync(file, input);
    end({ executions: Atomics.load(beat, 0), corpus: 0, blocks: 0, finding: { why, file } });
  }
  function end(outcome: Outcome): void {
    clearInterval(watch);
    process.stdout.write(`${JSON.stringify(outcome)}\n`, () => process.exit());
  }
}

main(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
