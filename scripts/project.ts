// Where the project lies and how its parts are built; shared by the scripts.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { runOrThrow } from '../test/support/processes';

export const PROJECT_FOLDER = path.resolve(__dirname, '..');
export const ARTIFACTS_FOLDER = path.join(PROJECT_FOLDER, 'artifacts');

/** Builds dist/: extension, worker, standalone proxy. */
export async function buildProject(): Promise<void> {
  await runOrThrow(process.execPath, ['esbuild.config.mjs'], { cwd: PROJECT_FOLDER });
}

/** Bundles test/host for the extension host, which cannot load TypeScript; returns the entry without `.js`. */
export async function buildHostSuite(): Promise<string> {
  const source = path.join(PROJECT_FOLDER, 'test/host');
  const target = path.join(PROJECT_FOLDER, 'out/test/host');
  // A test that was renamed must not live on as its old bundle.
  rmSync(target, { recursive: true, force: true });
  const tests = readdirSync(source).filter((name) => name.endsWith('.test.ts'));
  await build({
    entryPoints: ['index.ts', ...tests].map((name) => path.join(source, name)),
    outdir: target,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: 'inline',
    external: ['vscode', 'mocha'],
    logLevel: 'warning',
  });
  return path.join(target, 'index');
}

/** Test files under a folder, deepest names included, in a stable order. */
export function testFiles(folder: string, suffix: string): readonly string[] {
  return readdirSync(path.join(PROJECT_FOLDER, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => path.join(folder, name));
}

export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  /** Whether it says where the project can be read by everybody. */
  readonly hasRepository: boolean;
}

export function readManifest(): ProjectManifest {
  const value: unknown = JSON.parse(
    readFileSync(path.join(PROJECT_FOLDER, 'package.json'), 'utf8'),
  );
  if (typeof value !== 'object' || value === null || !('name' in value && 'version' in value)) {
    throw new Error('package.json has no name and version');
  }
  return {
    name: String(value.name),
    version: String(value.version),
    hasRepository: 'repository' in value,
  };
}
