// Large things (a VS Code, a browser, an agent) are fetched on demand into one folder and used again.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findOnPath, runOrThrow } from './processes';

/** `$SWITCHYARD_CACHE`, else `switchyard` in the user's cache folder. */
export function cacheFolder(): string {
  const own = process.env['SWITCHYARD_CACHE'];
  if (own !== undefined && own !== '') return path.resolve(own);
  const shared = process.env['XDG_CACHE_HOME'];
  const base = shared === undefined || shared === '' ? path.join(os.homedir(), '.cache') : shared;
  return path.join(base, 'switchyard');
}

export interface CachedThing {
  /** Folder name in the cache; carries every version, so that another version is another folder. */
  readonly name: string;
  /** Shown before the work begins: what, why, how large. */
  readonly announcement: string;
  /** Fills an empty folder. */
  readonly install: (folder: string) => Promise<void>;
}

const STAMP = 'installed.json';

/** Returns the folder that holds the thing, filling it first where that has not been done. */
export async function installOnce(thing: CachedThing): Promise<string> {
  const folder = path.join(cacheFolder(), thing.name);
  if (existsSync(path.join(folder, STAMP))) return folder;
  console.log(`${thing.announcement} …`);
  const startedAt = Date.now();
  // Built beside its place and renamed when complete: a run that is cut off leaves nothing half done behind.
  const building = `${folder}.${process.pid}.partial`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { recursive: true });
  try {
    await thing.install(building);
    writeFileSync(path.join(building, STAMP), JSON.stringify({ installedAt: new Date() }));
    if (!existsSync(path.join(folder, STAMP))) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(building, folder);
    }
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
  console.log(`  done in ${Math.round((Date.now() - startedAt) / 1000)} s`);
  return folder;
}

export interface NpmOptions {
  readonly cwd: string;
  /** The Node that runs npm; npm picks and compiles packages for this one. */
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs npm quietly; rejects with its output where it fails. */
export async function npm(parameters: readonly string[], options: NpmOptions): Promise<void> {
  const node = options.node ?? process.execPath;
  const searchPath = [path.dirname(node), process.env['PATH'] ?? ''].join(path.delimiter);
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  await runOrThrow(node, [npmEntry(), ...parameters, ...quiet], {
    cwd: options.cwd,
    env: { ...withoutNpmVariables(process.env), PATH: searchPath, ...options.env },
  });
}

/** An npm project to install into. */
export function writeEmptyPackage(folder: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"private":true}\n');
}

/** npm's own JavaScript, so that any Node can run it. */
function npmEntry(): string {
  const running = process.env['npm_execpath'];
  if (running?.endsWith('npm-cli.js') === true && existsSync(running)) return running;
  const installed = findOnPath('npm');
  if (installed === undefined) throw new Error('npm is not on PATH; install Node.js with npm.');
  const folder = path.dirname(installed);
  const candidates = [
    path.join(folder, '../lib/node_modules/npm/bin/npm-cli.js'),
    path.join(folder, '../share/nodejs/npm/bin/npm-cli.js'),
    path.join(folder, 'node_modules/npm/bin/npm-cli.js'),
  ];
  const entry = candidates.find((candidate) => existsSync(candidate));
  if (entry !== undefined) return entry;
  // A link straight to the script, as version managers lay it.
  if (readFileSync(installed, 'utf8').startsWith('#!/usr/bin/env node')) return installed;
  throw new Error(`The script behind ${installed} was not found; set npm_execpath to npm-cli.js.`);
}

/** Under `npm test` the environment carries npm's settings for this project; only the way out to the registry counts. */
function withoutNpmVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = /^npm_config_(registry|cache|userconfig|https?_proxy|proxy|noproxy|cafile)$/i;
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^npm_/i.test(name) || kept.test(name)),
  );
}
