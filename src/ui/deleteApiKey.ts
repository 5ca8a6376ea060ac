import * as vscode from 'vscode';
import { providerOfCredential } from '../proxy/providers';
import { slotOwner } from './keySlots';
import type { KeyAccess } from './setApiKey';

/** Asks which stored key to delete, asks again, deletes it. */
export async function deleteApiKey(access: KeyAccess): Promise<void> {
  const credentials = Object.keys(await access.keys.load());
  if (credentials.length === 0) {
    void vscode.window.showInformationMessage(vscode.l10n.t('There is no API key to delete.'));
    return;
  }
  const items = credentials.map((credential) => {
    const provider = providerOfCredential(access.providers(), credential);
    const label =
      provider === undefined ? credential : slotOwner({ credential, provider }, vscode.l10n.t);
    const hasOthers = (provider?.credentials.length ?? 0) > 1;
    return { label, description: credential, credential, hasOthers };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Switchyard: Delete API Key'),
    placeHolder: vscode.l10n.t('Whose API key do you want to delete?'),
  });
  if (picked === undefined) return;
  const confirm = vscode.l10n.t('Delete');
  const choice = await vscode.window.showWarningMessage(
    vscode.l10n.t('Delete the API key of {0}?', picked.label),
    {
      modal: true,
      detail: picked.hasOthers
        ? vscode.l10n.t('Requests go on with the provider’s other keys, if any is set.')
        : vscode.l10n.t('Requests to {0} will be refused until you set a new key.', picked.label),
    },
    confirm,
  );
  if (choice !== confirm) return;
  const deleted = await access.keys.delete(picked.credential);
  if (deleted.outcome === 'stored') access.consent.forget(picked.credential);
  const message =
    deleted.outcome === 'stored'
      ? vscode.l10n.t('The API key of {0} is deleted.', picked.label)
      : vscode.l10n.t(
          'VS Code could not delete the API key of {0}: {1}',
          picked.label,
          deleted.reason,
        );
  void vscode.window.showInformationMessage(message);
}
