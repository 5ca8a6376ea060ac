import * as vscode from 'vscode';
import { walkthroughId } from './walkthroughId';

/** Where it is kept, for all windows and machines, that the first steps were shown. */
export interface WelcomeMemory extends vscode.Memento {
  setKeysForSync(keys: readonly string[]): void;
}

/**
 * Opens the first steps once in a person's life with Switchyard: not for those who have a key already, not in a window
 * that is not trusted or not looked at, and not where VS Code is told to open no walkthroughs after an installation.
 */
export function welcomeOnce(
  memory: WelcomeMemory,
  hasKeys: () => Promise<boolean>,
): vscode.Disposable {
  memory.setKeysForSync([welcomedKey]);
  const listener = vscode.window.onDidChangeWindowState(() => void welcome());
  void welcome();
  return listener;

  async function welcome(): Promise<void> {
    // An installation starts the extension in every window; one of them is in front.
    if (!vscode.window.state.focused || !vscode.workspace.isTrusted) return;
    listener.dispose();
    if (memory.get(welcomedKey) === true) return;
    await memory.update(welcomedKey, true);
    const settings = vscode.workspace.getConfiguration('workbench.welcomePage.walkthroughs');
    if (settings.get('openOnInstall') === false || (await hasKeys())) return;
    await openWalkthrough();
  }
}

export async function openWalkthrough(): Promise<void> {
  const category = `${extensionId}#${walkthroughId}`;
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', { category }, false);
}

const extensionId = 'switchyard.switchyard';
const welcomedKey = 'welcomed';
