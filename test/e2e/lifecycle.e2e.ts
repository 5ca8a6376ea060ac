// What happens around the extension in a real VS Code: other folders, reloads in the middle of an answer, an update, and its
// removal. The steps build on one another.
import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { anthropicSse } from '../support/anthropicAnswers';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, startCodeServer, uninstall } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { chosenHostVersion, installHost, type VscodeHost } from '../support/installHost';
import { EXTENSION_ID, FIRST_RUN_LIMIT_MS, openWindowIn } from '../support/realWindow';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { type Window, waitUntil } from '../support/window';

const BASE_URL = /^ANTHROPIC_BASE_URL=(http:\/\/127\.0\.0\.1:\d+)$/m;

/** Asks once for the model that it is given and prints the status, or how the connection ended. */
const ASK_SCRIPT = `
try {
  const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
    method: 'POST',
    headers: { 'x-api-key': process.env.ANTHROPIC_AUTH_TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: process.argv[2] ?? 'any',
      max_tokens: 100,
      stream: true,
      messages: [{ role: 'user', content: 'hello' }],
    }),
  });
  const text = await response.text();
  console.log(response.status, text.includes('message_stop') ? 'whole' : 'not whole');
} catch (error) {
  console.log('broken off');
}
`;

describe('the extension in the life of a window', function () {
  this.bail(true);

  let root: string;
  let host: VscodeHost;
  let vsix: string;
  let upstream: ScriptedUpstream;
  let server: CodeServer;
  let context: BrowserContext;
  let first: Window;

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    root = makeTemporaryFolder('lifecycle');
    for (const name of ['one', 'two']) {
      mkdirSync(path.join(root, name));
      writeFileSync(path.join(root, name, 'ask.mjs'), ASK_SCRIPT);
    }
    upstream = await startScriptedUpstream();
    host = await installHost(chosenHostVersion());
    vsix = await packExtension(root);
    await installVsix({ host, root }, vsix);
    const slow = { baseUrl: upstream.url, wireFormat: 'anthropic-messages', credential: 'none' };
    const settings = {
      'switchyard.providers': { slow },
      'switchyard.scenarios': {
        default: { models: ['demo/hello'] },
        slow: { models: ['slow/model'] },
      },
    };
    server = await startCodeServer({ host, root, settings, isLean: true });
    context = await openBrowser(path.join(root, 'profile'));
    first = await openWindow('one');
  });

  after(async function () {
    this.timeout(60_000);
    await context?.close();
    await server?.stop();
    await upstream?.close();
    await removeFolder(root);
  });

  it('serves windows on different folders, each on its own port with its own token', async () => {
    const second = await openWindow('two');
    const own = await variables(first);
    const other = await variables(second);
    assert.notEqual(other.address, own.address);
    assert.notEqual(other.token, own.token);
    assert.match(await first.captureFromTerminal('node ask.mjs'), /200 whole/);
    assert.match(await second.captureFromTerminal('node ask.mjs'), /200 whole/);
    await second.page.close();
  });

  it('survives a reload in the middle of an answer: the answer ends, and the next request works', async () => {
    const sse = anthropicSse([{ type: 'text', text: 'never finished' }]).slice(0, 4);
    upstream.answerAlways({ sse, thenHang: true });
    const before = await variables(first);
    await first.typeInTerminal('node ask.mjs scenario:slow > reloaded.txt &');
    await upstream.waitForRequests(1);
    await first.reload();
    await first.waitForStatus(/running/);
    await upstream.requests[0]?.whenClosed;
    const told = path.join(root, 'one', 'reloaded.txt');
    const hasEnded = () => existsSync(told) && readFileSync(told, 'utf8').endsWith('\n');
    await waitUntil(hasEnded, 'the interrupted request tells how it ended');
    assert.match(readFileSync(told, 'utf8'), /^(broken off|200 not whole)$/m);
    assert.deepEqual(await variables(first), before);
    assert.match(await first.captureFromTerminal('node ask.mjs'), /200 whole/);
  });

  it('is the same after an update', async () => {
    const before = await variables(first);
    await installVsix({ host, root }, vsix);
    await first.reload();
    await first.waitForStatus(/running/);
    assert.deepEqual(await variables(first), before);
    assert.match(await first.captureFromTerminal('node ask.mjs'), /200 whole/);
  });

  it('leaves no variable and no listener behind when it is uninstalled', async () => {
    const { address } = await variables(first);
    await uninstall({ host, root }, EXTENSION_ID);
    await first.page.reload();
    await first.page.locator('.monaco-workbench').waitFor();
    await first.openTerminal();
    assert.doesNotMatch(await first.captureFromTerminal('env'), /^(ANTHROPIC_|CLAUDE_CODE_)/m);
    await assert.rejects(fetch(`${address}/health`));
  });

  async function variables(window: Window): Promise<{ address: string; token: string }> {
    await window.openTerminal();
    const environment = await window.captureFromTerminal('env');
    const address = BASE_URL.exec(environment)?.[1];
    const token = /^ANTHROPIC_AUTH_TOKEN=(\S+)$/m.exec(environment)?.[1];
    assert.ok(address !== undefined && token !== undefined, environment);
    return { address, token };
  }

  async function openWindow(folder: string): Promise<Window> {
    const window = await openWindowIn(context, server.windowUrl(path.join(root, folder)));
    await window.waitForStatus(/running/);
    return window;
  }
});
