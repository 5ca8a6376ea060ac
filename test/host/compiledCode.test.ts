// The worker's compiled code, in the Node of a real VS Code: kept from one start to the next, and never trusted blindly.
import { strict as assert } from 'node:assert';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { compiledCode } from '../../src/compiledCode';
import { parseSettings } from '../../src/config/schema';
import { workerStarter } from '../../src/workerThread';

describe("the worker's compiled code", () => {
  const storage = mkdtempSync(path.join(tmpdir(), 'switchyard-compiled-'));
  const { folder } = compiledCode(storage, '1.0.0');

  before(function () {
    if (Module.enableCompileCache === undefined) this.skip();
  });

  after(() => rmSync(storage, { recursive: true, force: true }));

  it('is written when the first thread ends', async () => {
    await startAndEnd(storage);
    const [file] = filesIn(folder);
    assert.ok(file !== undefined && statSync(file).size > 100_000);
  });

  it('is taken as it is by the next thread', async () => {
    const [file = ''] = filesIn(folder);
    const before = statSync(file);
    await startAndEnd(storage);
    const { ino, mtimeMs } = statSync(file);
    assert.deepEqual({ ino, mtimeMs }, { ino: before.ino, mtimeMs: before.mtimeMs });
  });

  for (const [what, damage] of [
    ['is cut short', (code: Buffer) => code.subarray(0, code.length / 2)],
    ['has other bytes', (code: Buffer) => Buffer.from(code).fill(0x5a, code.length / 2)],
    ['is empty', () => Buffer.alloc(0)],
  ] as const) {
    it(`is made anew where it ${what}`, async () => {
      const [file = ''] = filesIn(folder);
      const good = readFileSync(file);
      const damaged = damage(good);
      writeFileSync(file, damaged);
      await startAndEnd(storage);
      const mended = readFileSync(file);
      assert.ok(!mended.equals(damaged));
      assert.equal(mended.length, good.length);
    });
  }

  it('is done without where no folder can be made', async () => {
    const occupied = path.join(storage, 'occupied');
    writeFileSync(occupied, '');
    await startAndEnd(occupied);
  });
});

/** Resolves when a thread with that storage has listened, and is gone. */
async function startAndEnd(storage: string): Promise<void> {
  const extension = vscode.extensions.getExtension('switchyard.switchyard');
  assert.ok(extension !== undefined);
  const start = workerStarter({
    asAbsolutePath: (file) => path.join(extension.extensionPath, file),
    extension: { packageJSON: { version: '1.0.0' } },
    globalStorageUri: vscode.Uri.file(storage),
  });
  const said: string[] = [];
  await new Promise<void>((resolve, reject) => {
    const hasListened = () => said.some((message) => message.startsWith('{"type":"listening"'));
    const worker = start({
      message(value) {
        said.push(JSON.stringify(value));
        if (hasListened()) void worker.terminate();
      },
      ended(reason) {
        if (hasListened()) resolve();
        else reject(new Error(`${reason}; the thread said: ${said.join(' ')}`));
      },
    });
    const { settings } = parseSettings({});
    worker.post({ type: 'configure', version: '1.0.0', settings, keys: {}, keyOrigins: {} });
    const accessToken = 'compiled-code-access-token-0123456789';
    worker.post({ type: 'listen', preferredPort: 0, exactPort: false, accessToken });
  });
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => path.join(parentPath, name));
}
