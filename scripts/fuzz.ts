// `npm run fuzz [-- TARGET…] [--seconds N] [--jobs N] [--seed N]`: feeds each target inputs that reach ever new code.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build, type Plugin, transform } from 'esbuild';
import { instrument } from '../test/fuzz/engine/instrument';
import { runOrThrow } from '../test/support/processes';
import { ARTIFACTS_FOLDER, PROJECT_FOLDER } from './project';

export interface FuzzOptions {
  readonly targets: readonly string[];
  /** For each target. */
  readonly seconds: number;
  /** How many targets run side by side. */
  readonly jobs: number;
  readonly seed: number;
}

export interface FuzzResult {
  readonly target: string;
  /** How many inputs were tried. */
  readonly executions: number;
  /** How many of them are kept, since they reached something new. */
  readonly corpus: number;
  readonly blocks: number;
  readonly finding?: { readonly why: string; readonly file: string };
}

const targetsFolder = path.join(PROJECT_FOLDER, 'test/fuzz/targets');
const bundlesFolder = path.join(PROJECT_FOLDER, 'out/fuzz');
const workFolder = path.join(ARTIFACTS_FOLDER, 'fuzz');

export const FUZZ_TARGETS: readonly string[] = readdirSync(targetsFolder)
  .map((name) => path.basename(name, '.ts'))
  .sort();

/** Fuzzes the targets, `jobs` of them at a time; tells of each as it ends. */
export async function fuzz(
  options: FuzzOptions,
  onResult: (result: FuzzResult) => void,
): Promise<void> {
  const words = await bundle(options.targets);
  const waiting = [...options.targets];
  const work = async () => {
    for (let target = waiting.shift(); target !== undefined; target = waiting.shift()) {
      onResult(await fuzzOne(target, options, words));
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
}

export function inWords({ target, executions, corpus, blocks, finding }: FuzzResult): string {
  const reached = `${executions} inputs, ${blocks} blocks reached, ${corpus} inputs kept`;
  return finding === undefined
    ? `${target}: ${reached}, no finding`
    : `${target}: FINDING after ${executions} inputs, in ${finding.file}\n${finding.why}`;
}

/** Builds each target with its loop into one file, our own code instrumented; gives the strings of that code. */
async function bundle(targets: readonly string[]): Promise<readonly string[]> {
  rmSync(bundlesFolder, { recursive: true, force: true });
  const words = new Set<string>();
  let blocks = 0;
  const plugin: Plugin = {
    name: 'instrument',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
        if (!file.startsWith(path.join(PROJECT_FOLDER, 'src'))) return undefined;
        const source = readFileSync(file, 'utf8');
        const { code } = await transform(source, { loader: 'ts', format: 'esm', target: 'node20' });
        const made = instrument(code, blocks);
        blocks += made.blocks;
        for (const word of made.words) words.add(word);
        return { contents: made.code, loader: 'js' };
      });
    },
  };
  for (const target of targets) {
    await build({
      stdin: {
        contents: `import { fuzz } from './targets/${target}'; import { loop } from './engine/loop'; void loop(fuzz);`,
        resolveDir: path.join(PROJECT_FOLDER, 'test/fuzz'),
        loader: 'ts',
      },
      outfile: path.join(bundlesFolder, `${target}.js`),
      banner: { js: `globalThis.__hits = new Uint8Array(${maxBlocks});` },
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      logLevel: 'warning',
      plugins: [plugin],
    });
    if (blocks > maxBlocks) throw new Error(`${target} has more than ${maxBlocks} blocks`);
    blocks = 0;
  }
  return [...words];
}

const maxBlocks = 16_384;
const maxInputBytes = 8 * 1024;

async function fuzzOne(
  target: string,
  { seconds, seed }: FuzzOptions,
  words: readonly string[],
): Promise<FuzzResult> {
  const findingsFolder = path.join(workFolder, 'findings');
  const corpusFolder = path.join(workFolder, 'corpus', target);
  mkdirSync(workFolder, { recursive: true });
  const orderFile = path.join(workFolder, `${target}.json`);
  const order = {
    bundle: path.join(bundlesFolder, `${target}.js`),
    findingsFolder: path.join(findingsFolder, target),
    seconds,
    seed,
    maxBytes: maxInputBytes,
    seedFolders: [...seedFolders(target), corpusFolder],
    corpusFolder,
    words,
  };
  writeFileSync(orderFile, JSON.stringify(order));
  const host = path.join(PROJECT_FOLDER, 'test/fuzz/engine/host.ts');
  const { stdout } = await runOrThrow(
    process.execPath,
    ['--expose-gc', '--require', 'tsx/cjs', host, orderFile],
    { cwd: PROJECT_FOLDER },
  );
  return { target, ...JSON.parse(stdout) };
}

/** Kept inputs, and the recorded streams of the wire format that a target is named after. */
function seedFolders(target: string): readonly string[] {
  return ['test/fuzz/corpus', 'test/fixtures/wire'].map((folder) =>
    path.join(PROJECT_FOLDER, folder, target),
  );
}

function readArguments(given: readonly string[]): FuzzOptions {
  const numberOf = (name: string, usual: number) => {
    const at = given.indexOf(`--${name}`);
    return at < 0 ? usual : Number(given[at + 1]);
  };
  const targets = given.filter(
    (one, index) => !one.startsWith('--') && given[index - 1]?.startsWith('--') !== true,
  );
  const unknown = targets.filter((name) => !FUZZ_TARGETS.includes(name));
  if (unknown.length > 0) {
    const known = FUZZ_TARGETS.join(', ');
    throw new Error(`There is no target ${unknown.join(', ')}; the targets are ${known}.`);
  }
  return {
    targets: targets.length === 0 ? FUZZ_TARGETS : targets,
    seconds: numberOf('seconds', 600),
    jobs: numberOf('jobs', 1),
    seed: numberOf('seed', Date.now() % 2 ** 31),
  };
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2));
  console.log(`seed ${options.seed}, ${options.seconds} s for each target`);
  await fuzz(options, (result) => {
    console.log(inWords(result));
    if (result.finding !== undefined) process.exitCode = 1;
  });
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
