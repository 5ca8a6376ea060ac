// What the settings editor of a real window offers a person who writes scenarios.

import { strict as assert } from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { builtInScenarioNames } from '../../src/proxy/scenarioNames';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

/** A place to write at is marked with `|`, and gone from the file. */
const MARKED = `{
  "switchyard.scenarios": {
    |
    "review": {
      "when": {
        |
      },
      "models": ["|"]
    },
    "typo": {
      "when": { "requestClas": ["main"] },
      "models": ["somebody/else"]
    }
  },
  "switchyard.modelOverrides": {
    "claude-sonnet-*": "|"
  }
}
`;

describe('the settings editor of a real window', () => {
  let window: Window;

  useRealWindow('settings-editor', async ({ place, open }) => {
    mkdirSync(path.join(place.workspace, '.vscode'), { recursive: true });
    writeFileSync(path.join(place.workspace, '.vscode/settings.json'), MARKED.replaceAll('|', ''));
    ({ window } = await open({ settings: SETTINGS }));
  });

  it('suggests the built-in scenarios, each with when it applies', async () => {
    await suggestionsAt(0, builtInScenarioNames);
    await showDetails();
    await window.page.locator('.suggest-details').filter({ hasText: 'Built in: ' }).waitFor();
    await window.screenshot('settings-scenarios');
  });

  it('writes the rest of a scenario whose name is chosen', async () => {
    await suggestionsAt(0, builtInScenarioNames);
    await window.page.keyboard.type('mySc');
    await suggestion('myScenario').waitFor();
    await window.page.keyboard.press('Enter');
    const lines = window.page.locator('.editor-instance .view-lines');
    await lines.filter({ hasText: '"lastUserMessageContains"' }).waitFor();
    await lines.filter({ hasText: '"opencode-go/glm-5.3"' }).waitFor();
    await undo();
  });

  it('suggests every condition of a rule', async () => {
    await suggestionsAt(1, ['agentType', 'client', 'effortAtLeast', 'hasImages']);
    await window.page.keyboard.type('last');
    await suggestion('lastUserMessageContains').waitFor();
    await undo();
  });

  it('suggests the models of the catalogue for a chain', async () => {
    await suggestionsAt(2);
    await window.page.keyboard.type('glm-5.3');
    await suggestion('opencode-go/glm-5.3-flash').waitFor();
    await window.screenshot('settings-models');
    await undo();
  });

  it('suggests the built-in scenarios for an override', async () => {
    await suggestionsAt(3, builtInScenarioNames);
  });

  it('marks what is no condition, and no model that it does not know', async () => {
    await window.runCommand('View: Focus Problems');
    const problems = window.page.locator('.markers-panel .monaco-list-row');
    await problems.filter({ hasText: 'requestClas is not allowed' }).waitFor();
    assert.equal(await problems.filter({ hasText: 'somebody/else' }).count(), 0);
  });

  /** Has the editor suggest something at a marked place, these names among it; the list shows a dozen. */
  async function suggestionsAt(mark: number, expected: readonly string[] = []): Promise<void> {
    const before = MARKED.split('|')
      .slice(0, mark + 1)
      .join('')
      .split('\n');
    const at = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    // A page that VS Code opens at its start may take the focus, which closes the list.
    await waitUntil(() => offersFile(at), 'the settings file is offered', 40_000);
    await window.page.keyboard.press('Enter');
    await window.page.locator('.monaco-editor.focused').waitFor();
    let names: readonly string[] = [];
    // The language server answers nothing as long as it starts, and knows no schema a moment longer.
    await waitUntil(
      async () => {
        await window.page.keyboard.press('Escape');
        await window.page.keyboard.press('Control+Space');
        await new Promise((resolve) => setTimeout(resolve, 500));
        names = await namesSuggested();
        return names.length > 3 && expected.every((name) => names.includes(name));
      },
      () => `the editor suggests ${expected.join()}; it suggests ${names.join()}`,
    );
  }

  async function namesSuggested(): Promise<readonly string[]> {
    const labels = window.page.locator('.suggest-widget.visible .monaco-list-row .label-name');
    return (await labels.allTextContents()).map((label) => label.replaceAll('"', ''));
  }

  async function offersFile(at: string): Promise<boolean> {
    await window.page.keyboard.press('Escape');
    await window.page.keyboard.press('F1');
    try {
      await window.quickInput.fill(`settings.json:${at}`, { timeout: 3000 });
      await window.pickRow('settings.json').waitFor({ timeout: 3000 });
      return true;
    } catch {
      return false;
    }
  }

  /** The same keys as for the suggestions open and close their details. */
  async function showDetails(): Promise<void> {
    const details = window.page.locator('.suggest-details-container:visible');
    await waitUntil(async () => {
      if ((await details.count()) > 0) return true;
      await window.page.keyboard.press('Control+Space');
      await new Promise((resolve) => setTimeout(resolve, 500));
      return false;
    }, 'the details of a suggestion are shown');
  }

  /** Brings the file back to what was written into it, for the marks to stand where they stood. */
  async function undo(): Promise<void> {
    await window.runCommand('File: Revert File');
  }

  function suggestion(name: string) {
    return window.page
      .locator('.suggest-widget.visible .monaco-list-row')
      .filter({ hasText: name })
      .first();
  }
});

const SETTINGS = {
  'workbench.colorTheme': 'Default Dark Modern',
  'files.autoSave': 'off',
  // Words of the file itself are suggested as long as the language server says nothing.
  'editor.wordBasedSuggestions': 'off',
} as const;
