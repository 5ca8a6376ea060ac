// What a window pays for when it opens, each measured in a new process: nothing is warm there either.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as z from 'zod/mini';
import { packExtension } from '../scripts/package';
import { PROJECT_FOLDER } from '../scripts/project';
import type { Effort } from './cells';
import { BENCH_FOLDER, startChild } from './child';
import { limitRow, type Row } from './row';

/** Loading is most of an activation; `npm run bench:host` has all of it, by the clock of VS Code. */
export async function activationRow({ repetitions }: Effort): Promise<readonly Row[]> {
  const bundle = path.join(PROJECT_FOLDER, 'dist/extension.js');
  const values = await measure(repetitions, 'loadExtension', [bundle]);
  return [
    limitRow({
      work: 'Activation: loading `dist/extension.js` in a new process',
      goal: '≤ 20 ms',
      values,
      unit: 'ms',
      isMet: (ms) => ms <= 20,
    }),
  ];
}

/** The first start, which compiles, is not counted where Node keeps what it compiled. */
export async function workerReadyRow({ repetitions }: Effort): Promise<readonly Row[]> {
  const storage = mkdtempSync(path.join(tmpdir(), 'switchyard-bench-'));
  try {
    const [first = Number.NaN] = await measure(1, 'startWorker', [PROJECT_FOLDER, storage]);
    const values = await measure(repetitions, 'startWorker', [PROJECT_FOLDER, storage]);
    return [
      limitRow({
        work: "From the worker's start to its port, in a new process",
        goal: '≤ 150 ms, not awaited',
        values,
        unit: 'ms',
        reference: `the very first ${first.toFixed(0)} ms`,
        isMet: (ms) => ms <= 150,
      }),
    ];
  } finally {
    rmSync(storage, { recursive: true, force: true });
  }
}

/** What is built, and the package that it makes. */
export async function sizeRows(): Promise<readonly Row[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-bench-'));
  const row = (work: string, file: string, limitKb: number) =>
    limitRow({
      work,
      goal: `≤ ${limitKb} kB`,
      values: [statSync(file).size / 1000],
      unit: 'kB',
      isMet: (kilobytes) => kilobytes <= limitKb,
    });
  try {
    return [
      row('`dist/extension.js`', path.join(PROJECT_FOLDER, 'dist/extension.js'), 150),
      row('`.vsix`', await packExtension(folder), 700),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const told = z.object({ ms: z.number() });

async function measure(
  processes: number,
  script: string,
  parameters: readonly string[],
): Promise<readonly number[]> {
  const values: number[] = [];
  while (values.length < processes) {
    const child = startChild({
      script: path.join(BENCH_FOLDER, `${script}.js`),
      parameters,
      // There lies what stands in for VS Code.
      environment: { NODE_PATH: BENCH_FOLDER },
    });
    values.push(told.parse(JSON.parse(await child.firstLine)).ms);
    await child.stop();
  }
  return values;
}
