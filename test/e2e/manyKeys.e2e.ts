// A provider with two key slots, in a real window: each key is set by its name, and a rejected one is told by it.
import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, startCodeServer } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { chosenHostVersion, installHost } from '../support/installHost';
import {
  type OpencodeUpstream,
  opencodeReply,
  startOpencodeUpstream,
} from '../support/opencodeUpstream';
import { Window } from '../support/window';

const HOME_KEY = 'sk-home-0123456789abcdef';
const WORK_KEY = 'sk-work-0123456789abcdef';
const MODEL = 'glm-5.3';

const ASK_SCRIPT = `
const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    model: 'opencode-go/${MODEL}',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hello' }],
  }),
});
console.log(response.status, await response.text());
`;

describe('a person with two keys for one provider', function () {
  this.bail(true);

  let root: string;
  let upstream: OpencodeUpstream;
  let server: CodeServer;
  let context: BrowserContext;
  let window: Window;

  before(async function () {
    // The host and the browser are fetched on the first run of all.
    this.timeout(15 * 60_000);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    root = makeTemporaryFolder('many-keys');
    const workspace = path.join(root, 'project');
    mkdirSync(workspace);
    writeFileSync(path.join(workspace, 'ask.mjs'), ASK_SCRIPT);
    upstream = await startOpencodeUpstream(HOME_KEY);
    const host = await installHost(chosenHostVersion());
    await installVsix({ host, root }, await packExtension(root));
    const settings = {
      'switchyard.providers': {
        'opencode-go': { baseUrl: upstream.url, credential: ['home', 'work'] },
      },
    };
    server = await startCodeServer({ host, root, settings, isLean: true });
    context = await openBrowser(path.join(root, 'profile'));
    const blank = context.pages().find((page) => page.url() === 'about:blank');
    window = new Window(blank ?? (await context.newPage()), {
      extensionId: 'switchyard.switchyard',
      artifactsFolder: ARTIFACTS_FOLDER,
    });
    await window.open(server.windowUrl(workspace));
  });

  after(async function () {
    this.timeout(60_000);
    await context?.close();
    await server?.stop();
    await upstream?.close();
    await removeFolder(root);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot('many-keys-failed');
  });

  async function setKey(slot: string, key: string): Promise<void> {
    await window.runCommand('Switchyard: Set API Key');
    await window.pickRow(`OpenCode (key “${slot}”)`).click();
    await window.waitForInputBox(`API key of OpenCode (key “${slot}”)`);
    await window.fillInputBox(key);
    await window.toast('OpenCode accepted the API key').waitFor();
    await window.clearToasts();
  }

  it('sets each by the name of its slot', async () => {
    await window.waitForStatus(/set API key/);
    await setKey('home', HOME_KEY);
    upstream.acceptKey(WORK_KEY);
    await setKey('work', WORK_KEY);
    const checked = upstream.requests.map(({ headers }) => headers.authorization);
    assert.deepEqual(checked, [`Bearer ${HOME_KEY}`, `Bearer ${WORK_KEY}`]);
    await window.waitForStatus(/running/);
  });

  it('is served by the second when the first is rejected, and told which one that was', async () => {
    await window.openTerminal();
    const answer = await window.captureFromTerminal('node ask.mjs');
    assert.match(answer, new RegExp(`^200 .*${opencodeReply(MODEL)}`, 'm'));
    await window.toast('OpenCode rejected the API key “home”').waitFor();
    assert.deepEqual(
      upstream.modelRequests().map(({ headers }) => headers.authorization),
      [`Bearer ${HOME_KEY}`, `Bearer ${WORK_KEY}`],
    );
    await window.screenshot('many-keys');
  });

  it('mends the rejected one through its notification', async () => {
    upstream.acceptKey(HOME_KEY);
    await window.clickToastButton('OpenCode rejected the API key “home”', 'Set API Key');
    await window.waitForInputBox('API key of OpenCode (key “home”)');
    await window.fillInputBox(HOME_KEY);
    await window.toast('OpenCode accepted the API key').waitFor();
    assert.match(await window.captureFromTerminal('node ask.mjs'), /^200 /m);
    assert.equal(upstream.modelRequests().at(-1)?.headers.authorization, `Bearer ${HOME_KEY}`);
    await window.waitForStatus(/running/);
  });
});
