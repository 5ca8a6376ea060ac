import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

// What is built and shipped. Run after `npm run build`.

const root = path.resolve(__dirname, '../..');
const kilobyte = 1000;

function sizeOf(file: string): number {
  return statSync(path.join(root, file)).size;
}

/** Loads a bundle in a fresh process and tells which of the process-wide dispatcher slots of fetch are taken. */
function slotsAfterLoading(script: string): string {
  const probe = `
    ${script}
    const slots = ['undici.globalDispatcher.1', 'undici.globalDispatcher.2'].map((name) => globalThis[Symbol.for(name)] !== undefined);
    process.stdout.write(JSON.stringify(slots));
    process.exit(0);`;
  return execFileSync(process.execPath, ['-e', probe], { cwd: root, encoding: 'utf8' });
}

describe('the built files', () => {
  for (const [file, limit] of [
    ['dist/extension.js', 150],
    // Loaded when a chat asks for the models.
    ['dist/chatSurface.js', 40],
    ['dist/guide.js', 60],
    // Loaded with the first tab that shows it: the schemas of the page's messages, and all that the page tells.
    ['dist/dashboardTab.js', 60],
    // Loaded when somebody asks for it.
    ['dist/diagnosis.js', 80],
    ['dist/catalogue.json', 100],
    // Loaded off the main thread, and compiled once: what counts is the time until the worker listens.
    ['dist/proxy.js', 650],
    // Preact, uPlot, the schemas, and the page itself.
    ['dist/dashboard.js', 125],
  ] as const) {
    it(`${file} is at most ${limit} kB`, () => {
      assert.ok(
        sizeOf(file) <= limit * kilobyte,
        `${file} has ${Math.round(sizeOf(file) / kilobyte)} kB`,
      );
    });
  }

  it('the model catalogue lies beside the bundles that read it, and goes into the .vsix', () => {
    const built = readFileSync(path.join(root, 'dist/catalogue.json'), 'utf8');
    assert.equal(built, readFileSync(path.join(root, 'src/proxy/catalogue.json'), 'utf8'));
    const packed = readFileSync(path.join(root, '.vscodeignore'), 'utf8').split('\n');
    assert.ok(packed.includes('!dist/catalogue.json'));
    assert.match(readFileSync(path.join(root, 'dist/proxy.js'), 'utf8'), /"catalogue\.json"/);
  });

  it('the guide goes into the .vsix, and is no part of the activation', () => {
    const packed = readFileSync(path.join(root, '.vscodeignore'), 'utf8').split('\n');
    assert.ok(packed.includes('!dist/guide.js'));
    const activation = readFileSync(path.join(root, 'dist/extension.js'), 'utf8');
    assert.match(activation, /require\("\.\/guide\.js"\)/);
    assert.doesNotMatch(activation, /claude\.ai\/install/);
  });

  it('the dashboard goes into the .vsix, and is no part of the activation', () => {
    const packed = readFileSync(path.join(root, '.vscodeignore'), 'utf8').split('\n');
    assert.ok(packed.includes('!dist/dashboardTab.js'));
    const policy = /Content-Security-Policy/;
    assert.match(readFileSync(path.join(root, 'dist/dashboardTab.js'), 'utf8'), policy);
    const extension = readFileSync(path.join(root, 'dist/extension.js'), 'utf8');
    assert.doesNotMatch(extension, policy);
    assert.match(extension, /require\("\.\/dashboardTab\.js"\)/);
  });

  it('Diagnose lies beside the extension bundle, goes into the .vsix, and is no part of the activation', () => {
    const packed = readFileSync(path.join(root, '.vscodeignore'), 'utf8').split('\n');
    assert.ok(packed.includes('!dist/diagnosis.js'));
    const words = /Switchyard diagnostics/;
    assert.match(readFileSync(path.join(root, 'dist/diagnosis.js'), 'utf8'), words);
    const extension = readFileSync(path.join(root, 'dist/extension.js'), 'utf8');
    assert.doesNotMatch(extension, words);
    assert.match(extension, /require\("\.\/diagnosis\.js"\)/);
  });

  it('the extension bundle holds no HTTP client, and no bundle holds the root of undici', () => {
    assert.doesNotMatch(
      readFileSync(path.join(root, 'dist/extension.js'), 'utf8'),
      /UND_ERR_SOCKET/,
    );
    assert.doesNotMatch(
      readFileSync(path.join(root, 'dist/proxy.js'), 'utf8'),
      /undici\.globalDispatcher/,
    );
  });

  it('loading the worker bundle leaves the global dispatcher slots of fetch untouched', () => {
    const script = `
      const Module = require('node:module');
      const threads = require('node:worker_threads');
      const load = Module._load;
      const parentPort = { postMessage() {}, on() {} };
      Module._load = (id, ...rest) => (id === 'node:worker_threads' ? { ...threads, parentPort } : load(id, ...rest));
      require('./dist/proxy.js');`;
    assert.equal(slotsAfterLoading(script), '[false,false]');
  });
});
