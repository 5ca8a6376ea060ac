// The installed .vsix in a real VS Code window, used the way a person uses it. The steps build on one another.
import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, startCodeServer } from '../support/codeServer';
import { removeFolder } from '../support/folders';
import { installClaude } from '../support/installClaude';
import { chosenHostVersion, installHost } from '../support/installHost';
import {
  type OpencodeUpstream,
  opencodeReply,
  startOpencodeUpstream,
} from '../support/opencodeUpstream';
import { FIRST_RUN_LIMIT_MS, makePlace, openWindowIn } from '../support/realWindow';
import { SCENARIOS } from '../support/scriptedSettings';
import { type Window, waitUntil } from '../support/window';

const MODELS = ['glm-5.3', 'kimi-k2.7-code', 'minimax-m3'] as const;
const FIRST_REPLY = opencodeReply(MODELS[0]);
const FIRST_KEY = 'sk-first-0123456789abcdef';
const SECOND_KEY = 'sk-second-0123456789abcdef';
const REJECTED = /OpenCode rejected the API key/;
const BASE_URL = /^ANTHROPIC_BASE_URL=(http:\/\/127\.0\.0\.1:\d+)$/m;

/** Asks once, like an agent, and prints status and text or error. */
const ASK_SCRIPT = `
const response = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST',
  headers: {
    authorization: 'Bearer ' + process.env.ANTHROPIC_AUTH_TOKEN,
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
  },
  body: JSON.stringify({
    model: 'claude-sonnet-5-5',
    max_tokens: 100,
    messages: [{ role: 'user', content: 'hello' }],
  }),
});
const answer = await response.json();
const said = answer.content?.map((block) => block.text).join('') ?? answer.error.message;
console.log(response.status, said, response.headers.get('x-should-retry'));
`;

describe('a person in a real window', function () {
  this.bail(true);

  let root: string;
  let workspace: string;
  let upstream: OpencodeUpstream;
  let server: CodeServer;
  let context: BrowserContext;
  let first: Window;
  let claude: string;

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    ({ root, workspace } = makePlace('window'));
    writeFileSync(path.join(workspace, 'ask.mjs'), ASK_SCRIPT);
    claude = await installClaude();
    upstream = await startOpencodeUpstream(FIRST_KEY);
    const host = await installHost(chosenHostVersion());
    await installVsix({ host, root }, await packExtension(root));
    server = await startCodeServer({ host, root, settings: settings(upstream.url), isLean: true });
    context = await openBrowser(path.join(root, 'profile'));
    first = await openWindow().catch(async (error: unknown) => {
      await keepEvidence();
      throw error;
    });
  });

  after(async function () {
    this.timeout(60_000);
    await context?.close();
    await server?.stop();
    await upstream?.close();
    await removeFolder(root);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await keepEvidence();
  });

  it('sees in the status bar that a key is missing, and finds every command', async () => {
    await first.waitForStatus(/set API key/);
    // One by one: the palette shows a dozen of them.
    for (const title of ['Stop', 'Toggle', 'Set API Key', 'Show Log', 'Show Status']) {
      const titles = await first.paletteTitles(`Switchyard: ${title}`);
      assert.ok(titles.includes(`Switchyard: ${title}`), `${title} is not in ${titles.join(', ')}`);
    }
    await first.screenshot('01-key-missing');
  });

  it('has no variables in a terminal before a key is set', async () => {
    await first.openTerminal();
    assert.doesNotMatch(await first.captureFromTerminal('env'), /^ANTHROPIC_/m);
  });

  it('sets a key from the status bar; it is checked with the provider and hidden while typed', async () => {
    await first.status.click();
    await first.pickRow('OpenCode').click();
    const { isPassword } = await first.waitForInputBox('API key of OpenCode');
    assert.equal(isPassword, true);
    await first.quickInput.fill(FIRST_KEY);
    await first.screenshot('02-set-api-key');
    await first.page.keyboard.press('Enter');
    await first.toast('OpenCode accepted the API key').waitFor();
    await first.waitForStatus(/running/);
    const [check, ...others] = upstream.requests;
    assert.equal(check?.path, '/usage');
    assert.equal(check?.headers.authorization, `Bearer ${FIRST_KEY}`);
    assert.equal(others.length, 0);
    await first.screenshot('03-running');
  });

  it('finds the environment in a new terminal', async () => {
    await first.openTerminal();
    const environment = await first.captureFromTerminal('env');
    assert.match(environment, BASE_URL);
    assert.match(environment, /^ANTHROPIC_AUTH_TOKEN=\S{20,}$/m);
    assert.match(environment, /^ANTHROPIC_API_KEY=$/m);
    assert.match(environment, /^CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST=1$/m);
    assert.match(environment, /^NO_PROXY=.*127\.0\.0\.1/m);
    await first.typeInTerminal('clear; env | grep ANTHROPIC_BASE_URL');
    await waitUntil(
      async () => BASE_URL.test(await first.terminalText()),
      'the terminal shows the address',
    );
    await first.screenshot('04-terminal');
  });

  it('is answered in the terminal, by a script and by the real claude', async () => {
    assert.match(await first.captureFromTerminal('node ask.mjs'), new RegExp(`200 ${FIRST_REPLY}`));
    const command = `IS_SANDBOX=1 DISABLE_TELEMETRY=1 DISABLE_ERROR_REPORTING=1 DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1 ${claude} -p hello < /dev/null`;
    assert.equal((await first.captureFromTerminal(command, 60_000)).trim(), FIRST_REPLY);
    assert.deepEqual(
      upstream.modelRequests().map((request) => request.headers.authorization),
      [`Bearer ${FIRST_KEY}`, `Bearer ${FIRST_KEY}`],
    );
  });

  it('reads one line per request in the log, without content or key', async () => {
    await first.runCommand('Switchyard: Show Log');
    await waitUntil(
      async () => /routing scenario=\w+/.test(await first.outputText()),
      'the log shows a routed request',
    );
    const log = await first.outputText();
    assert.doesNotMatch(log, /Greetings|hello/);
    assert.ok(!log.includes(FIRST_KEY));
    await first.screenshot('05-log');
  });

  it('is stopped dead by a rejected key: one upstream call, one notification', async () => {
    upstream.acceptKey(SECOND_KEY);
    const before = upstream.modelRequests().length;
    await first.openTerminal();
    const refused = await first.captureFromTerminal('node ask.mjs');
    assert.match(refused, /^424 OpenCode rejected the API key\. .*Set API Key.* false$/m);
    await first.toast(REJECTED).waitFor();
    await first.waitForStatus(/key rejected/);
    assert.equal(upstream.modelRequests().length, before + 1);
    await first.screenshot('06-key-rejected');

    assert.match(await first.captureFromTerminal('node ask.mjs'), /^424 /m);
    assert.equal(upstream.modelRequests().length, before + 1);
    assert.equal(await first.toast(REJECTED).count(), 1);
  });

  it('sets the right key through the notification, and the next request works', async () => {
    await first.clickToastButton(REJECTED, 'Set API Key');
    await first.waitForInputBox('API key of OpenCode');
    await first.fillInputBox('sk-wrong-0123456789abcdef');
    await first.clickToastButton('It was not stored', 'Try Again');
    await first.waitForInputBox('API key of OpenCode');
    await first.fillInputBox(SECOND_KEY);
    await first.waitForStatus(/running/);
    assert.match(await first.captureFromTerminal('node ask.mjs'), new RegExp(`200 ${FIRST_REPLY}`));
  });

  it('works again after the account was mended and the same key was set anew', async () => {
    upstream.acceptKey('sk-other-0123456789abcdef');
    assert.match(await first.captureFromTerminal('node ask.mjs'), /^424 /m);
    await first.waitForStatus(/key rejected/);
    upstream.acceptKey(SECOND_KEY);
    await first.clickToastButton(REJECTED, 'Set API Key');
    await first.waitForInputBox('API key of OpenCode');
    await first.fillInputBox(SECOND_KEY);
    await first.waitForStatus(/running/);
    assert.match(await first.captureFromTerminal('node ask.mjs'), new RegExp(`200 ${FIRST_REPLY}`));
  });

  it('keeps port, token and key over a reload, so that old terminals still work', async () => {
    const before = variables(await first.captureFromTerminal('env'));
    await first.reload();
    await first.waitForStatus(/running/);
    await first.waitForPrompt();
    assert.match(await first.captureFromTerminal('node ask.mjs'), new RegExp(`200 ${FIRST_REPLY}`));
    await first.openTerminal();
    assert.deepEqual(variables(await first.captureFromTerminal('env')), before);
    assert.match(await first.captureFromTerminal('node ask.mjs'), new RegExp(`200 ${FIRST_REPLY}`));
    const titles = await first.paletteTitles('Switchyard: Delete API Key');
    assert.ok(titles.includes('Switchyard: Delete API Key'), titles.join(', '));
  });

  it('opens a second window, which has a port of its own and works', async () => {
    const second = await openWindow();
    await second.waitForStatus(/running/);
    await second.openTerminal();
    const firstAddress = BASE_URL.exec(await first.captureFromTerminal('env'))?.[1];
    const secondAddress = BASE_URL.exec(await second.captureFromTerminal('env'))?.[1];
    assert.ok(firstAddress !== undefined && secondAddress !== undefined);
    assert.notEqual(secondAddress, firstAddress);
    assert.match(
      await second.captureFromTerminal('node ask.mjs'),
      new RegExp(`200 ${FIRST_REPLY}`),
    );
    await second.page.close();
  });

  it('writes the table of models with Show Status', async () => {
    await first.runCommand('Switchyard: Show Status');
    await waitUntil(async () => {
      const shown = await first.outputText();
      return MODELS.every((model) => shown.includes(`opencode-go/${model}`));
    }, 'the table names every model');
    await first.screenshot('07-status');
  });

  it('stops from the palette, and new terminals are clean again', async () => {
    await first.runCommand('Switchyard: Stop');
    await first.waitForStatus(/stopped/);
    await first.openTerminal();
    assert.doesNotMatch(await first.captureFromTerminal('env'), /^ANTHROPIC_/m);
    await first.status.click();
    await first.waitForStatus(/running/);
  });

  it('looks right in a dark theme too', async () => {
    await first.runCommand('Preferences: Toggle between Light/Dark Themes');
    await first.page.locator('.monaco-workbench.vs-dark').waitFor();
    await first.screenshot('08-dark');
  });

  /** Pictures and logs of a failed run. */
  async function keepEvidence(): Promise<void> {
    for (const [index, page] of context.pages().entries()) {
      await page.screenshot({ path: path.join(ARTIFACTS_FOLDER, `window-failed-${index}.png`) });
    }
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    writeFileSync(path.join(ARTIFACTS_FOLDER, 'window-server.log'), server.log());
    cpSync(path.join(root, 'data/logs'), path.join(ARTIFACTS_FOLDER, 'window-logs'), {
      recursive: true,
    });
  }

  function openWindow(): Promise<Window> {
    return openWindowIn(context, server.windowUrl(workspace));
  }
});

/** The built-in provider with another address: what OpenCode would be, on loopback. */
function settings(url: string): Readonly<Record<string, unknown>> {
  const chain = MODELS.map((model) => `opencode-go/${model}`);
  return {
    'switchyard.providers': { 'opencode-go': { baseUrl: url } },
    'switchyard.scenarios': Object.fromEntries(SCENARIOS.map((name) => [name, { models: chain }])),
  };
}

/** The lines of `env` that Switchyard wrote. */
function variables(environment: string): readonly string[] {
  return environment
    .split('\n')
    .filter((line) => /^(ANTHROPIC_|CLAUDE_CODE_)/.test(line))
    .sort();
}
