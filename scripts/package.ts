// `npm run package`: makes switchyard-<version>.vsix, without any network. Usage: tsx scripts/package.ts [--base-url URL]
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { makeTemporaryFolder, removeFolder } from '../test/support/folders';
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
export async function packExtension(
  folder: string,
  { baseUrl }: PackOptions = {},
): Promise<string> {
  const { name, version, hasRepository } = readManifest();
  const vsix = path.join(folder, `${name}-${version}.vsix`);
  if (baseUrl !== undefined) {
    await pack(PROJECT_FOLDER, vsix, ['--baseContentUrl', baseUrl, '--baseImagesUrl', baseUrl]);
  } else if (hasRepository) {
    await pack(PROJECT_FOLDER, vsix);
  } else {
    const copy = copyWithoutPictures();
    await pack(copy, vsix, ['--allow-missing-repository', '--no-rewrite-relative-links']);
    await removeFolder(copy);
  }
  return vsix;
}

async function pack(cwd: string, vsix: string, parameters: readonly string[] = []): Promise<void> {
  const vsce = path.join(PROJECT_FOLDER, 'node_modules/@vscode/vsce/vsce');
  const env = { SOURCE_DATE_EPOCH: oldestZipTime, ...process.env, TZ: 'UTC' };
  const all = ['package', '--no-dependencies', ...parameters, '--out', vsix];
  await runOrThrow(process.execPath, [vsce, ...all], { cwd, env });
}

/**
 * A folder with what is packed, whose README shows no pictures: the page that VS Code makes of it loads them over https
 * only, and where the files have no address there would be broken ones.
 */
function copyWithoutPictures(): string {
  const copy = makeTemporaryFolder('package');
  for (const name of readdirSync(PROJECT_FOLDER).filter((one) => packed.test(one))) {
    cpSync(path.join(PROJECT_FOLDER, name), path.join(copy, name), { recursive: true });
  }
  const readme = path.join(copy, 'README.md');
  writeFileSync(readme, withoutPictures(readFileSync(readme, 'utf8')));
  return copy;
}

/** What .vscodeignore chooses from. */
const packed = /^(?:\.vscodeignore|package(?:\.nls.*)?\.json|.*\.md|LICENSE|dist|docs|l10n|media)$/;

/** `markdown` without the lines, or rows of a table, that hold nothing but pictures. */
export function withoutPictures(markdown: string): string {
  const onlyPictures = /^\|?(?:\s*!\[[^\]]*\]\([^)]*\)\s*\|?)+$/;
  const lines = markdown.split('\n').filter((line) => !onlyPictures.test(line));
  return lines.join('\n').replaceAll(/\n{3,}/g, '\n\n');
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
