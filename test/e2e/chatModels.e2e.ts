// VS Code's own chat in a real window: our models in its picker. What they answer is asked through its API in test/host: the
// chat itself wants a sign-in first.

import type { Locator } from 'playwright-core';
import { removeFolder } from '../support/folders';
import {
  FIRST_RUN_LIMIT_MS,
  makePlace,
  openRealWindow,
  type Place,
  type RealWindow,
} from '../support/realWindow';
import { SCENARIOS } from '../support/scriptedSettings';
import type { Window } from '../support/window';

describe('a person in the chat of VS Code', function () {
  this.bail(true);

  let place: Place;
  let opened: RealWindow;
  let window: Window;

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    place = makePlace('chat');
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
    opened = await openRealWindow(place, { settings, hasAllExtensions: true });
    window = opened.window;
    await window.waitForStatus(/running/);
  });

  after(async function () {
    this.timeout(60_000);
    await opened?.close();
    await removeFolder(place.root);
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

describe('a person without a key in the chat of VS Code', () => {
  let place: Place;
  let opened: RealWindow;

  before(async function () {
    this.timeout(FIRST_RUN_LIMIT_MS);
    place = makePlace('chat-keyless');
    const settings = { 'chat.disableAIFeatures': false };
    opened = await openRealWindow(place, { settings, hasAllExtensions: true });
  });

  after(async function () {
    this.timeout(60_000);
    await opened?.close();
    await removeFolder(place.root);
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await opened.window.screenshot('keyless-chat-failed');
  });

  it('finds the demo model that answers chosen already', async () => {
    const { window } = opened;
    await window.runCommand('Chat: Open Chat');
    const chosen = window.page.locator('.chat-input-picker-item').filter({ hasText: 'hello' });
    await chosen.waitFor();
    await window.screenshot('keyless-chat');
  });
});
