// Set Up Codex and Set Up pi in a real VS Code window, and then the real codex in its terminal.
import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, startCodeServer } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installCodex } from '../support/installCodex';
import { chosenHostVersion, installHost } from '../support/installHost';
import { SCENARIOS } from '../support/scriptedSettings';
import { Window, waitUntil } from '../support/window';

const QUIET_CONFIG =
  'check_for_update_on_startup = false\n[analytics]\nenabled = false\n[otel]\nexporter = "none"\n';

describe('a person who sets up Codex and pi', function () {
  this.bail(true);

  let root: string;
  let server: CodeServer;
  let context: BrowserContext;
  let window: Window;
  let codex: string;
  let file: string;

  before(async function () {
    // The host, the browser and the agent are fetched on the first run of all.
    this.timeout(15 * 60_000);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    root = makeTemporaryFolder('codex-window');
    const workspace = path.join(root, 'project');
    mkdirSync(workspace);
    // The server's home is `root`.
    mkdirSync(path.join(root, '.codex'));
    writeFileSync(path.join(root, '.codex/config.toml'), QUIET_CONFIG);
    file = path.join(root, '.codex/switchyard.config.toml');
    codex = await installCodex();
    const host = await installHost(chosenHostVersion());
    await installVsix({ host, root }, await packExtension(root));
    // The demonstration needs neither key nor network.
    const chain = { models: ['demo/hello'] };
    const scenarios = Object.fromEntries(SCENARIOS.map((name) => [name, chain]));
    const settings = { 'switchyard.scenarios': scenarios };
    server = await startCodeServer({ host, root, settings, isLean: true });
    context = await openBrowser(path.join(root, 'profile'));
    window = new Window(context.pages()[0] ?? (await context.newPage()), {
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
    await removeFolder(root);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot('codex-failed');
  });

  const dialog = () => window.page.locator('.monaco-dialog-box');

  it('is shown the exact file first, and nothing is written without consent', async () => {
    await window.runCommand('Switchyard: Set Up Codex');
    await dialog().filter({ hasText: 'wire_api = "responses"' }).waitFor();
    await window.screenshot('codex-dialog');
    await window.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(existsSync(file), false);
  });

  it('agrees, and the real codex answers in the terminal', async () => {
    await window.runCommand('Switchyard: Set Up Codex');
    await dialog().getByRole('button', { name: 'Write' }).click();
    await waitUntil(() => existsSync(file), 'the profile is written');
    await window.toast('codex -p switchyard').waitFor();
    await window.openTerminal();
    const answer = await window.captureFromTerminal(
      `${codex} exec -p switchyard --skip-git-repo-check hello < /dev/null`,
      60_000,
    );
    assert.match(answer, /This is the demo model of Switchyard/);
    assert.doesNotMatch(answer, /ERROR/);
  });

  it('keeps a file of that name that is not ours', async () => {
    writeFileSync(file, 'model = "my own"\n');
    await window.runCommand('Switchyard: Set Up Codex');
    await dialog().filter({ hasText: 'is not Switchyard’s' }).waitFor();
    await dialog().getByRole('button', { name: 'Copy' }).click();
    await dialog().waitFor({ state: 'detached' });
    assert.equal(readFileSync(file, 'utf8'), 'model = "my own"\n');
  });

  it('gets a provider merged into the models of pi, after consent', async () => {
    const models = path.join(root, '.pi/agent/models.json');
    mkdirSync(path.dirname(models), { recursive: true });
    const present = '{"providers":{"other":{"baseUrl":"http://127.0.0.1:9"}}}';
    writeFileSync(models, present);
    await window.runCommand('Switchyard: Set Up pi');
    await dialog().filter({ hasText: '"scenario:longContext"' }).waitFor();
    await window.screenshot('pi-dialog');
    await window.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(readFileSync(models, 'utf8'), present);
    await window.runCommand('Switchyard: Set Up pi');
    await dialog().getByRole('button', { name: 'Write' }).click();
    await window.toast('pi --model switchyard/auto').waitFor();
    assert.match(readFileSync(models, 'utf8'), /"other": \{.*"switchyard": \{/s);
  });

  it('keeps models of pi that are not plain JSON', async () => {
    const models = path.join(root, '.pi/agent/models.json');
    writeFileSync(models, '// mine\n{"providers":{}}');
    await window.runCommand('Switchyard: Set Up pi');
    await dialog().filter({ hasText: 'is not plain JSON' }).waitFor();
    await dialog().getByRole('button', { name: 'Copy' }).click();
    await dialog().waitFor({ state: 'detached' });
    assert.equal(readFileSync(models, 'utf8'), '// mine\n{"providers":{}}');
  });
});
