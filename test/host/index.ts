// The suite's entry inside the extension host: VS Code loads this file and calls `run`.
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runMocha } from '../support/mochaRun';

// The workbench logs through the same pipe in a browser: marked lines are ours.
const LINE_MARK = '\u0001';
const TEST_TIMEOUT_MS = 30_000;

/** Runs every bundled `*.test.js` beside this file; rejects where one fails, which ends the host with 1. */
export async function run(): Promise<void> {
  const isRemote = process.env['SWITCHYARD_TEST_HOST'] === 'code-server';
  const files = readdirSync(__dirname)
    .filter((name) => name.endsWith('.test.js'))
    .map((name) => path.join(__dirname, name));
  const counts = await runMocha({
    files,
    timeoutMs: TEST_TIMEOUT_MS,
    say: (line) => console.log(isRemote ? LINE_MARK + line : line),
  });
  const resultFile = process.env['SWITCHYARD_TEST_RESULT'];
  if (resultFile !== undefined) writeFileSync(resultFile, JSON.stringify(counts));
  if (counts.failed > 0) throw new Error(`${counts.failed} tests failed`);
}
