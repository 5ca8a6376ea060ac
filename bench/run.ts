// `npm run bench [-- --quick] [--entry dist/standalone.js]`: measures Switchyard against its goals. A whole run compares it with
// other routers too and writes docs/benchmarks.md; a quick one only prints.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildProject, PROJECT_FOLDER } from '../scripts/project';
import { type Effort, runMatrix } from './cells';
import { loadBefore, loadInWords, markdownTable, writePart } from './document';
import { buildProcesses, type Lab, startLab } from './lab';
import { matrixRows } from './matrixRows';
import { claudeCodeRouter2, startPeers } from './peers';
import { subjectTable } from './peerTable';
import { timed } from './progress';
import { isMet, type Row } from './row';
import {
  afterManyRequestsRow,
  authStopRow,
  failoverChains,
  failoverRow,
  idleStreamRow,
  longestBlockRow,
  pausedReaderRow,
  turnRow,
} from './singleRows';
import { activationRow, sizeRows, workerReadyRow } from './startRows';

const wholeEffort: Effort = { repetitions: 5, share: 1, warmUpMs: 15_000 };
const quickEffort: Effort = { repetitions: 3, share: 0.3, warmUpMs: 3_000 };
const chains = 140;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { quick: { type: 'boolean', default: false }, entry: { type: 'string' } },
  });
  const effort = values.quick ? quickEffort : wholeEffort;
  const startedAt = performance.now();
  await buildProcesses();
  if (values.entry === undefined) await buildProject();
  const entry = path.resolve(PROJECT_FOLDER, values.entry ?? 'dist/standalone.js');
  const lab = await startLab({ entry, modelOverrides: failoverChains(chains) });
  try {
    if (values.quick) await measure(lab, effort);
    else await measureAndWrite(lab, effort);
  } finally {
    await lab.stop();
  }
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  console.log(
    `\n${seconds} s; load average ${loadBefore} at the start, ${loadInWords()} at the end`,
  );
}

async function measure(lab: Lab, effort: Effort): Promise<void> {
  const subjects = [lab.direct, lab.pipeUndici, lab.pass, lab.translate];
  const { matrix } = await runMatrix(lab, subjects, effort);
  const rows = [...matrixRows(matrix, lab, undefined), ...(await singleRows(lab, effort))];
  print(rows);
}

async function measureAndWrite(lab: Lab, effort: Effort): Promise<void> {
  const peers = await startPeers(lab);
  try {
    const own = [lab.direct, lab.pipeHttp, lab.pipeUndici, lab.pass, lab.translate];
    const others = peers.map(({ subject }) => subject);
    const { matrix, cold } = await runMatrix(lab, [...own, ...others], effort);
    const router = others.find(({ name }) => name === claudeCodeRouter2)?.name;
    const rows = [...matrixRows(matrix, lab, router), ...(await singleRows(lab, effort))];
    print(rows);
    writePart('goals', goalsTable(rows));
    writePart('peers', subjectTable({ matrix, cold }, [...own, ...others], lab));
  } finally {
    for (const { stop } of peers) await stop();
  }
}

/** None depends on another's result; those of the start need no lab. */
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
  ['activation', (_lab, effort) => activationRow(effort)],
  ["the worker's start", (_lab, effort) => workerReadyRow(effort)],
  ['sizes', sizeRows],
];

async function singleRows(lab: Lab, effort: Effort): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [what, measureRows] of singles) {
    rows.push(...(await timed(what, () => measureRows(lab, effort))));
  }
  return rows;
}

function goalsTable(rows: readonly Row[]): readonly string[] {
  const met = rows.filter(isMet).length;
  const cells = rows.map((row) => [
    row.work,
    row.goal,
    row.figure,
    row.ratio,
    row.reference,
    row.noise,
    isMet(row) ? row.verdict : `**${row.verdict}**`,
  ]);
  const head = ['Work', 'Goal', 'Figure', 'Ratio', 'Beside it', 'Noise', 'Verdict'];
  return [`${met} of ${rows.length} goals are met.`, '', ...markdownTable(head, cells)];
}

function print(rows: readonly Row[]): void {
  for (const { verdict, work, goal, figure, ratio, reference, noise } of rows) {
    const beside = reference === '' ? '' : `(${reference})`;
    const measured = [figure, ratio, beside, noise === '' ? '' : `[${noise}]`];
    console.log(`${verdict.padEnd(widestVerdict)}  ${work}: ${goal}`);
    console.log(
      `${' '.repeat(widestVerdict)}    ${measured.filter((part) => part !== '').join('  ')}`,
    );
  }
}

const widestVerdict = 'missed within noise'.length;

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
