import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ProxyStatus } from '../proxyStatus';
import { agreeAndWrite, textOf } from './agreeAndWrite';
import { codexProfile, isOwnProfile } from './codexProfile';

/** Shows the profile that Codex needs and writes it when the person agrees. Never replaces a file of somebody else. */
export async function setUpCodex(status: ProxyStatus): Promise<void> {
  if (status.state !== 'running') return;
  const profile = codexProfile(status.port, status.report?.smallestContext);
  const folder = vscode.Uri.file(process.env['CODEX_HOME'] || `${homedir()}/.codex`);
  const file = vscode.Uri.joinPath(folder, 'switchyard.config.toml');
  const present = await textOf(file);
  const isForeign = present !== undefined && !isOwnProfile(present);
  await agreeAndWrite({
    file,
    question: isForeign
      ? vscode.l10n.t('{0} is not Switchyard’s. Copy this into it yourself?', file.fsPath)
      : vscode.l10n.t('Write {0}?', file.fsPath),
    change: profile,
    text: isForeign ? undefined : profile,
    command: 'codex -p switchyard',
  });
}
