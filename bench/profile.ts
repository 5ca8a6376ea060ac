// `npm run bench:profile`: where the proxy's CPU time goes, by function, for the paths and loads that matter most.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../scripts/project';
import { cells } from './cells';
import { BENCH_FOLDER } from './child';
import { markdownTable, writePart } from './document';
import { type Batch, buildProcesses, runBatch, startLab } from './lab';

const shownFunctions = 25;

const loads: readonly (readonly [what: string, batch: Batch])[] = [
  ['160 kB body', { ...cells.large, requests: 400 }],
  ['2,000 events', { ...cells.long, requests: 64 }],
];

const documentedFunctions = 12;

async function main(): Promise<void> {
  await buildProcesses();
  const entry = await buildReadable();
  const whole = new Map<string, readonly Share[]>();
  for (const [what, batch] of loads) {
    for (const kind of ['pass', 'translate'] as const) {
      const profile = await profileOf(entry, kind, batch);
      const msPerRequest = (profile.cpuMs / batch.requests).toFixed(2);
      console.log(`\n${kind}, ${what}: ${msPerRequest} ms CPU per request (while profiled)`);
      printShares('in the function itself', profile.self);
      printShares('with all that it calls', profile.whole);
      whole.set(`${kind}, ${what}`, profile.whole);
    }
  }
  const [pass = [], translate = []] = whole.values();
  const rows = pass
    .slice(0, documentedFunctions)
    .map((share, rank) => [inWords(share), inWords(translate[rank] ?? share)]);
  writePart('profile', markdownTable(['Pass', 'Translate'], rows));
}

function inWords({ name, share }: Share): string {
  const [functionName, source] = name.split('  ');
  return `${Math.round(share * 100)} % \`${functionName}\` in ${source?.replace('src/proxy/', '')}`;
}

function printShares(title: string, shares: readonly Share[]): void {
  console.log(`  ${title}:`);
  for (const { name, share } of shares.slice(0, shownFunctions)) {
    console.log(`  ${(share * 100).toFixed(1).padStart(5)} %  ${name}`);
  }
}

/** The standalone proxy with its names; esbuild marks each module in it. */
async function buildReadable(): Promise<string> {
  const entry = path.join(BENCH_FOLDER, 'standalone.js');
  await build({
    entryPoints: [path.join(PROJECT_FOLDER, 'src/proxy/standalone.ts')],
    outfile: entry,
    absWorkingDir: PROJECT_FOLDER,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return entry;
}

const cpuProfile = z.object({
  profile: z.object({
    nodes: z.array(
      z.object({
        id: z.number(),
        children: z.optional(z.array(z.number())),
        callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
      }),
    ),
    samples: z.array(z.number()),
    timeDeltas: z.array(z.number()),
  }),
});

interface Share {
  readonly name: string;
  /** Of the time in which the process was not idle. */
  readonly share: number;
}

interface Profile {
  readonly cpuMs: number;
  /** Time in a function itself, the costliest first. */
  readonly self: readonly Share[];
  /** Time in a function of ours and in all that it calls. */
  readonly whole: readonly Share[];
}

async function profileOf(
  entry: string,
  kind: 'pass' | 'translate',
  batch: Batch,
): Promise<Profile> {
  const lab = await startLab({ entry });
  try {
    // Loading and compiling are not what is asked for.
    await runBatch(lab, lab[kind], batch);
    await lab[kind].process?.ask({ ask: 'startProfile' });
    const { cpuMs } = await runBatch(lab, lab[kind], batch);
    const stopped = await lab[kind].process?.ask({ ask: 'profile' });
    return { cpuMs, ...sharesOf(stopped, sourceFinder(entry)) };
  } finally {
    await lab.stop();
  }
}

function sharesOf(
  stopped: unknown,
  sourceAt: (line: number) => string,
): Pick<Profile, 'self' | 'whole'> {
  const { nodes, samples, timeDeltas } = cpuProfile.parse(stopped).profile;
  const parents = new Map(
    nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)),
  );
  const names = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      const isBundled = url.endsWith('standalone.js');
      // The bundler numbers functions of the same name.
      const name = isBundled ? functionName.replace(/\d+$/, '') : functionName;
      const where = isBundled ? sourceAt(lineNumber) : url;
      return [id, `${name === '' ? '(anonymous)' : name}  ${where}`] as const;
    }),
  );
  const self = new Map<string, number>();
  const whole = new Map<string, number>();
  let busyUs = 0;
  for (const [index, id] of samples.entries()) {
    const name = names.get(id) ?? '';
    if (name.startsWith('(idle)')) continue;
    const us = timeDeltas[index] ?? 0;
    busyUs += us;
    add(self, name, us);
    // A function that calls itself counts once.
    const stack = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      stack.add(names.get(at) ?? '');
    }
    for (const caller of stack) if (caller.includes('  src/')) add(whole, caller, us);
  }
  return { self: sharesIn(self, busyUs), whole: sharesIn(whole, busyUs) };
}

function add(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}

function sharesIn(times: ReadonlyMap<string, number>, busyUs: number): readonly Share[] {
  return [...times]
    .toSorted(([, left], [, right]) => right - left)
    .map(([name, us]) => ({ name, share: us / busyUs }));
}

/** The source file of a line of the bundle, by the comments that esbuild puts before each module. */
function sourceFinder(entry: string): (line: number) => string {
  const lines = readFileSync(entry, 'utf8').split('\n');
  return (line) => {
    for (let index = line; index >= 0; index -= 1) {
      const source = /^\s*\/\/ ((?:src|node_modules)\/\S+)$/.exec(lines[index] ?? '')?.[1];
      if (source !== undefined) return source.replace('node_modules/', '');
    }
    return '';
  };
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
