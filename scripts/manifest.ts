// `npm run manifest`: writes what follows from the settings' schema and the tables of commands and steps into package.json,
// package.nls.json, l10n/bundle.l10n.json, their translations and the tables of README.md and docs/. With
// `--check` it only compares.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createManifest } from '../src/config/manifest';
import { commands } from '../src/ui/commands';
import { walkthrough } from '../src/ui/walkthrough';
import { withTables } from './documentTables';
import { dictionaryOf, languages, translated } from './translations';

const projectFolder = path.resolve(__dirname, '..');

/** A file that is generated, whole or in part, as it should be. */
export interface GeneratedFile {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

/** Every generated file. */
export function generatedFiles(): readonly GeneratedFile[] {
  const manifest = createManifest(commands, walkthrough);
  const { manifestTexts, sourceTexts } = englishTexts();
  return [
    { path: 'package.json', text: packageJson(manifest) },
    { path: 'package.nls.json', text: format(manifestTexts) },
    { path: 'l10n/bundle.l10n.json', text: format(sourceTexts) },
    ...languages.flatMap((language) => {
      const dictionary = dictionaryOf(language);
      return [
        {
          path: `package.nls.${language}.json`,
          text: format(translated(manifestTexts, dictionary)),
        },
        {
          path: `l10n/bundle.l10n.${language}.json`,
          text: format(translated(sourceTexts, dictionary)),
        },
      ];
    }),
    ...documents().map((file) => ({ path: file, text: withTables(readOrEmpty(file), commands) })),
  ];
}

/** What a person reads who uses the extension. */
function documents(): readonly string[] {
  const names = readdirSync(path.join(projectFolder, 'docs')).filter((name) =>
    name.endsWith('.md'),
  );
  return ['README.md', ...names.sort().map((name) => `docs/${name}`)];
}

/** What is shown to a person: the texts of package.json by their key, those of the sources by themselves. */
export function englishTexts(): {
  readonly manifestTexts: Record<string, string>;
  readonly sourceTexts: Record<string, string>;
} {
  return {
    manifestTexts: { ...ownTexts, ...createManifest(commands, walkthrough).texts },
    sourceTexts: translatableTexts(),
  };
}

/** The files whose content on disk is not what it should be. */
export function staleFiles(): readonly GeneratedFile[] {
  return generatedFiles().filter(({ path: file, text }) => readOrEmpty(file) !== text);
}

/** Texts of package.json that are written by hand. */
const ownTexts = {
  displayName: 'Switchyard',
  description:
    'A local LLM router for terminal agents (Claude Code, Codex, opencode): fallback chains that go on when they can and stop at once when they cannot.',
  'capabilities.untrustedWorkspaces.description':
    'In Restricted Mode nothing that the workspace says of Switchyard counts; your own settings are in force.',
};

function packageJson(manifest: ReturnType<typeof createManifest>): string {
  const present: unknown = JSON.parse(readOrEmpty('package.json'));
  if (typeof present !== 'object' || present === null) throw new Error('package.json is no object');
  const description = '%capabilities.untrustedWorkspaces.description%';
  const { restrictedConfigurations } = manifest;
  return format({
    ...present,
    displayName: '%displayName%',
    description: '%description%',
    capabilities: {
      untrustedWorkspaces: { supported: 'limited', description, restrictedConfigurations },
      virtualWorkspaces: true,
    },
    contributes: { ...contributesOf(present), ...manifest.contributes },
  });
}

/** What the manifest contributes besides the generated parts. */
function contributesOf(present: object): object {
  const contributes = 'contributes' in present ? present.contributes : undefined;
  return typeof contributes === 'object' && contributes !== null ? contributes : {};
}

/** Every text of `t(…)` and, in the proxy, of `phrase(…)` in the sources, for translators. */
function translatableTexts(): Record<string, string> {
  // The menu shows the titles too, and finds its texts here.
  const texts = Object.fromEntries(commands.map(({ title }): [string, string] => [title, title]));
  const names = readdirSync(path.join(projectFolder, 'src'), { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith('.ts')).sort()) {
    const source = readOrEmpty(path.join('src', name));
    for (const match of source.matchAll(/\b(?:t|phrase)\(\s*(['"])((?:(?!\1)[^\\]|\\.)*)\1/g)) {
      const text = (match[2] ?? '').replaceAll(/\\(['"])/g, '$1');
      texts[text] = text;
    }
  }
  return texts;
}

function format(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

function readOrEmpty(file: string): string {
  const full = path.join(projectFolder, file);
  return existsSync(full) ? readFileSync(full, 'utf8') : '';
}

function main(): void {
  const stale = staleFiles();
  if (process.argv.includes('--check')) {
    for (const file of stale) console.error(firstDifference(file));
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  for (const { path: file, text } of stale) {
    const full = path.join(projectFolder, file);
    mkdirSync(path.dirname(full), { recursive: true });
    writeFileSync(full, text);
    console.log(`written: ${file}`);
  }
}

function firstDifference({ path: file, text }: GeneratedFile): string {
  const present = readOrEmpty(file).split('\n');
  const wanted = text.split('\n');
  const index = wanted.findIndex((line, at) => line !== present[at]);
  return `${file}:${index + 1} differs from what is generated (npm run manifest): ${wanted[index] ?? ''}`;
}

if (require.main === module) main();
