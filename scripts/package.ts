// `npm run package`: makes switchyard-<version>.vsix, without any network. Usage: tsx scripts/package.ts [--base-url URL]
import { statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runOrThrow } from '../test/support/processes';
import { buildProject, PROJECT_FOLDER, readManifest } from './project';

export interface PackOptions {
  /** Where the project's files can be read, such as `https://example.org/switchyard/raw/main`, if not where `repository` says. */
  readonly baseUrl?: string | undefined;
}

/**
 * Packs dist/ as it is now; returns the path of the .vsix. The same files give the same bytes: vsce takes the times of all
 * entries from `SOURCE_DATE_EPOCH`, and ZIP archives hold them as local time.
 */
export async function packExtension(folder: string, options: PackOptions = {}): Promise<string> {
  const { name, version } = readManifest();
  const vsix = path.join(folder, `${name}-${version}.vsix`);
  const vsce = path.join(PROJECT_FOLDER, 'node_modules/@vscode/vsce/vsce');
  const parameters = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    ...addressParameters(options),
    ...['--out', vsix],
  ];
  const env = { SOURCE_DATE_EPOCH: oldestZipTime, ...process.env, TZ: 'UTC' };
  await runOrThrow(process.execPath, [vsce, ...parameters], { cwd: PROJECT_FOLDER, env });
  return vsix;
}

/**
 * The page of an extension, in VS Code as in a gallery, loads pictures over https only and follows no relative link. Where
 * the files have no address, the README keeps its links as they are: they work where the .vsix is unpacked.
 */
function addressParameters({ baseUrl }: PackOptions): readonly string[] {
  if (baseUrl !== undefined) return ['--baseContentUrl', baseUrl, '--baseImagesUrl', baseUrl];
  return readManifest().hasRepository ? [] : ['--no-rewrite-relative-links'];
}

/** 1 January 1980, in seconds: before it, ZIP has no times. */
const oldestZipTime = '315532800';

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { 'base-url': { type: 'string' } } });
  await buildProject();
  const vsix = await packExtension(PROJECT_FOLDER, { baseUrl: values['base-url'] });
  console.log(`${vsix} (${Math.ceil(statSync(vsix).size / 1000)} kB)`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
