import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packExtension, withoutPictures } from '../../scripts/package';
import { zipEntries } from '../support/zip';

// What is written leads to what is there. Run after `npm run build`.

const root = path.resolve(__dirname, '../..');
const atRoot = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];
const pages = readdirSync(path.join(root, 'docs')).filter((name) => name.endsWith('.md'));
const documents = [...atRoot, ...pages.map((name) => `docs/${name}`)];

interface Link {
  readonly isPicture: boolean;
  /** Relative to the project; empty for a place in the same document. */
  readonly file: string;
  readonly anchor: string | undefined;
}

/** The links of a document that lead to no other host. */
function linksOf(document: string): readonly Link[] {
  const text = read(document).replaceAll(/```[\s\S]*?```|`[^`\n]*`/g, '');
  return [...text.matchAll(/(!?)\[[^\]]*\]\(([^)\s]+)\)/g)].flatMap(([, mark, target = '']) => {
    if (/^\w+:/.test(target)) return [];
    const [name = '', anchor] = target.split('#');
    const file = name === '' ? document : path.posix.join(path.posix.dirname(document), name);
    return [{ isPicture: mark === '!', file, anchor }];
  });
}

/** The places in a document that a link can name, as code hosts and VS Code do. */
function anchorsOf(document: string): readonly string[] {
  const headings = read(document).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Whether there is a file, or folder, of this name without its ending; `*` stands for anything. */
function hasFile(folder: string, name: string): boolean {
  if (name.endsWith('/')) return existsSync(path.join(root, folder, name));
  const pattern = new RegExp(`^${name.replaceAll('*', '.*')}\\.tsx?$`);
  return readdirSync(path.join(root, folder)).some((file) => pattern.test(file));
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

describe('the documents', () => {
  it('lead to files and headings that exist', () => {
    for (const document of documents) {
      for (const { file, anchor } of linksOf(document)) {
        assert.ok(existsSync(path.join(root, file)), `${document}: ${file}`);
        if (anchor === undefined) continue;
        assert.ok(anchorsOf(file).includes(anchor), `${document}: ${file}#${anchor}`);
      }
    }
  });

  it('show every screenshot, in three themes', () => {
    const shown = linksOf('docs/pictures.md').map(({ file }) => file);
    const taken = readdirSync(path.join(root, 'docs/screenshots'));
    const surfaces = new Set(
      taken.map((name) => name.replace(/-(?:dark|light|contrast)\.png$/, '')),
    );
    assert.ok(surfaces.size > 10);
    const wanted = [...surfaces].flatMap((surface) =>
      ['contrast', 'dark', 'light'].map((theme) => `docs/screenshots/${surface}-${theme}.png`),
    );
    assert.deepEqual([...shown].sort(), wanted.sort());
    assert.deepEqual(taken.map((name) => `docs/screenshots/${name}`).sort(), wanted);
  });

  it('are all named by the first page of the documentation', () => {
    const named = linksOf('docs/README.md').map(({ file }) => file);
    // The pictures' own page is not shipped: they are too large.
    const others = pages.filter((name) => !['README.md', 'pictures.md'].includes(name));
    for (const name of others) assert.ok(named.includes(`docs/${name}`), name);
  });

  it('name files that exist in the tree of the architecture', () => {
    const tree = /<!-- tree -->\n```\n([\s\S]*?)```/.exec(read('CONTRIBUTING.md'))?.[1] ?? '';
    const lines = tree.trimEnd().split('\n');
    assert.ok(lines.length > 60);
    const folders: string[] = [];
    for (const line of lines) {
      const depth = line.search(/\S/) / 2;
      const [first = ''] = line.trim().split(/ {2,}/);
      const folder = folders.slice(0, depth).join('');
      for (const name of first.split(', ')) {
        if (name.endsWith('/')) folders.splice(depth, folders.length, name);
        assert.ok(hasFile(folder, name), `${folder}${name}`);
      }
    }
    const present = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true });
    for (const { name } of present.filter((one) => one.isDirectory())) {
      assert.match(tree, new RegExp(`^ +${name}/`, 'm'));
    }
  });

  it('begin with a README for people in a hurry', () => {
    assert.ok(read('README.md').split('\n').length <= 170);
  });
});

describe('the documents that are shipped', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-documents-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Read in the sources only: by who changes them, or because they are too large. */
  const notShipped = /^(?:CONTRIBUTING\.md|docs\/pictures\.md|test\/.*)$/;

  it('lead to what is shipped with them', async () => {
    const entries = zipEntries(readFileSync(await packExtension(folder)));
    const shipped = entries.map(({ name }) => name.replace(/^extension\//, '').toLowerCase());
    for (const document of documents.filter((one) => shipped.includes(one.toLowerCase()))) {
      for (const { file } of linksOf(document).filter((link) => !notShipped.test(link.file))) {
        assert.ok(shipped.includes(file.toLowerCase()), `${document}: ${file}`);
      }
    }
  }).timeout(30_000);

  it('have no pictures in the README where nothing could load them, and all words', () => {
    const readme =
      '# Title\n\n![one](a.png)\n\n| ![two](b.png) | ![three](c.png) |\n| a | ![](d.png) |\n';
    assert.equal(withoutPictures(readme), '# Title\n\n| a | ![](d.png) |\n');
    const pictures = linksOf('README.md').filter(({ isPicture }) => isPicture);
    assert.ok(pictures.length >= 4);
    assert.doesNotMatch(withoutPictures(read('README.md')), /!\[/);
  });
});
