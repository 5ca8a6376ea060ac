// VS Code's own chat in a real window: our models in its picker. What they answer is asked through its API in test/host: the
// chat itself wants a sign-in first.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Locator } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, startCodeServer } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { chosenHostVersion, installHost } from '../support/installHost';
import { SCENARIOS } from '../support/scriptedSettings';
import { Window } from '../support/window';

describe('a person in the chat of VS Code', function () {
  this.bail(true);

  let root: string;
  let server: CodeServer;
  let context: BrowserContext;
  let window: Window;

  before(async function () {
    // The host and the browser are fetched on the first run of all.
    this.timeout(15 * 60_000);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    root = makeTemporaryFolder('chat');
    const workspace = path.join(root, 'project');
    mkdirSync(workspace);
    const facts = { context: 200_000, maxOutput: 64_000, images: true };
    const chain = { models: ['hosted/first'] };
    const settings = {
      'switchyard.providers': {
        hosted: {
          // Never asked.
          baseUrl: 'http://127.0.0.1:9',
          wireFormat: 'anthropic-messages',
          credential: 'none',
          models: { first: facts },
        },
      },
      'switchyard.scenarios': Object.fromEntries(SCENARIOS.map((name) => [name, chain])),
      'chat.disableAIFeatures': false,
    };
    const host = await installHost(chosenHostVersion());
    await installVsix({ host, root }, await packExtension(root));
    server = await startCodeServer({ host, root, settings });
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
    if (this.currentTest?.state === 'failed') await window.screenshot('chat-failed');
  });

  const picker = (): Locator =>
    window.page.locator('.chat-input-picker-item').filter({ hasText: /Switchyard|first/ });
  it('finds the automatic choice, the scenarios and the models in the picker', async () => {
    await window.runCommand('Chat: Open Chat');
    await picker().click();
    const list = window.page.locator('.action-widget');
    await list.getByText('Switchyard (automatic)').waitFor();
    await list.getByText('Other Models').click();
    await list.getByText('Switchyard: think').waitFor();
    await list.getByText('first', { exact: true }).waitFor();
    await window.screenshot('chat-picker');
    await window.page.keyboard.press('Escape');
  });

  it('finds them with what they can under Manage Language Models', async () => {
    await window.runCommand('Chat: Manage Language Models');
    const row = window.page
      .locator('.monaco-list-row')
      .filter({ hasText: 'Switchyard (automatic)' });
    await row.filter({ hasText: 'Tools' }).filter({ hasText: 'Vision' }).waitFor();
    await window.screenshot('chat-models');
  });
});
