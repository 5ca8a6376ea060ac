import * as vscode from 'vscode';
import { launcherFile, writeLauncher } from '../claudeLauncher';
import {
  changesBack,
  changesTo,
  describeChanges,
  readMade,
  type SettingChange,
  type SettingValue,
  wantedSettings,
} from './claudeSettings';

export type ClaudeExtensionContext = Pick<
  vscode.ExtensionContext,
  'globalState' | 'globalStorageUri'
>;

const extensionId = 'anthropic.claude-code';
/** In the global state: the changes that were made at the set-up. */
const madeKey = 'claudeExtension';

/** Shows what must change in the settings of the graphical extension, and changes it when the person agrees. */
export async function setUpClaudeExtension(context: ClaudeExtensionContext): Promise<void> {
  if (vscode.extensions.getExtension(extensionId) === undefined) return offerExtension();
  const storageFolder = context.globalStorageUri.fsPath;
  const wanted = wantedSettings(process.platform, launcherFile(storageFolder));
  const changes = changesTo(wanted, userValue);
  if (changes.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The Claude Code extension is set up already. Open a new conversation in it.'),
    );
    return;
  }
  const question = vscode.l10n.t(
    'Change these settings of the Claude Code extension? “Switchyard: Undo Claude Code Extension Set-Up” gives them back.',
  );
  if (!(await agrees(question, changes))) return;
  await writeLauncher(storageFolder);
  // First, so that whatever is written can be given back; of a set-up that is done again the oldest counts.
  const made = readMade(context.globalState.get(madeKey)) ?? [];
  const others = changes.filter(({ name }) => !made.some((one) => one.name === name));
  await context.globalState.update(madeKey, [...made, ...others]);
  await write(changes);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Done. New conversations of the Claude Code extension go through Switchyard.'),
  );
}

/** Shows and gives back the settings as they were before the set-up. */
export async function undoClaudeExtension(context: ClaudeExtensionContext): Promise<void> {
  const launcher = launcherFile(context.globalStorageUri.fsPath);
  const made =
    readMade(context.globalState.get(madeKey)) ??
    wantedSettings(process.platform, launcher)
      // Without a memory only what is surely ours.
      .filter(({ value }) => value === launcher)
      .map((setting) => ({ ...setting, before: undefined }));
  const changes = changesBack(made, userValue);
  if (changes.length === 0) {
    await context.globalState.update(madeKey, undefined);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'No setting of the Claude Code extension is Switchyard’s. Nothing was changed.',
      ),
    );
    return;
  }
  const question = vscode.l10n.t('Give these settings of the Claude Code extension back?');
  if (!(await agrees(question, changes))) return;
  await write(changes);
  await context.globalState.update(madeKey, undefined);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Done. New conversations of the Claude Code extension go past Switchyard.'),
  );
}

async function offerExtension(): Promise<void> {
  const open = vscode.l10n.t('Open Its Page');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'The Claude Code extension ({0}) is not installed here. The claude command in a terminal needs no set-up.',
      extensionId,
    ),
    open,
  );
  if (choice === open) await vscode.commands.executeCommand('extension.open', extensionId);
}

async function agrees(question: string, changes: readonly SettingChange[]): Promise<boolean> {
  const change = vscode.l10n.t('Change Settings');
  const detail = describeChanges(changes, vscode.l10n.t('(not set)'));
  const options = { modal: true, detail };
  return (await vscode.window.showInformationMessage(question, options, change)) === change;
}

/** At the person's own level; those of the machine are its own in a remote window. */
function userValue(name: string): unknown {
  return vscode.workspace.getConfiguration('claudeCode').inspect(name)?.globalValue;
}

async function write(settings: readonly SettingValue[]): Promise<void> {
  for (const { name, value } of settings) {
    await vscode.workspace
      .getConfiguration('claudeCode')
      .update(name, value, vscode.ConfigurationTarget.Global);
  }
}
