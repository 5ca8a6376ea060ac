// `npm run bench:growth`: how the cost of a request grows with its body and with how many run at once.
import path from 'node:path';
import { buildProject, PROJECT_FOLDER } from '../scripts/project';
import { metrics, runCell, warmUp } from './cells';
import { markdownTable, writePart, writePicture } from './document';
import { type Batch, buildProcesses, type Lab, type Subject, startLab } from './lab';
import { type Axis, type Line, lineChart } from './plot';
import { inDigits } from './row';
import { fittedExponent, median } from './statistics';

const bodySizes = [1_000, 4_000, 16_000, 64_000, 256_000, 1_000_000, 4_000_000];
/** Below it the fixed cost of a request hides how it grows. */
const leastFittedBytes = 64_000;
const concurrencies = [1, 4, 16, 64, 256];
const effort = { repetitions: 5, share: 1, warmUpMs: 8_000 };

async function main(): Promise<void> {
  await buildProcesses();
  await buildProject();
  const lab = await startLab({ entry: path.join(PROJECT_FOLDER, 'dist/standalone.js') });
  const subjects = [lab.pipeUndici, lab.pass, lab.translate];
  try {
    await warmUp(lab, subjects, effort);
    const bySize = await grow(lab, subjects, bodySizes, (bodyBytes) => ({
      script: 'stream-5',
      bodyBytes,
      // As much work in each batch, so that short ones are not lost in noise.
      requests: Math.max(6, Math.min(200, Math.round(6_000_000 / bodyBytes))),
      concurrency: 2,
    }));
    const byConcurrency = await grow(lab, subjects, concurrencies, (concurrency) => ({
      script: 'stream-50',
      bodyBytes: 16_000,
      // Each client asks several times: opening its connection is not what is measured.
      requests: 1_024,
      concurrency,
    }));
    document(bySize, byConcurrency);
  } finally {
    await lab.stop();
  }
}

/** Median CPU per request of each subject at each step. */
async function grow(
  lab: Lab,
  subjects: readonly Subject[],
  steps: readonly number[],
  batchAt: (step: number) => Batch,
): Promise<readonly Line[]> {
  const points = new Map<string, (readonly [number, number])[]>(
    subjects.map(({ name }) => [name, []]),
  );
  for (const step of steps) {
    const results = await runCell(lab, subjects, batchAt(step), effort);
    for (const [name, repetitions] of results) {
      const cost = median(repetitions.map(metrics.cpuMsPerRequest));
      points.get(name)?.push([step, cost]);
      console.log(`${step}  ${name}: ${inDigits(cost)} ms`);
    }
  }
  return [...points].map(([name, points]) => ({ name, points }));
}

function document(bySize: readonly Line[], byConcurrency: readonly Line[]): void {
  const cost: Axis = {
    name: 'CPU per request, ms',
    scale: 'log',
    ticks: [0.1, 1, 10, 100],
    label: String,
  };
  writePicture(
    'benchmarks-body-size.svg',
    lineChart({
      title: 'Cost of a request over the size of its body',
      x: { name: 'body', scale: 'log', ticks: bodySizes, label: bytesInWords },
      y: cost,
      lines: bySize,
    }),
  );
  writePicture(
    'benchmarks-concurrency.svg',
    lineChart({
      title: 'Cost of a request over how many run at once (16 kB, 50 events)',
      x: { name: 'requests at once', scale: 'log', ticks: concurrencies, label: String },
      y: cost,
      lines: byConcurrency,
    }),
  );
  const exponent = (points: Line['points']) => inDigits(fittedExponent(points));
  const large = (points: Line['points']) => points.filter(([bytes]) => bytes >= leastFittedBytes);
  const rows = bySize.map(({ name, points }) => {
    const atOnce = byConcurrency.find((line) => line.name === name)?.points ?? [];
    return [name, exponent(large(points)), exponent(atOnce)];
  });
  writePart('growth', [
    ...markdownTable(['', 'exponent over the body, from 64 kB', 'exponent over concurrency'], rows),
    '',
    '![Cost of a request over the size of its body](benchmarks-body-size.svg)',
    '![Cost of a request over how many run at once](benchmarks-concurrency.svg)',
  ]);
}

function bytesInWords(bytes: number): string {
  return bytes >= 1_000_000 ? `${bytes / 1_000_000} MB` : `${bytes / 1_000} kB`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
