// `npm start` as README tells it: no key, no network, and still an answer, a fallback and a stop to be seen.
import { strict as assert } from 'node:assert';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { PROJECT_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { cacheFolder } from '../support/cache';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { FIRST_RUN_LIMIT_MS, openWindowIn } from '../support/realWindow';
import { type Window, waitUntil } from '../support/window';

describe('npm start', function () {
  this.bail(true);

  let root: string;
  let port: number;
  let started: ChildProcess;
  let output = '';
  let context: BrowserContext;
  let window: Window;

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    root = makeTemporaryFolder('start');
    port = await freePort();
    const parameters = ['--require', 'tsx/cjs', 'scripts/start.ts', '--fresh', '--port', `${port}`];
    started = spawn(process.execPath, parameters, { cwd: PROJECT_FOLDER });
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    started.stdout?.on('data', collect);
    started.stderr?.on('data', collect);
    context = await openBrowser(path.join(root, 'profile'));
  });

  after(async function () {
    this.timeout(60_000);
    await context?.close();
    if (started.exitCode === null) {
      started.kill('SIGINT');
      await once(started, 'exit');
    }
    await removeFolder(root);
    await removeFolder(path.join(cacheFolder(), 'start', `browser-${port}`));
  });

  it('prints the address of a window that shows the proxy running without any key', async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    const address = /http:\/\/127\.0\.0\.1:\d+\/\?folder=\S+/;
    const hasAddress = (): boolean => address.test(output) || started.exitCode !== null;
    await waitUntil(hasAddress, 'the address is printed', 14 * 60_000);
    const url = address.exec(output)?.[0];
    assert.ok(url !== undefined, output);
    window = await openWindowIn(context, url);
    await window.waitForStatus(/running/);
  });

  it('answers in the terminal, after a fallback', async () => {
    await window.openTerminal();
    assert.match(await window.captureFromTerminal('node ask.mjs'), /^200 .*demo model/);
    await window.runCommand('Switchyard: Show Log');
    await waitUntil(
      async () => /demo\/busy overloaded.*served by demo\/hello/s.test(await window.outputText()),
      'the log shows the fallback',
    );
    await window.screenshot('start-fallback');
  });

  it('stops on the locked model, and goes on with the right key', async () => {
    await window.openTerminal();
    const locked = await window.captureFromTerminal('node ask.mjs scenario:locked');
    assert.match(locked, /^424 .*Set API Key/);
    await window.clickToastButton(/API key/, 'Set API Key');
    await window.waitForInputBox(/API key of/);
    await window.fillInputBox('open-sesame');
    await window.toast('accepted the API key').waitFor();
    const open = await window.captureFromTerminal('node ask.mjs scenario:locked');
    assert.match(open, /^200 .*demo model/);
    await window.screenshot('start-unlocked');
  });

  it('ends on Ctrl-C, and its address with it', async () => {
    started.kill('SIGINT');
    await once(started, 'exit');
    assert.equal(started.exitCode, 0);
    await assert.rejects(fetch(`http://127.0.0.1:${port}/`));
  });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}
