// A new user, from the .vsix to the first answer of Claude Code: what they click and type, and how long it takes.
import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Locator } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, settingsFile, startCodeServer } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installClaude } from '../support/installClaude';
import { chosenHostVersion, installHost } from '../support/installHost';
import {
  type OpencodeUpstream,
  opencodeReply,
  startOpencodeUpstream,
} from '../support/opencodeUpstream';
import { Window, waitUntil } from '../support/window';

const KEY = 'sk-newcomer-0123456789abcdef';
const INSTALL_LINE = 'curl -fsSL https://claude.ai/install.sh | bash';
const STEPS = [
  'Set your API key',
  'See which models answer',
  'Let terminals use it',
  'Ask something',
];
const OPEN_CLAUDE = 'Switchyard: Open Terminal with Claude Code';

/** What the agent itself asks at its very first start, and what answers it with the least. */
const CLAUDES_FIRST_RUN: readonly (readonly [screen: RegExp, key: string])[] = [
  [/Syntax theme/, 'Enter'],
  [/Press Enter to continue/, 'Enter'],
  [/❯ 1\. Yes, use recommended/, 'ArrowDown'],
  [/❯ 2\. No, maybe later/, 'Enter'],
  [/❯ No, exit/, 'ArrowDown'],
  [/❯ Yes, I trust this folder/, 'Enter'],
];
const CLAUDE_WAITS = /shift\+tab to cycle|for shortcuts/;

describe('a new user in a real window', function () {
  this.bail(true);

  let root: string;
  let workspace: string;
  let program: string;
  let upstream: OpencodeUpstream;
  let server: CodeServer;
  let context: BrowserContext;
  let window: Window;
  let beganAt: number;
  const effort = { clicks: 0, keystrokes: 0, decisions: [] as string[] };

  before(async function () {
    // The host, the browser and the agent are fetched on the first run of all.
    this.timeout(15 * 60_000);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    root = makeTemporaryFolder('onboarding');
    workspace = path.join(root, 'project');
    mkdirSync(workspace);
    // Where its own installer puts it: on the PATH of no process that runs already.
    program = path.join(root, '.local/bin/claude');
    mkdirSync(path.dirname(program), { recursive: true });
    symlinkSync(await installClaude(), program);
    upstream = await startOpencodeUpstream(KEY);
    const host = await installHost(chosenHostVersion());
    const vsix = await packExtension(root);
    context = await openBrowser(path.join(root, 'profile'));
    const settings = {
      'workbench.welcomePage.walkthroughs.openOnInstall': true,
      'switchyard.providers': { 'opencode-go': { baseUrl: upstream.url } },
    };
    beganAt = Date.now();
    await installVsix({ host, root }, vsix);
    server = await startCodeServer({ host, root, settings, isLean: true, env: QUIET_AGENT });
    window = new Window(context.pages()[0] ?? (await context.newPage()), {
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
    if (this.currentTest?.state === 'failed') await window.screenshot('onboarding-failed');
  });

  it('is shown four steps, without asking for them', async () => {
    await guide().filter({ hasText: 'Get Started with Switchyard' }).waitFor();
    for (const title of STEPS) await step(title).waitFor();
    assert.equal(await step('').count(), STEPS.length);
    await window.screenshot('30-walkthrough-key');
  });

  it('sets a key with two choices and a paste; the step is done, and so is that of the terminals', async () => {
    decide('whose key');
    await click(step('Set your API key').getByRole('button', { name: 'Set API Key' }));
    await window.pickRow('OpenCode').waitFor();
    await press('Enter');
    await window.waitForInputBox('API key of OpenCode');
    decide('the key');
    await paste(KEY);
    await press('Enter');
    await window.toast('OpenCode accepted the API key').waitFor();
    await window.waitForStatus(/running/);
    await done('Set your API key').waitFor();
    await done('Let terminals use it').waitFor();
  });

  it('starts the real claude with one click, and is answered', async function () {
    this.timeout(180_000);
    await click(step('Ask something').locator('.step-title'));
    await window.screenshot('30-walkthrough-try');
    decide('to try it');
    await click(
      step('Ask something').getByRole('button', { name: 'Open Terminal with Claude Code' }),
    );
    await passFirstRun();
    decide('what to ask');
    await ask('hello');
    await untilShown(new RegExp(opencodeReply('glm-5.3')));
    const seconds = Math.round((Date.now() - beganAt) / 1000);
    const { clicks, keystrokes, decisions } = effort;
    console.log(
      `      from the .vsix to the first answer: ${clicks} clicks, ${keystrokes} keystrokes, ${seconds} s, ` +
        `${decisions.length} decisions (${decisions.join(', ')}); ` +
        `beside them ${CLAUDES_FIRST_RUN.length} keystrokes for Claude Code's own first run`,
    );
    assert.ok(decisions.length <= 4);
    await done('Ask something').waitFor();
    await window.screenshot('32-first-answer');
    assert.deepEqual(
      [...new Set(upstream.modelRequests().map(({ headers }) => headers.authorization))],
      [`Bearer ${KEY}`],
    );
  });

  it('did all that without a setting that was edited', () => {
    const settings: unknown = JSON.parse(readFileSync(settingsFile(root, 'Machine'), 'utf8'));
    assert.deepEqual(settings, {
      'switchyard.providers': { 'opencode-go': { baseUrl: upstream.url } },
    });
  });

  it('is not shown the steps again, but finds them in the palette', async () => {
    await window.runCommand('View: Close All Editors');
    await window.reload();
    await window.waitForStatus(/running/);
    assert.equal(await guide().count(), 0);
    await window.runCommand('Switchyard: Get Started');
    await guide().filter({ hasText: 'Get Started with Switchyard' }).waitFor();
    for (const title of STEPS.filter((one) => one !== STEPS[1])) await done(title).waitFor();
    assert.equal(await done(STEPS[1] ?? '').count(), 0);
    await window.runCommand('View: Close All Editors');
  });

  it('is offered the installer where claude is missing; nothing is run unasked', async () => {
    rmSync(program);
    await window.runCommand(OPEN_CLAUDE);
    await window.toast('Claude Code was not found').waitFor();
    await window.screenshot('33-claude-missing');
    await window.clickToastButton('Claude Code was not found', 'Copy Install Command');
    await waitUntil(
      async () => (await window.page.evaluate('navigator.clipboard.readText()')) === INSTALL_LINE,
      'the command is in the clipboard',
    );
    await window.runCommand(OPEN_CLAUDE);
    await window.clickToastButton('Claude Code was not found', 'Install in Terminal');
    // Behind the prompt, and without any output of its own.
    await waitUntil(async () => {
      const shown = (await window.terminalText()).replaceAll('\n', '');
      return /[#$] curl \S+ \S+ \| bash$/.test(shown);
    }, 'the command waits in a terminal');
    await window.page.keyboard.press('Control+U');
  });

  it('is asked for the key first where there is none, and claude starts after it', async () => {
    symlinkSync(await installClaude(), program);
    await window.runCommand('Switchyard: Delete API Key');
    await window.pickRow('OpenCode').click();
    await window.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await window.waitForStatus(/set API key/);
    await window.runCommand(OPEN_CLAUDE);
    await window.pickRow('OpenCode').click();
    await window.waitForInputBox('API key of OpenCode');
    await window.fillInputBox(KEY);
    await window.waitForStatus(/running/);
    await untilShown(CLAUDE_WAITS);
  });

  const guide = (): Locator => window.page.locator('.gettingStartedContainer');

  function step(title: string): Locator {
    return guide().locator('.getting-started-step').filter({ hasText: title });
  }

  function done(title: string): Locator {
    return step(title).locator('.codicon-getting-started-step-checked');
  }

  function decide(what: string): void {
    effort.decisions.push(what);
  }

  async function click(target: Locator): Promise<void> {
    effort.clicks += 1;
    await target.click();
  }

  async function press(key: string): Promise<void> {
    effort.keystrokes += 1;
    await window.quickInput.press(key);
  }

  async function untilShown(screen: RegExp): Promise<void> {
    const isShown = async (): Promise<boolean> => screen.test(await window.terminalText());
    await waitUntil(isShown, `claude shows ${screen}`, 60_000);
  }

  /** Answers one screen after the other until the agent waits for a question. */
  async function passFirstRun(): Promise<void> {
    await waitUntil(
      async () => {
        const shown = await settledText();
        if (CLAUDE_WAITS.test(shown)) return true;
        const answer = CLAUDES_FIRST_RUN.find(([screen]) => screen.test(shown));
        if (answer !== undefined) await window.page.keyboard.press(answer[1]);
        return false;
      },
      'claude waits for a question',
      120_000,
    );
  }

  /** What the terminal shows once it has stopped changing: a screen that is being drawn does not listen yet. */
  async function settledText(): Promise<string> {
    for (let before = ''; ; ) {
      await sleep(700);
      const now = await window.terminalText();
      if (now === before) return now;
      before = now;
    }
  }

  async function ask(question: string): Promise<void> {
    effort.keystrokes += question.length + 1;
    await window.page.keyboard.type(question, { delay: 20 });
    await window.page.keyboard.press('Enter');
  }

  /** One keystroke for a person: the key is in the clipboard. */
  async function paste(text: string): Promise<void> {
    effort.keystrokes += 1;
    await window.page.keyboard.insertText(text);
  }
});

/** What the agent would otherwise send or fetch beside its requests; it may run as root in a container. */
const QUIET_AGENT = {
  IS_SANDBOX: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_INSTALLATION_CHECKS: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
};
