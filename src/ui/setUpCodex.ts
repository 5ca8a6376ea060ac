import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ProxyStatus } from '../proxyStatus';
import { codexProfile, isOwnProfile } from './codexProfile';

/** Shows the profile that Codex needs and writes it when the person agrees. Never replaces a file of somebody else. */
export async function setUpCodex(status: ProxyStatus): Promise<void> {
  if (status.state !== 'running') return;
  const profile = codexProfile(status.port, status.report?.smallestContext);
  const folder = vscode.Uri.file(process.env['CODEX_HOME'] || `${homedir()}/.codex`);
  const file = vscode.Uri.joinPath(folder, 'switchyard.config.toml');
  const present = await textOf(file);
  const isForeign = present !== undefined && !isOwnProfile(present);
  const action = isForeign ? vscode.l10n.t('Copy') : vscode.l10n.t('Write');
  const question = isForeign
    ? vscode.l10n.t('{0} is not Switchyard’s. Copy this into it yourself?', file.fsPath)
    : vscode.l10n.t('Write {0}?', file.fsPath);
  const options = { modal: true, detail: profile };
  const choice = await vscode.window.showInformationMessage(question, options, action);
  if (choice !== action) return;
  if (isForeign) return await vscode.env.clipboard.writeText(profile);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(profile));
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Run in a terminal: {0}', 'codex -p switchyard'),
  );
}

async function textOf(file: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch (error: unknown) {
    // What cannot be read must not be taken for absent.
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}
