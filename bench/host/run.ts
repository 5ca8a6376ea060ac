// `npm run bench:host`: streams through the extension in a real extension host whose main thread is blocked.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { ARTIFACTS_FOLDER, buildProject, PROJECT_FOLDER } from '../../scripts/project';
import { runHostSuite } from '../../test/support/hostSuite';
import { chosenHostVersion } from '../../test/support/installHost';
import { delayQuantile } from '../cells';
import { BENCH_FOLDER } from '../child';
import { markdownTable, writePart, writePicture } from '../document';
import { buildProcesses } from '../lab';
import { type Line, lineChart } from '../plot';
import { inDigits, limitRow, noise, type Row } from '../row';
import { median, quantile, spreadOf } from '../statistics';
import {
  type HostResult,
  type HostRun,
  hostResult,
  resultFileName,
  type WindowStart,
  windowStart,
  windowStartFileName,
} from './plan';

const suiteFolder = path.join(BENCH_FOLDER, 'host');

async function main(): Promise<void> {
  await buildProject();
  await buildProcesses();
  await buildSuites();
  // In windows of their own: later ones find more in the system's caches than the first, as a person's windows do.
  const starts: WindowStart[] = [];
  for (let window = 0; window < windowStarts; window += 1) {
    starts.push(windowStart.parse(await resultOf('windowStart', windowStartFileName)));
  }
  const result = hostResult.parse(await resultOf('suite', resultFileName));
  const lines = tables(result, starts);
  console.log(lines.join('\n'));
  writePicture('benchmarks-host.svg', picture(result.runs));
  writePart('host', [
    ...lines,
    '',
    '![Delay of each event while the main thread is blocked](benchmarks-host.svg)',
  ]);
}

const windowStarts = 5;

/** What a suite wrote in a window of its own. */
async function resultOf(suite: string, fileName: string): Promise<unknown> {
  const file = path.join(suiteFolder, fileName);
  rmSync(file, { force: true });
  await runHostSuite({
    version: chosenHostVersion(),
    extensionFolder: PROJECT_FOLDER,
    suite: path.join(suiteFolder, suite),
    artifactsFolder: ARTIFACTS_FOLDER,
  });
  return JSON.parse(readFileSync(file, 'utf8'));
}

async function buildSuites(): Promise<void> {
  await build({
    entryPoints: ['suite', 'windowStart'].map((name) =>
      path.join(PROJECT_FOLDER, `bench/host/${name}.ts`),
    ),
    outdir: suiteFolder,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
}

const subjects = { extension: 'Switchyard', mainThread: 'a byte pipe on the main thread' } as const;

function tables(
  { vscodeVersion, runs, startMs, coldLoadMs }: HostResult,
  starts: readonly WindowStart[],
): readonly string[] {
  const rows = (['extension', 'mainThread'] as const).flatMap((subject) =>
    ([false, true] as const).map((isBlocked) => {
      const chosen = runs.filter(
        (run) => run.subject === subject && (run.blocked !== undefined) === isBlocked,
      );
      const at = (share: number) => {
        const spread = spreadOf(chosen.map(({ delays }) => delayQuantile(delays, share)));
        return `${inDigits(spread.median)} ms [${noise(spread)}]`;
      };
      return [subjects[subject], isBlocked ? 'blocked 2 s' : 'free', at(0.5), at(0.99), at(1)];
    }),
  );
  return [
    `VS Code ${vscodeVersion}, translated streams.`,
    '',
    ...markdownTable(['Delay of an event', 'Main thread', 'p50', 'p99', 'longest'], rows),
    '',
    ...startTable({ startMs, coldLoadMs }, starts),
  ];
}

function startTable(
  { startMs, coldLoadMs }: Pick<HostResult, 'startMs' | 'coldLoadMs'>,
  starts: readonly WindowStart[],
): readonly string[] {
  const rows = [
    limitRow({
      work: 'Activation: loading the bundle in a new process of this Node',
      goal: '≤ 20 ms',
      values: coldLoadMs,
      unit: 'ms',
      isMet: (ms) => ms <= 20,
    }),
    activationRow(starts),
    limitRow({
      work: 'From Start to a proxy that answers, in its new thread',
      goal: '≤ 150 ms, not awaited',
      values: startMs,
      unit: 'ms',
      isMet: (ms) => ms <= 150,
    }),
  ];
  return markdownTable(
    ['Start', 'Goal', 'Figure', 'Beside it', 'Noise', 'Verdict'],
    rows.map((row) => [row.work, row.goal, row.figure, row.reference, row.noise, row.verdict]),
  );
}

/** In windows that start, while all else in them starts too. */
function activationRow(starts: readonly WindowStart[]): Row {
  const medianOf = (part: keyof WindowStart) => median(starts.map((start) => start[part]));
  return limitRow({
    work: 'Activation: all its synchronous work, by the clock of VS Code in a window that starts',
    goal: '≤ 20 ms',
    values: starts.map(({ loadMs, activateMs }) => loadMs + activateMs),
    unit: 'ms',
    reference: `${medianOf('loadMs')} ms loading, ${medianOf('activateMs')} ms in \`activate\``,
    isMet: (ms) => ms <= 20,
  });
}

const sliceMs = 100;
const shownMs = 5_000;

/** The slowest event of each tenth of a second, in the middle one of the repetitions: thread free, and blocked. */
function picture(runs: readonly HostRun[]): string {
  const blocked = runs.filter((run) => run.blocked !== undefined);
  const lines = (['extension', 'mainThread'] as const).flatMap((subject) =>
    ([true, false] as const).map((isBlocked): Line => {
      const own = runs.filter(
        (run) => run.subject === subject && (run.blocked !== undefined) === isBlocked,
      );
      return {
        name: `${subjects[subject]}, ${isBlocked ? 'blocked' : 'free'}`,
        points: slowest(own[Math.floor(own.length / 2)]),
        ...(isBlocked ? {} : { isDashed: true }),
      };
    }),
  );
  const bands = blocked.slice(0, 1).flatMap(({ blocked: span }) => {
    if (span === undefined) return [];
    return [{ from: span.fromMs / 1000, to: span.toMs / 1000, name: 'main thread blocked' }];
  });
  return lineChart({
    title: 'Slowest event of each tenth of a second, 16 streams',
    x: { name: 'seconds', scale: 'linear', ticks: [0, 1, 2, 3, 4, 5], label: String },
    y: {
      name: 'delay, ms',
      scale: 'log',
      ticks: [0.1, 1, 10, 100, 1_000, 10_000],
      label: (value) => value.toLocaleString('en-US'),
    },
    lines,
    bands,
  });
}

function slowest(run: HostRun | undefined): Line['points'] {
  const slices = new Map<number, number[]>();
  for (const { atMs, delayMs } of run?.delays ?? []) {
    // By when it was written: what waited in a blocked thread all comes at once.
    const slice = Math.floor((atMs - delayMs) / sliceMs);
    slices.set(slice, [...(slices.get(slice) ?? []), delayMs]);
  }
  return [...slices]
    .filter(([slice]) => slice * sliceMs <= shownMs)
    .toSorted(([left], [right]) => left - right)
    .map(([slice, delays]) => [(slice * sliceMs) / 1000, quantile(delays, 1)] as const);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
