// `npm run package`: makes switchyard-<version>.vsix, without any network.
import { statSync } from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '../test/support/processes';
import { buildProject, PROJECT_FOLDER, readManifest } from './project';

/**
 * Packs dist/ as it is now; returns the path of the .vsix. The same files give the same bytes: vsce takes the times of all
 * entries from `SOURCE_DATE_EPOCH`, and ZIP archives hold them as local time.
 */
export async function packExtension(folder: string): Promise<string> {
  const { name, version } = readManifest();
  const vsix = path.join(folder, `${name}-${version}.vsix`);
  const vsce = path.join(PROJECT_FOLDER, 'node_modules/@vscode/vsce/vsce');
  const parameters = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    // Without a public repository the README's pictures have no address to be rewritten to.
    '--no-rewrite-relative-links',
    ...['--out', vsix],
  ];
  const env = { SOURCE_DATE_EPOCH: oldestZipTime, ...process.env, TZ: 'UTC' };
  await runOrThrow(process.execPath, [vsce, ...parameters], { cwd: PROJECT_FOLDER, env });
  return vsix;
}

/** 1 January 1980, in seconds: before it, ZIP has no times. */
const oldestZipTime = '315532800';

async function main(): Promise<void> {
  await buildProject();
  const vsix = await packExtension(PROJECT_FOLDER);
  console.log(`${vsix} (${Math.ceil(statSync(vsix).size / 1000)} kB)`);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
