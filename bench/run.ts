// `npm run bench [-- --quick]`: measures Switchyard against its goals and writes docs/benchmarks.md.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildProject, PROJECT_FOLDER } from '../scripts/project';
import { type Effort, runMatrix } from './cells';
import { buildProcesses, type Lab, startLab } from './lab';
import { matrixRows } from './matrixRows';
import type { Row } from './row';
import {
  afterManyRequestsRow,
  authStopRow,
  failoverChains,
  failoverRow,
  idleStreamRow,
  longestBlockRow,
  pausedReaderRow,
  sizeRows,
  turnRow,
} from './singleRows';

const wholeEffort: Effort = { repetitions: 7, share: 1 };
const quickEffort: Effort = { repetitions: 3, share: 0.4 };
const chains = 140;

const singles: readonly (readonly [
  what: string,
  measure: (lab: Lab, effort: Effort) => Promise<readonly Row[]>,
])[] = [
  ['auth stop', authStopRow],
  ['failover', (lab, effort) => failoverRow(lab, effort, chains)],
  ['longest block', longestBlockRow],
  ['a turn', (_lab, effort) => turnRow(effort)],
  ['after many requests', afterManyRequestsRow],
  ['idle streams', idleStreamRow],
  ['paused reader', pausedReaderRow],
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, entry: { type: 'string' } },
  });
  const effort = values.quick ? quickEffort : wholeEffort;
  await buildProcesses();
  if (values.entry === undefined) await buildProject();
  const entry = path.resolve(PROJECT_FOLDER, values.entry ?? 'dist/standalone.js');
  const lab = await startLab({ entry, modelOverrides: failoverChains(chains) });
  try {
    const subjects = [lab.direct, lab.pipeHttp, lab.pipeUndici, lab.pass, lab.translate];
    const matrix = await runMatrix(lab, subjects, effort);
    print(matrixRows(matrix, lab, undefined));
    for (const [what, measure] of singles) {
      process.stderr.write(`  ${what} …\n`);
      print(await measure(lab, effort));
    }
    print(sizeRows());
  } finally {
    await lab.stop();
  }
}

function print(rows: readonly Row[]): void {
  for (const { isMet, work, goal, figure, ratio, reference, noise } of rows) {
    const measured = [
      figure,
      ratio,
      reference === '' ? '' : `(${reference})`,
      noise === '' ? '' : `[${noise}]`,
    ];
    console.log(`${isMet ? 'met   ' : 'MISSED'}  ${work}: ${goal}`);
    console.log(`          ${measured.filter((part) => part !== '').join('  ')}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
