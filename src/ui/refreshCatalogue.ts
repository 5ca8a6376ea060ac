import * as vscode from 'vscode';
import { refreshedText } from './catalogueText';
import type { KeyAccess } from './setApiKey';
import type { StatusView } from './statusView';

/** Asks every provider whose key is set for its models, and shows in the log what changed. */
export async function refreshCatalogue(
  { proxy }: Pick<KeyAccess, 'proxy'>,
  view: StatusView,
): Promise<void> {
  const answer = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: vscode.l10n.t('Asking the providers for their models…'),
    },
    () => proxy.ask({ about: 'catalogue' }),
  );
  if (answer === undefined) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('The models were not refreshed: the proxy gave no answer. Try again.'),
    );
    return;
  }
  const { refreshed } = answer;
  if (refreshed.providers.length > 0) {
    view.write(refreshedText(refreshed, vscode.l10n.t));
    return;
  }
  const set = vscode.l10n.t('Set API Key');
  const message = vscode.l10n.t(
    'There is no provider to ask for its models: no API key is set that is known to work.',
  );
  void vscode.window.showInformationMessage(message, set).then((choice) => {
    if (choice === set) void vscode.commands.executeCommand('switchyard.setApiKey');
  });
}
