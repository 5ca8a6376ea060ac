// What a person reads whose VS Code speaks Simplified Chinese: status bar, tooltip, palette, input box.

import { strict as assert } from 'node:assert';
import { removeFolder } from '../support/folders';
import {
  FIRST_RUN_LIMIT_MS,
  makePlace,
  openRealWindow,
  type Place,
  type RealWindow,
} from '../support/realWindow';
import type { Window } from '../support/window';

describe('a window in Simplified Chinese', function () {
  this.bail(true);

  let place: Place;
  let opened: RealWindow;
  let window: Window;

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    place = makePlace('chinese');
    opened = await openRealWindow(place, {
      // What a language pack sets besides its own texts: VS Code then asks extensions for theirs in this language.
      prepare: (page) =>
        page.addInitScript({ content: "globalThis._VSCODE_NLS_LANGUAGE = 'zh-cn'" }),
    });
    window = opened.window;
  });

  after(async function () {
    this.timeout(60_000);
    await opened?.close();
    await removeFolder(place.root);
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
