// What a person reads whose VS Code speaks Simplified Chinese: status bar, tooltip, palette, input box, and every surface that
// tells of a failure. What goes to the agent in the terminal stays English.

import { strict as assert } from 'node:assert';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { ASK_SCRIPT } from '../support/askScript';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { OPENCODE_CONSOLE_ERRORS } from '../support/upstreamErrors';
import type { Window } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const MODEL = 'opencode-go/glm-5.3';
const KEY = 'sk-chinese-0123456789abcdef';

/** Two words of English in a row; names of models, settings and products are none. */
const ENGLISH = /\b[A-Za-z]?[a-z]+ [a-z]{2,}\b/;

describe('a window in Simplified Chinese', function () {
  this.bail(true);

  let upstream: ScriptedUpstream;
  let window: Window;

  useRealWindow('chinese', async ({ place, open, closeAfter }) => {
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    upstream = closeAfter(await startScriptedUpstream({ status: 200, body: { usage: {} } }));
    ({ window } = await open({
      settings: {
        'switchyard.providers': { 'opencode-go': { baseUrl: upstream.url } },
        'switchyard.scenarios': { default: { models: [MODEL, 'opencode-go/kimi-k3'] } },
      },
      // What a language pack sets besides its own texts: VS Code then asks extensions for theirs in this language.
      prepare: (page) =>
        page.addInitScript({ content: "globalThis._VSCODE_NLS_LANGUAGE = 'zh-cn'" }),
    }));
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

  it('says that the provider rejects a key, and stores the one that it accepts', async () => {
    upstream.answer(OPENCODE_CONSOLE_ERRORS.invalidKey);
    await window.fillInputBox(KEY);
    const toast = window.toast('OpenCode 拒绝了 API 密钥。');
    await toast.waitFor();
    assert.doesNotMatch(await toast.innerText(), ENGLISH);
    await window.screenshot('chinese-key-check');
    await toast.getByRole('button', { name: '重试' }).click();
    await window.waitForInputBox('OpenCode 的 API 密钥');
    // As slowly as people type: VS Code shows no more than three notifications in 800 ms.
    await window.page.keyboard.type(KEY, { delay: 40 });
    await window.page.keyboard.press('Enter');
    await window.toast('OpenCode 接受了 API 密钥。').waitFor();
    await window.waitForStatus(/Switchyard：正在运行/);
    await window.clearToasts();
  });

  it('tells of a key that is rejected later: notification, button, status bar, tooltip', async () => {
    await window.openTerminal();
    upstream.answer(OPENCODE_CONSOLE_ERRORS.invalidKey);
    const told = await window.captureFromTerminal('node ask.mjs');
    // Agents know these words.
    assert.match(told, /^424 .*OpenCode rejected the API key\. Run “Switchyard: Set API Key”/);
    const toast = window.toast('OpenCode 拒绝了 API 密钥。');
    await toast.waitFor();
    assert.doesNotMatch(await toast.innerText(), ENGLISH);
    await window.waitForStatus(/Switchyard：密钥被拒绝/);
    await window.status.hover();
    const tooltip = window.page
      .locator('.monaco-hover')
      .filter({ hasText: 'API 密钥被拒绝（401）' });
    await tooltip.waitFor();
    assert.doesNotMatch(await tooltip.innerText(), ENGLISH);
    await window.screenshot('chinese-key-rejected');
  });

  it('mends it by the button, and tells of a plan that is used up', async () => {
    await window.clickToastButton('OpenCode 拒绝了 API 密钥。', '设置 API 密钥');
    await window.waitForInputBox('OpenCode 的 API 密钥');
    await window.fillInputBox(KEY);
    await window.toast('OpenCode 接受了 API 密钥。').waitFor();
    await window.clearToasts();
    upstream.answer(OPENCODE_CONSOLE_ERRORS.goUsageLimit5Hours);
    assert.match(
      await window.captureFromTerminal('node ask.mjs'),
      /^429 .*usage limit of OpenCode Go/,
    );
    const toast = window.toast(/OpenCode Go 已达用量限额（5 小时）。将于 \d+月\d+日.* 重置。/);
    await toast.waitFor();
    assert.doesNotMatch(await toast.innerText(), ENGLISH);
    await window.screenshot('chinese-plan-limit');
    await window.clearToasts();
    await window.runCommand('View: Toggle Panel Visibility');
  });

  it('explains a request without a word of English', async () => {
    await window.runCommand('Switchyard: 解释路由');
    await window.pickRow('已达用量限额').waitFor();
    await window.screenshot('chinese-explain-list');
    await window.page.keyboard.press('Enter');
    await page()
      .getByRole('heading', { name: /^请求 \w{4}$/ })
      .waitFor();
    const text = await page().locator('body').innerText();
    assert.match(text, /已达用量限额（429）/);
    assert.match(text, /没有其他规则匹配/);
    assert.match(text, /不含图像/);
    assert.doesNotMatch(text, ENGLISH);
    await window.screenshot('chinese-explain');
    await window.runCommand('View: Close All Editors');
  });

  it('shows the same on the dashboard', async () => {
    await window.runCommand('Switchyard: 打开仪表板');
    await page().getByRole('option').first().click();
    await page().getByText('没有其他规则匹配').first().waitFor();
    await page().getByText('已达用量限额（429）').first().waitFor();
    await page()
      .getByText(/\d+ 小时( \d+ 分钟)?/)
      .first()
      .waitFor();
    assert.doesNotMatch(await page().locator('body').innerText(), ENGLISH);
    await window.screenshot('chinese-dashboard');
    await window.runCommand('View: Close All Editors');
  });

  it('diagnoses in the same words, and shows usage', async () => {
    upstream.answerAlways(OPENCODE_CONSOLE_ERRORS.invalidKey);
    await window.runCommand('Switchyard: 诊断');
    await window.pickRow('OpenCode 拒绝了 API 密钥。').waitFor();
    await window.pickRow(/\d+ 个模型中有 \d+ 个冷却中。.*已达用量限额（429）/).waitFor();
    const rows = window.page.locator('.quick-input-widget .monaco-list-rows').first();
    assert.doesNotMatch(await rows.innerText(), ENGLISH);
    await window.screenshot('chinese-diagnose');
    await window.page.keyboard.press('Escape');
    await window.runCommand('Switchyard: 显示用量');
    await page().getByText('此套餐的用量未知：提供商没有给出数字').waitFor();
    assert.doesNotMatch(await page().locator('body').innerText(), ENGLISH);
    await window.screenshot('chinese-usage');
  });

  /** The web view in front. */
  function page(): FrameLocator {
    return window.page.frameLocator('iframe.webview.ready').last().frameLocator('#active-frame');
  }
});
