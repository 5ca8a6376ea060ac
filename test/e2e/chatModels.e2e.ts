// VS Code's own chat in a real window: our models in its picker. What they answer is asked through its API in test/host: the
// chat itself wants a sign-in first.

import type { Locator } from 'playwright-core';
import { SCENARIOS } from '../support/scriptedSettings';
import type { Window } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

describe('a person in the chat of VS Code', function () {
  this.bail(true);

  let window: Window;

  useRealWindow('chat', async ({ open }) => {
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
    ({ window } = await open({ settings, hasAllExtensions: true }));
    await window.waitForStatus(/running/);
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
  let window: Window;

  useRealWindow('keyless-chat', async ({ open }) => {
    const settings = { 'chat.disableAIFeatures': false };
    ({ window } = await open({ settings, hasAllExtensions: true }));
  });

  it('finds the demo model that answers chosen already', async () => {
    await window.runCommand('Chat: Open Chat');
    const chosen = window.page.locator('.chat-input-picker-item').filter({ hasText: 'hello' });
    await chosen.waitFor();
    await window.screenshot('keyless-chat');
  });
});
