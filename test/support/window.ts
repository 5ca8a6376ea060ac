// Drives one VS Code window in a browser by what a person sees: palette, toasts, input boxes, terminal.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import { makeTemporaryFolder, removeFolder } from './folders';

const WINDOW_LIMIT_MS = 60_000;
const STEP_LIMIT_MS = 20_000;

/** One window; every method waits for its effect to be seen and rejects with a timeout otherwise. */
export class Window {
  readonly page: Page;
  private readonly extensionId: string;
  private readonly artifactsFolder: string;

  constructor(
    page: Page,
    options: { readonly extensionId: string; readonly artifactsFolder: string },
  ) {
    this.page = page;
    this.extensionId = options.extensionId;
    this.artifactsFolder = options.artifactsFolder;
    page.setDefaultTimeout(STEP_LIMIT_MS);
  }

  /** Loads an address and waits until the workbench and the extension's status bar item are there. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await this.untilReady();
  }

  async reload(): Promise<void> {
    await Promise.all([
      this.page.waitForEvent('framenavigated', {
        predicate: (frame) => frame === this.page.mainFrame(),
        timeout: WINDOW_LIMIT_MS,
      }),
      this.runCommand('Developer: Reload Window'),
    ]);
    await this.untilReady();
  }

  private async untilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench').waitFor({ timeout: WINDOW_LIMIT_MS });
    await this.status.waitFor({ timeout: WINDOW_LIMIT_MS });
  }

  /** The extension's status bar item; it has only one. */
  get status(): Locator {
    return this.page.locator(`.statusbar-item[id^="${this.extensionId}."]`);
  }

  async waitForStatus(pattern: RegExp): Promise<string> {
    const matching = this.status.filter({ hasText: pattern });
    try {
      await matching.waitFor();
    } catch (error: unknown) {
      const shown = await this.statusText();
      throw new Error(`the status bar shows “${shown}”, not ${pattern}`, { cause: error });
    }
    return this.statusText();
  }

  async statusText(): Promise<string> {
    return plainText((await this.status.textContent()) ?? '');
  }

  /** Runs a command by its title in the palette. */
  async runCommand(title: string): Promise<void> {
    await this.searchPalette(title, (timeout) => this.pickRow(title).click({ timeout }));
  }

  /** The titles that the palette offers for these words. */
  async paletteTitles(words: string): Promise<readonly string[]> {
    await this.searchPalette(words);
    const rows = await this.page.locator('.quick-input-widget .monaco-list-row').allInnerTexts();
    await this.page.keyboard.press('Escape');
    return rows.map((row) => plainText(row.split('\n')[0] ?? ''));
  }

  /** Opens the palette, again where a page that has just opened took the focus and with it closed the palette too early. */
  private async searchPalette(
    words: string,
    use: (timeout: number) => Promise<void> = async () => {},
  ): Promise<void> {
    const limits = [3000, 3000, STEP_LIMIT_MS];
    for (const [index, timeout] of limits.entries()) {
      try {
        await this.page.keyboard.press('Escape');
        await this.page.keyboard.press('F1');
        await this.quickInput.waitFor({ timeout });
        await this.quickInput.fill(`>${words}`, { timeout });
        await this.pickRow(words).waitFor({ timeout });
        await use(timeout);
        return;
      } catch (error: unknown) {
        if (index === limits.length - 1) throw error;
      }
    }
  }

  /** The text field of the open quick pick or input box. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible input.input');
  }

  pickRow(text: string | RegExp): Locator {
    return this.page
      .locator('.quick-input-widget .monaco-list-row')
      .filter({ hasText: text })
      .first();
  }

  /** Waits for an input box whose title or prompt holds the text; tells whether it hides what is typed. */
  async waitForInputBox(text: string | RegExp): Promise<{ readonly isPassword: boolean }> {
    await this.page.locator('.quick-input-widget:visible').filter({ hasText: text }).waitFor();
    await this.quickInput.waitFor();
    return { isPassword: (await this.quickInput.getAttribute('type')) === 'password' };
  }

  async fillInputBox(value: string): Promise<void> {
    await this.quickInput.fill(value);
    await this.page.keyboard.press('Enter');
  }

  /** Notifications that are shown now and hold the text. */
  toast(text: string | RegExp): Locator {
    return this.page
      .locator('.notifications-toasts .notification-list-item')
      .filter({ hasText: text });
  }

  async clickToastButton(text: string | RegExp, button: string): Promise<void> {
    await this.toast(text).getByRole('button', { name: button }).click();
  }

  async clearToasts(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
    await this.page.locator('.notifications-toasts .notification-list-item').waitFor({
      state: 'detached',
    });
  }

  /** Opens the page that VS Code makes of the extension: its README, and what it contributes. */
  async openExtensionPage(): Promise<void> {
    await this.runCommand('Extensions: Show Installed Extensions');
    const rows = this.page.locator('.extensions-list .monaco-list-row');
    await rows.filter({ hasText: 'Switchyard' }).first().click();
    await this.page.locator('.extension-editor').waitFor();
  }

  /** Opens a new terminal and waits for its prompt. */
  async openTerminal(): Promise<void> {
    const before = await this.page.locator('.terminal-wrapper').count();
    await this.runCommand('Terminal: Create New Terminal');
    await this.page.locator('.terminal-wrapper').nth(before).waitFor({ state: 'attached' });
    await this.waitForPrompt();
  }

  /** Waits until the active terminal, new or restored, shows a shell prompt. */
  async waitForPrompt(): Promise<void> {
    await this.terminalRows.filter({ hasText: /[$#]/ }).waitFor();
  }

  private get terminalRows(): Locator {
    return this.page.locator('.terminal-wrapper.active .xterm-rows');
  }

  /** Types a line into the active terminal. */
  async typeInTerminal(line: string): Promise<void> {
    const terminal = this.page.locator('.terminal-wrapper.active .xterm');
    const isTyped = async (): Promise<boolean> =>
      (await this.terminalText()).replaceAll('\n', '').endsWith(line.trimEnd());
    // A terminal that is just being restored hides for a moment, and may miss keys until its shell is connected again.
    for (let attempt = 1; ; attempt += 1) {
      try {
        await terminal.click({ timeout: 4000 });
        await this.page.keyboard.press('Control+U');
        await this.page.keyboard.type(line, { delay: 2 });
        await waitUntil(isTyped, `the terminal shows “${line}”, which was typed`, 3000);
        break;
      } catch (error: unknown) {
        if (attempt === 5) throw error;
        await this.runCommand('Terminal: Focus Terminal');
      }
    }
    await this.page.keyboard.press('Enter');
  }

  /** What the active terminal shows, a line per row. */
  async terminalText(): Promise<string> {
    const rows = await this.terminalRows.locator('> div').allTextContents();
    return plainText(rows.join('\n'));
  }

  /**
   * Runs shell lines from the active terminal and returns their output, standard error included.
   * They go through files: the terminal wraps lines, forgets old ones, and its shell integration
   * writes marks of its own between them.
   */
  async captureFromTerminal(command: string, limitMs = STEP_LIMIT_MS): Promise<string> {
    const folder = makeTemporaryFolder('terminal');
    const script = path.join(folder, 'run.sh');
    const output = path.join(folder, 'output');
    const done = path.join(folder, 'done');
    writeFileSync(script, `exec > ${output} 2>&1\ntrap 'touch ${done}' EXIT\n${command}\n`);
    try {
      await this.typeInTerminal(`bash ${script}`);
      await waitUntil(() => existsSync(done), `“${command}” ends in the terminal`, limitMs);
      return readFileSync(output, 'utf8');
    } finally {
      await removeFolder(folder);
    }
  }

  /** Shows an output channel through the palette. */
  async showOutput(channel: string): Promise<void> {
    await this.runCommand('Output: Show Output Channels...');
    await this.pickRow(channel).click();
    await this.outputView.waitFor();
  }

  /** The lines of the open output channel that are in view. */
  async outputText(): Promise<string> {
    const lines = await this.outputView.locator('.view-line').allTextContents();
    return plainText(lines.join('\n'));
  }

  private get outputView(): Locator {
    return this.page.locator('[id="workbench.panel.output"] .view-lines').first();
  }

  /** Saves a picture of the window; returns its path. */
  async screenshot(name: string): Promise<string> {
    const file = path.join(this.artifactsFolder, `${name}.png`);
    // Fast-forwarded, or a change of theme is caught half way.
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }
}

/** Polls until a condition holds; rejects with what was awaited, which may tell what there was in its place. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string | (() => string),
  limitMs = STEP_LIMIT_MS,
): Promise<void> {
  const endAt = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > endAt) {
      throw new Error(
        `waited ${limitMs} ms in vain until ${typeof what === 'string' ? what : what()}`,
      );
    }
    await sleep(50);
  }
}

/** The workbench fills lines with no-break spaces. */
function plainText(text: string): string {
  return text.replaceAll('\u00a0', ' ').trim();
}
