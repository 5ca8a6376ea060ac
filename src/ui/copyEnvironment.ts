import * as vscode from 'vscode';

/** Copies shell lines, given by `lines`; undefined while the proxy does not run. */
export async function copyEnvironment(lines: string | undefined): Promise<void> {
  if (lines === undefined) {
    const start = vscode.l10n.t('Start');
    const choice = await vscode.window.showWarningMessage(
      vscode.l10n.t('The proxy is not running, so there is no environment to copy.'),
      start,
    );
    if (choice === start) await vscode.commands.executeCommand('switchyard.start');
    return;
  }
  await vscode.env.clipboard.writeText(lines);
  void vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Copied. The lines hold the access token of this workspace’s proxy: paste them only into your own shell.',
    ),
  );
}
