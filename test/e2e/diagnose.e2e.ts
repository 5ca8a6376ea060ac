// Diagnose as a person sees it: broken states made in a real window and mended from the list, by keyboard.

import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Place } from '../support/realWindow';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const KEY = 'sk-diagnose-0123456789abcdef';
const FOREIGN_KEY = 'sk-ant-somebodys-0123456789';

const CLAUDE_SETTINGS = `{
  "permissions": {},
  "env": {
    "ANTHROPIC_BASE_URL": "https://gateway.example",
    "ANTHROPIC_API_KEY": "${FOREIGN_KEY}"
  }
}
`;

describe('diagnosing a real window', function () {
  this.bail(true);

  let upstream: ScriptedUpstream;
  let place: Place;
  let window: Window;

  useRealWindow('diagnose', async (suite) => {
    ({ place } = suite);
    mkdirSync(path.join(place.workspace, '.claude'), { recursive: true });
    writeFileSync(path.join(place.workspace, '.claude/settings.json'), CLAUDE_SETTINGS);
    upstream = suite.closeAfter(await startScriptedUpstream({ status: 200, body: { usage: {} } }));
    const holder = suite.closeAfter(createServer());
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const address = holder.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const settings = {
      'switchyard.port': port,
      'switchyard.providers': { 'opencode-go': { baseUrl: upstream.url } },
      'workbench.colorTheme': 'Default Dark Modern',
    };
    ({ window } = await suite.open({ settings }));
  });

  /** Opens the list and puts the cursor on the line with these words. */
  async function choose(words: string | RegExp, filter: string): Promise<void> {
    await window.runCommand('Switchyard: Diagnose');
    await window.pickRow(words).waitFor();
    await window.quickInput.fill(filter);
    await window.pickRow(words).waitFor();
  }

  it('names the program that holds the fixed port, and takes another', async () => {
    await window.waitForStatus(/failed/);
    await window.clearToasts();
    await choose(/Port \d+ is held by \S+ \(process \d+\)/, 'is held by');
    await window.screenshot('diagnose-port');
    await window.page.keyboard.press('Enter');
    await window.waitForInputBox('Another port for the proxy');
    await window.fillInputBox('0');
    await window.pickRow('The proxy answers on port').waitFor();
    await window.waitForStatus(/set API key/);
  });

  it('asks for the key that is missing, and then finds it accepted', async () => {
    await choose('No API key of OpenCode is set', 'No API key');
    await window.page.keyboard.press('Enter');
    // The line of the list has the same words as the box.
    await window.page.locator('.quick-input-widget input[type=password]').waitFor();
    await window.fillInputBox(KEY);
    await window.waitForStatus(/running/);
    await window.runCommand('Switchyard: Diagnose');
    await window.pickRow('OpenCode accepted the API key').waitFor();
    await window.pickRow('OpenCode answers, after').waitFor();
    await window.screenshot('diagnose-dark');
    const rows = await window.page.locator('.quick-input-widget').innerText();
    assert.ok(!rows.includes(FOREIGN_KEY) && !rows.includes(KEY));
  });

  it('starts a proxy that was stopped', async () => {
    await window.runCommand('Switchyard: Stop');
    await window.waitForStatus(/stopped/);
    await choose('The proxy is stopped', 'proxy is stopped');
    await window.page.keyboard.press('Enter');
    await window.waitForStatus(/running/);
    await window.pickRow('The proxy answers on port').waitFor();
  });

  it('opens the project settings that lead Claude Code away, at the line', async () => {
    await choose(
      'ANTHROPIC_BASE_URL leads past the proxy: project/.claude/settings.json, line 4.',
      'ANTHROPIC_BASE_URL',
    );
    await window.page.keyboard.press('Enter');
    await window.page.locator('.tab.active').filter({ hasText: 'settings.json' }).waitFor();
    await window.page
      .locator('.statusbar-item')
      .filter({ hasText: /^Ln 4, Col 1/ })
      .waitFor();
  });

  it('copies a report that tells what was found, and no secret', async () => {
    await window.runCommand('Switchyard: Copy Diagnostics');
    await window.toast('Diagnostics copied').waitFor();
    let text = '';
    await waitUntil(
      async () => {
        text = await window.page.evaluate('navigator.clipboard.readText()').then(String);
        return text.includes('Switchyard diagnostics');
      },
      'the report is on the clipboard',
      10_000,
    );
    assert.match(text, /\| warning \| Claude Code’s settings \| ANTHROPIC_BASE_URL leads past/);
    assert.match(text, /\| ok \| Proxy \|/);
    assert.match(text, /\[info\] proxy listens/);
    for (const secret of [KEY, FOREIGN_KEY, place.root]) assert.ok(!text.includes(secret), secret);
    await window.clearToasts();
  });

  it('can be read in every theme', async () => {
    const themes = [
      ['Light Modern', '.vs', 'light'],
      ['High Contrast', '.hc-black, .hc-light', 'contrast'],
    ] as const;
    for (const [theme, mark, name] of themes) {
      await window.runCommand('Preferences: Color Theme');
      await window.pickRow('Dark Modern').waitFor();
      await window.quickInput.fill(theme);
      await window.pickRow(theme).click();
      await window.page.locator('.monaco-workbench').and(window.page.locator(mark)).waitFor();
      await window.runCommand('Switchyard: Diagnose');
      await window.page.locator('input[placeholder^="Problems: 0, warnings: 2"]').waitFor();
      await window.screenshot(`diagnose-${name}`);
    }
  });
});
