// `npm run package`: makes switchyard-<version>.vsix, without any network.
import { statSync } from 'node:fs';
import path from 'node:path';
import { runOrThrow } from '../test/support/processes';
import { buildProject, PROJECT_FOLDER, readManifest } from './project';

/** Packs dist/ as it is now; returns the path of the .vsix. */
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
  await runOrThrow(process.execPath, [vsce, ...parameters], { cwd: PROJECT_FOLDER });
  return vsix;
}

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
