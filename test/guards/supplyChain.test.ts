import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { packExtension } from '../../scripts/package';
import { billOfMaterials, bundledPackages } from '../../scripts/sbom';
import { isObject, type JsonObject, objectAt } from '../../src/proxy/wire/json';
import { zipEntries } from '../support/zip';

// What goes in, and what comes out. Run after `npm run build`.

const root = path.resolve(__dirname, '../..');

function readJson(file: string): JsonObject {
  const value: unknown = JSON.parse(readFileSync(path.join(root, file), 'utf8'));
  assert.ok(isObject(value));
  return value;
}

describe('the packages we use', () => {
  const manifest = readJson('package.json');
  const lock = objectAt(readJson('package-lock.json'), 'packages') ?? {};
  const locked = Object.entries(lock).filter(([folder]) => folder !== '');

  it('are none at run time: all that is shipped is bundled', () => {
    assert.equal(manifest['dependencies'], undefined);
    assert.equal(manifest['optionalDependencies'], undefined);
    assert.equal(manifest['peerDependencies'], undefined);
  });

  it('have exact versions', () => {
    for (const [name, version] of Object.entries(objectAt(manifest, 'devDependencies') ?? {})) {
      assert.match(String(version), /^\d+\.\d+\.\d+(?:-[\w.]+)?$/, name);
    }
  });

  it('are locked with a checksum, and come from whatever registry npm is set to, nowhere else', () => {
    assert.ok(locked.length > 100);
    for (const [folder, entry] of locked) {
      assert.ok(isObject(entry));
      assert.match(String(entry['integrity']), /^sha512-/, folder);
      assert.equal(entry['resolved'], undefined, folder);
    }
  });

  it('run scripts of their own at installation only where it is known', () => {
    const running = locked.flatMap(([folder, entry]) =>
      isObject(entry) && entry['hasInstallScript'] === true ? [folder] : [],
    );
    // esbuild checks its binary; vsce signs with one and stores tokens with keytar. None of them is shipped.
    assert.deepEqual(running.filter((folder) => !/\/fsevents$/.test(folder)).sort(), [
      'node_modules/@vscode/vsce-sign',
      'node_modules/esbuild',
      'node_modules/keytar',
    ]);
  });

  it('are installed without any script of ours', () => {
    const names = Object.keys(objectAt(manifest, 'scripts') ?? {});
    const hooks =
      /^(?:(?:pre|post)?(?:install|prepare|pack|publish)|prepublish\w*|dependencies|vscode:.*)$/;
    assert.deepEqual(
      names.filter((name) => hooks.test(name)),
      [],
    );
  });
});

describe('what is shipped', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-vsix-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Each is named in SECURITY.md. */
  const packages = ['jsonc-parser', 'preact', 'undici', 'uplot', 'zod'];

  it('contains these packages and no others, whose licences allow it and go along', () => {
    const notices = readFileSync(path.join(root, 'dist/THIRD_PARTY_NOTICES.txt'), 'utf8');
    const names = [...bundledPackages()].map((one) => one.replace(/ .*/, ''));
    assert.deepEqual(names, packages);
    const licences = [...notices.matchAll(/^=+\n.* \((.+)\)\n=+$/gm)].map(([, licence]) => licence);
    // And llhttp, inside of undici.
    assert.deepEqual(licences, Array(packages.length + 1).fill('MIT'));
    assert.equal(notices.split('Permission is hereby granted').length, 1 + licences.length);
  });

  it('is told apart from what only builds and tests in the bill of materials', async () => {
    const { components } = await billOfMaterials();
    const bundled = components.filter(({ scope }) => scope === 'required');
    const names = bundled.map(({ purl }) => purl.replace(/@[\d.]+$/, ''));
    assert.deepEqual(
      names,
      packages.map((name) => `pkg:npm/${name}`),
    );
    assert.ok(components.length > 100);
  });

  it('holds these files and no others, and is the same, byte by byte, however often it is packed', async () => {
    const first = readFileSync(await packExtension(folder));
    const second = readFileSync(await packExtension(folder));
    assert.ok(first.equals(second));
    const entries = zipEntries(first);
    const names = entries.map(({ name }) => name.replace(/^extension\//, ''));
    const pictures =
      /^(?:media\/walkthrough\/[\w-]+\.(?:svg|png|md)|docs\/screenshots\/[\w-]+-dark\.png)$/;
    const pages = /^docs\/(?:[\w-]+\.md|benchmarks-[\w-]+\.svg)$/;
    assert.deepEqual(names.filter((name) => !pictures.test(name) && !pages.test(name)).sort(), [
      'LICENSE.txt',
      'SECURITY.md',
      '[Content_Types].xml',
      'changelog.md',
      'dist/THIRD_PARTY_NOTICES.txt',
      'dist/catalogue.json',
      'dist/chatSurface.js',
      'dist/dashboard.css',
      'dist/dashboard.js',
      'dist/dashboardTab.js',
      'dist/diagnosis.js',
      'dist/extension.js',
      'dist/guide.js',
      'dist/proxy.js',
      'extension.vsixmanifest',
      'l10n/bundle.l10n.json',
      'l10n/bundle.l10n.zh-cn.json',
      'media/icon.png',
      'media/tour.png',
      'package.json',
      'package.nls.json',
      'package.nls.zh-cn.json',
      'readme.md',
    ]);
    // Nothing in it can be run as a program of its own.
    for (const { name, mode } of entries) assert.equal(mode & 0o111, 0, name);
  }).timeout(60_000);
});
