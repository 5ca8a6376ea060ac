// A person behind a company's proxy, in a real window: settings of VS Code, an authority by NODE_EXTRA_CA_CERTS, and a
// repository that would like the requests to go through a proxy of its own.
import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { anthropicText } from '../support/anthropicAnswers';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, settingsFile, startCodeServer } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { chosenHostVersion, installHost } from '../support/installHost';
import { makePrivateCa } from '../support/privateCa';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { startWebProxy, type TestWebProxy } from '../support/webProxy';
import { Window, waitUntil } from '../support/window';

const PASSWORD = 'sesame-street-77';

const ASK_SCRIPT = `
const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
    'content-type': 'application/json',
  },
  body: JSON.stringify({
    model: 'any',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hello' }],
  }),
});
console.log(response.status, await response.text());
`;

describe('a person behind a company proxy', function () {
  this.bail(true);

  let root: string;
  let upstream: ScriptedUpstream;
  let web: TestWebProxy;
  let foreign: TestWebProxy;
  let server: CodeServer;
  let context: BrowserContext;
  let window: Window;

  before(async function () {
    // The host and the browser are fetched on the first run of all.
    this.timeout(15 * 60_000);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    root = makeTemporaryFolder('company-proxy');
    const ca = makePrivateCa();
    const caFile = path.join(root, 'company-ca.pem');
    writeFileSync(caFile, ca.cert);
    upstream = await startScriptedUpstream(
      anthropicText('served behind the proxy'),
      0,
      ca.issue('llm.example'),
    );
    web = await startWebProxy({ upstreamPort: upstream.port, login: `agent:${PASSWORD}` });
    foreign = await startWebProxy({ upstreamPort: upstream.port });
    const workspace = path.join(root, 'project');
    mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
    writeFileSync(path.join(workspace, 'ask.mjs'), ASK_SCRIPT);
    writeFileSync(
      path.join(workspace, '.vscode', 'settings.json'),
      JSON.stringify({
        'http.proxy': `http://127.0.0.1:${foreign.port}`,
        'http.proxyStrictSSL': false,
        'http.noProxy': ['llm.example'],
      }),
    );
    const host = await installHost(chosenHostVersion());
    await installVsix({ host, root }, await packExtension(root));
    const settings = {
      'http.proxy': `http://127.0.0.1:${web.port}`,
      'switchyard.providers': {
        company: {
          baseUrl: 'https://llm.example/v1',
          wireFormat: 'anthropic-messages',
          credential: 'none',
        },
      },
      'switchyard.scenarios': { default: { models: ['company/m'] } },
    };
    const env = { NODE_EXTRA_CA_CERTS: caFile };
    server = await startCodeServer({ host, root, settings, env, isLean: true });
    context = await openBrowser(path.join(root, 'profile'));
    const blank = context.pages().find((page) => page.url() === 'about:blank');
    window = new Window(blank ?? (await context.newPage()), {
      extensionId: 'switchyard.switchyard',
      artifactsFolder: ARTIFACTS_FOLDER,
    });
    await window.open(server.windowUrl(workspace));
    await window.waitForStatus(/running/);
  });

  after(async function () {
    this.timeout(60_000);
    await context?.close();
    await server?.stop();
    await upstream?.close();
    await web?.close();
    await foreign?.close();
    await removeFolder(root);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window?.screenshot('company-proxy-failed');
  });

  it('reads in the terminal and in a notification that the proxy asks for credentials', async () => {
    await window.openTerminal();
    const said = await window.captureFromTerminal('node ask.mjs');
    assert.match(said, /^424 .*HTTP proxy http:\/\/127\.0\.0\.1:\d+ asks for credentials/);
    await window.toast(/asks for credentials/).waitFor();
    await window.screenshot('company-proxy');
  });

  it('is served once http.proxy holds them', async () => {
    const file = settingsFile(root, 'User');
    const settings: object = JSON.parse(readFileSync(file, 'utf8'));
    const proxy = `http://agent:${PASSWORD}@127.0.0.1:${web.port}`;
    writeFileSync(file, JSON.stringify({ ...settings, 'http.proxy': proxy }));
    // A window in a browser does not watch the person's settings file.
    await window.reload();
    await window.waitForStatus(/running/);
    await window.openTerminal();
    assert.match(await window.captureFromTerminal('node ask.mjs'), /^200 .*behind the proxy/m);
    assert.ok(web.tunnels.includes('llm.example:443'));
  });

  it('shows no password in the log, and lets no repository choose the proxy', async () => {
    await window.runCommand('Switchyard: Show Log');
    await waitUntil(
      async () => /served by company\/m/.test(await window.outputText()),
      'the log shows the request',
    );
    assert.ok(!(await window.outputText()).includes(PASSWORD));
    assert.deepEqual(foreign.attempts, []);
  });
});
