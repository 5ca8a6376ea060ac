// The stages of `npm test`, each a function that runs and counts.

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { runHostSuite } from '../test/support/hostSuite';
import { chosenHostVersion, type HostVersion } from '../test/support/installHost';
import { type Counts, readCounts } from '../test/support/mochaRun';
import { run } from '../test/support/processes';
import { FUZZ_TARGETS, fuzz, inWords } from './fuzz';
import {
  ARTIFACTS_FOLDER,
  buildHostSuite,
  buildProject,
  PROJECT_FOLDER,
  testFiles,
} from './project';

export interface Stage {
  readonly name: string;
  readonly run: () => Promise<Counts>;
  /** Pointless where dist/ could not be built. */
  readonly needsBuild?: true;
}

/** In the order of a whole run: what fails fast comes first. */
export const STAGES: readonly Stage[] = [
  { name: 'types', run: checkTypes },
  { name: 'lint', run: () => countTool('@biomejs/biome/bin/biome', ['check', '.']) },
  { name: 'build', run: buildAll },
  { name: 'unit', run: () => runTestFiles(testFiles('test/unit', '.test.ts'), 10_000) },
  { name: 'guards', run: () => runTestFiles(testFiles('test/guards', '.test.ts'), 30_000) },
  // Random histories and answers: a slow machine needs a while for each.
  { name: 'property', run: () => runTestFiles(testFiles('test/property', '.test.ts'), 60_000) },
  { name: 'faults', run: () => runTestFiles(testFiles('test/faults', '.test.ts'), 60_000) },
  {
    name: 'lifecycle',
    run: () => runTestFiles(testFiles('test/lifecycle', '.test.ts'), 30_000),
    needsBuild: true,
  },
  // The port under attack, by raw sockets and by a web page.
  {
    name: 'security',
    run: () => runTestFiles(testFiles('test/security', '.test.ts'), 30_000),
    needsBuild: true,
  },
  { name: 'fuzz', run: fuzzAll },
  { name: 'host', run: () => runInHost(chosenHostVersion()), needsBuild: true },
  // The same suite in the oldest VS Code that package.json admits.
  { name: 'minimum', run: () => runInHost('minimum'), needsBuild: true },
  {
    name: 'e2e',
    run: () => runTestFiles(testFiles('test/e2e', '.e2e.ts'), 120_000),
    needsBuild: true,
  },
];

async function checkTypes(): Promise<Counts> {
  const projects = ['tsconfig.json', 'tsconfig.proxy.json', 'tsconfig.webview.json'];
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const project of projects) {
    counts = add(counts, await countTool('typescript/bin/tsc', ['-p', project]));
  }
  return counts;
}

/** One tool of node_modules counts as one test. */
async function countTool(script: string, parameters: readonly string[]): Promise<Counts> {
  const entry = path.join(PROJECT_FOLDER, 'node_modules', script);
  const { code } = await run(process.execPath, [entry, ...parameters], {
    cwd: PROJECT_FOLDER,
    output: 'show',
  });
  return code === 0 ? PASSED : FAILED;
}

async function buildAll(): Promise<Counts> {
  await buildProject();
  await buildHostSuite();
  return PASSED;
}

/** One target counts as one test. The same seed each time: luck is for `npm run fuzz`. */
async function fuzzAll(): Promise<Counts> {
  let counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  await fuzz({ targets: FUZZ_TARGETS, seconds: 30, jobs: 2, seed: 1 }, (result) => {
    console.log(inWords(result));
    counts = add(counts, result.finding === undefined ? PASSED : FAILED);
  });
  return counts;
}

async function runInHost(version: HostVersion): Promise<Counts> {
  return runHostSuite({
    version,
    extensionFolder: PROJECT_FOLDER,
    suite: await buildHostSuite(),
    artifactsFolder: ARTIFACTS_FOLDER,
  });
}

/** Runs test files in a child process; rejects where it ends without counts. */
function runTestFiles(files: readonly string[], timeoutMs: number): Promise<Counts> {
  if (files.length === 0) throw new Error('no test file was found');
  mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
  const entry = path.join(PROJECT_FOLDER, 'scripts/runMocha.ts');
  const absolute = files.map((file) => path.join(PROJECT_FOLDER, file));
  return new Promise((resolve, reject) => {
    const parameters = ['--require', 'tsx/cjs', entry, String(timeoutMs), ...absolute];
    const child = spawn(process.execPath, parameters, {
      cwd: PROJECT_FOLDER,
      // Mocha's marks are coloured by a library of their own, in CI even without a terminal.
      env: { ...process.env, NO_COLOR: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let counts: Counts | undefined;
    child.on('message', (message: unknown) => {
      counts = readCounts(message);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (counts === undefined) reject(new Error(`the test process ended early with ${code}`));
      else resolve(counts);
    });
  });
}

const PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

export function add(left: Counts, right: Counts): Counts {
  return {
    passed: left.passed + right.passed,
    failed: left.failed + right.failed,
    skipped: left.skipped + right.skipped,
  };
}
