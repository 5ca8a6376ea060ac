// The menu, the scenarios and every state of the status bar, as a person sees and uses them: by keyboard alone.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import type { Locator } from 'playwright-core';
import { ASK_SCRIPT } from '../support/askScript';
import { settingsFile } from '../support/codeServer';
import { type OpencodeUpstream, startOpencodeUpstream } from '../support/opencodeUpstream';
import type { Place } from '../support/realWindow';
import { OPENCODE_CONSOLE_ERRORS } from '../support/upstreamErrors';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const KEY = 'sk-menu-0123456789abcdef';
const CHAIN = ['opencode-go/glm-5.3', 'opencode-go/minimax-m3'];

describe('menu, scenarios and states in a real window', function () {
  this.bail(true);

  let upstream: OpencodeUpstream;
  let place: Place;
  let window: Window;

  useRealWindow('menu', async (suite) => {
    ({ place } = suite);
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    upstream = suite.closeAfter(await startOpencodeUpstream(KEY));
    ({ window } = await suite.open({ settings: settings(upstream.url) }));
  });

  it('mends what the state asks for with the first thing that the menu offers', async () => {
    await window.waitForStatus(/set API key/);
    await openMenu();
    assert.match((await rows())[0] ?? '', /^OpenCode needs an API key\./);
    assert.match((await rows())[1] ?? '', /^Set API Key/);
    await window.screenshot('40-menu-key-missing');
    await window.quickInput.press('ArrowDown');
    await window.quickInput.press('Enter');
    // The menu that was left names OpenCode too.
    await window.pickRow('api.anthropic.com').waitFor();
    await window.quickInput.press('Enter');
    await window.waitForInputBox('API key of OpenCode');
    await window.fillInputBox(KEY);
    await window.waitForStatus(/running/);
    await window.clearToasts();
  });

  it('finds everything else in the menu by typing, with the state before all', async () => {
    await openMenu();
    assert.match((await rows())[0] ?? '', /^Running on port \d+\..*Show Status/);
    await window.screenshot('41-menu-running');
    await window.quickInput.fill('codex');
    await waitUntil(
      async () => (await rows())[0]?.startsWith('Set Up Codex') === true,
      'what was typed comes first',
    );
    await window.page.keyboard.press('Escape');
  });

  it('gives a scenario other models with keys alone, in the order of the ticks', async () => {
    await window.runCommand('Switchyard: Show Scenarios');
    await window.pickRow('everything else').waitFor();
    await window.screenshot('42-scenarios');
    await window.quickInput.fill('with images');
    await window.pickRow('vision').waitFor();
    await window.quickInput.press('Enter');
    await titled('vision: opencode-go/').waitFor();
    const before = await quickTitle();
    // From the field into the list, the first two models of the chain off, and the first one on again: it comes last.
    for (const key of ['ArrowDown', 'Space', 'Space']) await window.page.keyboard.press(key);
    await waitUntil(async () => (await quickTitle()) !== before, 'the order has changed');
    await window.screenshot('43-choose-chain');
    const chain = (await quickTitle()).replace('vision: ', '');
    await window.page.keyboard.press('Enter');
    await window.toast('The scenario vision is now served by').waitFor();
    const [, ...others] = before.replace('vision: opencode-go/', '').split(' → ');
    const [first = ''] = before.replace('vision: opencode-go/', '').split(' → ');
    const expected = [...others, first].map((model) => `opencode-go/${model}`);
    assert.deepEqual(machineSettings()['switchyard.scenarios'], {
      default: { models: CHAIN },
      vision: { models: expected },
    });
    assert.equal(chain, expected.join(' → ').replaceAll(' → opencode-go/', ' → '));
    await window.clearToasts();
  });

  it('goes back to the built-in models', async () => {
    await window.runCommand('Switchyard: Show Scenarios');
    await window.quickInput.fill('with images');
    await window.pickRow('vision').click();
    await titled('vision: ').waitFor();
    await window.page.getByRole('button', { name: 'Back to the built-in models' }).press('Enter');
    await window.toast('has its built-in models again').waitFor();
    assert.deepEqual(machineSettings()['switchyard.scenarios'], { default: { models: CHAIN } });
    await window.clearToasts();
  });

  it('sees which models rest, for how long, and has it forgotten', async () => {
    upstream.answer({ status: 429, headers: { 'retry-after': '90' }, body: {} });
    await ask('claude-sonnet-5-5');
    await window.waitForStatus(/degraded/);
    await window.status.hover();
    const hover = window.page.locator('.monaco-hover').filter({ hasText: 'rests for' });
    await hover.waitFor();
    // The table's words do not break.
    const table = (await hover.innerText()).replaceAll('\u00a0', ' ').replaceAll('\u2011', '-');
    assert.match(table, /glm-5\.3\s+rests for 2 min/);
    assert.match(table, /minimax-m3\s+serving\s+\d+ ms/);
    await window.screenshot('44-tooltip');
    // The tooltip's own link leads to the menu.
    await hover.getByRole('link', { name: 'Menu' }).click();
    await window.pickRow('1 of 11 models resting').waitFor();
    await window.screenshot('45-menu-degraded');
    await window.pickRow('Try every model again').waitFor();
    await window.runCommand('Switchyard: Reset Health');
    await window.waitForStatus(/running/);
  });

  it('shows that the account is blocked, and asks for another key', async () => {
    upstream.answer(OPENCODE_CONSOLE_ERRORS.accountBlocked);
    await ask('claude-sonnet-5-5');
    await window.waitForStatus(/account blocked/);
    await window.status.click();
    await window.waitForInputBox('API key of OpenCode');
    await window.fillInputBox(KEY);
    await window.waitForStatus(/running/);
    await window.clearToasts();
  });

  it('shows how it stops: first what still runs, then at once, then starts again', async () => {
    const seenStatus = await watchStatus();
    upstream.answer({ silent: true });
    const count = upstream.requests.length;
    await window.openTerminal();
    await window.typeInTerminal('node ask.mjs claude-sonnet-5-5 &');
    await upstream.waitForRequests(count + 1);
    await window.runCommand('Switchyard: Stop');
    await window.waitForStatus(/stopping/);
    await window.runCommand('Switchyard: Stop');
    await window.waitForStatus(/stopped/);
    await window.runCommand('Switchyard: Start');
    await window.waitForStatus(/running/);
    await seenStatus('starting');
  });

  it('says that no model can be used, and leads to the scenarios', async () => {
    const providers = { 'opencode-go': { baseUrl: upstream.url } };
    const gateway = { baseUrl: `${upstream.url}/gateway` };
    writeSettings({ 'switchyard.providers': { ...providers, gateway } });
    writeSettings({ 'switchyard.scenarios': { default: { models: ['gateway/one'] } } });
    await window.waitForStatus(/set API key/);
    // The chain outlives the provider: a setting that is not valid keeps its last good value.
    writeSettings({ 'switchyard.providers': providers });
    await window.waitForStatus(/no usable model/);
    await window.status.click();
    await window.pickRow('everything else').waitFor();
    await window.page.keyboard.press('Escape');
    writeSettings({ 'switchyard.scenarios': { default: { models: CHAIN } } });
    await window.waitForStatus(/running/);
  });

  it('says that a port is taken, and runs again once it may have another', async () => {
    const other = createServer();
    const port = await listen(other);
    writeSettings({ 'switchyard.port': port });
    await window.waitForStatus(/failed/);
    await openMenu();
    await window.pickRow(`Port ${port} is in use by another program.`).waitFor();
    await window.pickRow('Choose Port').click();
    await window.page.locator('.settings-editor').waitFor();
    await window.screenshot('46-choose-port');
    writeSettings({ 'switchyard.port': 0 });
    await window.waitForStatus(/running/);
    other.close();
  });

  it('opens the settings, and deletes the history of usage after a question', async () => {
    await window.runCommand('View: Close All Editors');
    await window.runCommand('Switchyard: Open Settings');
    await window.page.locator('.settings-editor').waitFor();
    await window.runCommand('Switchyard: Clear Usage History');
    const question = window.page.locator('.monaco-dialog-box');
    await question.waitFor();
    await window.screenshot('47-clear-history');
    await question.getByRole('button', { name: 'Clear' }).click();
    await window.toast('The usage history is empty now').waitFor();
  });

  async function openMenu(): Promise<void> {
    await window.runCommand('Switchyard: Show Menu');
    await titled('Switchyard').waitFor();
    await window.pickRow('Show Status').waitFor();
  }

  async function rows(): Promise<readonly string[]> {
    const texts = await window.page.locator('.quick-input-widget .monaco-list-row').allInnerTexts();
    return texts.map((text) => text.replaceAll(/\s+/g, ' ').trim());
  }

  function titled(text: string): Locator {
    return window.page.locator('.quick-input-widget:visible .quick-input-title', { hasText: text });
  }

  async function quickTitle(): Promise<string> {
    return (await window.page.locator('.quick-input-widget:visible .quick-input-title').innerText())
      .replaceAll('\u00a0', ' ')
      .trim();
  }

  async function ask(model: string): Promise<void> {
    await window.openTerminal();
    await window.captureFromTerminal(`node ask.mjs ${model}`);
  }

  /** Keeps every text of the status bar item from now on, for states that last only for moments. */
  async function watchStatus(): Promise<(words: string) => Promise<void>> {
    const texts: string[] = [];
    await window.page.exposeFunction('keepStatusText', (text: string) => texts.push(text));
    await window.page.evaluate(`
      new MutationObserver(() => {
        const item = document.querySelector('.statusbar-item[id^="switchyard.switchyard."]');
        window.keepStatusText(item?.textContent ?? '');
      }).observe(document.querySelector('.statusbar'), { subtree: true, childList: true, characterData: true });
    `);
    return (words) =>
      waitUntil(
        () => texts.some((text) => text.includes(words)),
        `the status bar has shown ${words}`,
      );
  }

  function machineSettings(): Readonly<Record<string, unknown>> {
    return JSON.parse(readFileSync(settingsFile(place.root, 'Machine'), 'utf8'));
  }

  function writeSettings(change: Readonly<Record<string, unknown>>): void {
    const settings = { ...machineSettings(), ...change };
    writeFileSync(settingsFile(place.root, 'Machine'), JSON.stringify(settings, undefined, 2));
  }
});

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

function settings(url: string): Readonly<Record<string, unknown>> {
  return {
    'switchyard.providers': { 'opencode-go': { baseUrl: url } },
    'switchyard.scenarios': { default: { models: CHAIN } },
  };
}
