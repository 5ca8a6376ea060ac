// What a person reads whose VS Code speaks Simplified Chinese: status bar, tooltip, palette, input box.
import { strict as assert } from 'node:assert';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from '../support/browser';
import { type CodeServer, installVsix, startCodeServer } from '../support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { chosenHostVersion, installHost } from '../support/installHost';
import { Window } from '../support/window';

describe('a window in Simplified Chinese', function () {
  this.bail(true);

  let root: string;
  let server: CodeServer;
  let context: BrowserContext;
  let window: Window;

  before(async function () {
    // The host and the browser are fetched on the first run of all.
    this.timeout(15 * 60_000);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    root = makeTemporaryFolder('chinese');
    const workspace = path.join(root, 'project');
    mkdirSync(workspace);
    const host = await installHost(chosenHostVersion());
    await installVsix({ host, root }, await packExtension(root));
    server = await startCodeServer({ host, root, settings: {}, isLean: true });
    context = await openBrowser(path.join(root, 'profile'));
    // What a language pack sets besides its own texts: VS Code then asks extensions for theirs in this language.
    await context.addInitScript({ content: "globalThis._VSCODE_NLS_LANGUAGE = 'zh-cn'" });
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
    await removeFolder(root);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot('chinese-failed');
  });

  it('tells the state in the status bar and its tooltip', async () => {
    await window.waitForStatus(/Switchyard：设置 API 密钥/);
    await window.status.hover();
    await window.page
      .locator('.monaco-hover')
      .filter({ hasText: 'OpenCode 需要 API 密钥。' })
      .waitFor();
    await window.screenshot('chinese-tooltip');
  });

  it('has its commands in the palette, and asks for the key', async () => {
    await window.runCommand('Switchyard: 设置 API 密钥');
    await window.pickRow('OpenCode').click();
    const { isPassword } = await window.waitForInputBox('OpenCode 的 API 密钥');
    assert.ok(isPassword);
    await window.screenshot('chinese-set-api-key');
  });
});
