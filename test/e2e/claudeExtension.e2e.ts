// The graphical Claude Code extension in a real VS Code window: set up, used with the real claude, and undone.

import { strict as assert } from 'node:assert';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { installVsix, settingsFile } from '../support/codeServer';
import { ASK_COMMAND, packFakeClaudeExtension } from '../support/fakeClaudeExtension';
import { installClaude } from '../support/installClaude';
import type { Place, RealWindow } from '../support/realWindow';
import { SCENARIOS } from '../support/scriptedSettings';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const setUp = 'Switchyard: Set Up Claude Code Extension';
const undo = 'Switchyard: Undo Claude Code Extension Set-Up';

describe('a person with the graphical Claude Code extension', function () {
  this.bail(true);

  let place: Place;
  let opened: RealWindow;
  let window: Window;
  let claude: string;
  let original: unknown;

  useRealWindow('claude-extension', async (suite) => {
    ({ place } = suite);
    claude = await installClaude();
    // The demonstration needs neither key nor network; the person has a wrapper of their own already.
    const chain = { models: ['demo/hello'] };
    original = {
      'switchyard.scenarios': Object.fromEntries(SCENARIOS.map((name) => [name, chain])),
      'claudeCode.claudeProcessWrapper': '/usr/bin/env',
    };
    mkdirSync(path.dirname(settingsFile(place.root, 'Machine')), { recursive: true });
    writeFileSync(settingsFile(place.root, 'Machine'), JSON.stringify(original));
    opened = await suite.open();
    window = opened.window;
    await window.waitForStatus(/running/);
  });

  const dialog = () => window.page.locator('.monaco-dialog-box');
  const storage = () =>
    path.join(place.root, 'data/User/globalStorage/switchyard.switchyard/claude-code');
  const machineSettings = (): unknown =>
    JSON.parse(readFileSync(settingsFile(place.root, 'Machine'), 'utf8'));
  const variableFiles = () =>
    existsSync(storage()) ? readdirSync(storage()).filter((name) => name.endsWith('.env')) : [];

  /** What a process prints that the extension starts. */
  async function started(argv: readonly string[], limitMs: number): Promise<string> {
    const output = path.join(place.workspace, 'output.txt');
    rmSync(output, { force: true });
    writeFileSync(path.join(place.workspace, 'argv.json'), JSON.stringify(argv));
    await window.runCommand(ASK_COMMAND);
    await waitUntil(() => existsSync(output), 'the process of the extension ends', limitMs);
    return readFileSync(output, 'utf8');
  }

  it('is told where the extension is to be had as long as it is not installed', async () => {
    await window.runCommand(setUp);
    const toast = window.toast('anthropic.claude-code');
    await toast.getByRole('button', { name: 'Open Its Page' }).waitFor();
    await window.clearToasts();
    await installVsix(
      { host: opened.host, root: place.root },
      await packFakeClaudeExtension(place.root),
    );
    await window.reload();
    await window.waitForStatus(/running/);
  });

  it('is shown the exact change first, and nothing changes without consent', async () => {
    await window.runCommand(setUp);
    const launcher = path.join(storage(), 'launch');
    await dialog()
      .filter({ hasText: `claudeCode.claudeProcessWrapper: "/usr/bin/env" → "${launcher}"` })
      .filter({ hasText: 'claudeCode.disableLoginPrompt: (not set) → true' })
      .waitFor();
    await window.screenshot('claude-extension-dialog');
    await window.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.deepEqual(machineSettings(), original);
    assert.deepEqual(variableFiles(), []);
  });

  it('agrees, and the extension’s own process is answered through the proxy', async () => {
    await window.runCommand(setUp);
    await dialog().getByRole('button', { name: 'Change Settings' }).click();
    await window.toast('go through Switchyard').waitFor();
    await waitUntil(() => variableFiles().length === 1, 'the variables are written');
    const argv = ['-p', 'hello', '--dangerously-skip-permissions'];
    const quiet = [
      'IS_SANDBOX=1',
      'DISABLE_AUTOUPDATER=1',
      'CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1',
    ];
    const answer = await started(['/usr/bin/env', ...quiet, claude, ...argv], 90_000);
    assert.match(answer, /This is the demo model of Switchyard/);
  });

  it('finds no access token in any setting, and nobody else can read where it is', async () => {
    const [name = ''] = variableFiles();
    const file = path.join(storage(), name);
    const token = /ANTHROPIC_AUTH_TOKEN='([\w-]{20,})'/.exec(readFileSync(file, 'utf8'))?.[1];
    assert.ok(token !== undefined);
    for (const level of ['User', 'Machine'] as const) {
      assert.ok(!readFileSync(settingsFile(place.root, level), 'utf8').includes(token), level);
    }
    assert.equal(statSync(file).mode & 0o077, 0);
  });

  it('is served after a reload too, and not while the proxy is stopped', async () => {
    await window.reload();
    await window.waitForStatus(/running/);
    assert.match(await started(['/usr/bin/env'], 20_000), /ANTHROPIC_BASE_URL=http:\/\/127/);
    await window.runCommand('Switchyard: Stop');
    await waitUntil(() => variableFiles().length === 0, 'the variables are gone');
    assert.doesNotMatch(await started(['/usr/bin/env'], 20_000), /ANTHROPIC_/);
    await window.runCommand('Switchyard: Start');
    await waitUntil(() => variableFiles().length === 1, 'the variables are back');
  });

  it('undoes it, and every setting is as it was', async () => {
    await window.runCommand(undo);
    await dialog().filter({ hasText: '→ "/usr/bin/env"' }).waitFor();
    await dialog().getByRole('button', { name: 'Change Settings' }).click();
    await window.toast('go past Switchyard').waitFor();
    assert.deepEqual(machineSettings(), original);
    await waitUntil(() => variableFiles().length === 0, 'the variables are gone');
    await window.clearToasts();
    await window.runCommand(undo);
    await window.toast('Nothing was changed').waitFor();
  });
});
