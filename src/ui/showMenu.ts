import * as vscode from 'vscode';
import { type MenuRow, type MenuSituation, menuRows } from './menuRows';

/** Everything in one list: the state first, then what can be done now, then the rest by subject. */
export async function showMenu(situation: MenuSituation): Promise<void> {
  const items = menuRows(situation, vscode.l10n.t).map(
    (row): vscode.QuickPickItem & { readonly row: MenuRow } =>
      row.kind === 'heading'
        ? { label: row.label, kind: vscode.QuickPickItemKind.Separator, row }
        : {
            label: row.label,
            ...(row.description === undefined ? {} : { description: row.description }),
            row,
          },
  );
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Switchyard',
    placeHolder: vscode.l10n.t('What do you want to do?'),
    matchOnDescription: true,
  });
  if (picked === undefined || picked.row.kind === 'heading') return;
  const { command, argument } = picked.row;
  const values = argument === undefined ? [] : [argument];
  await vscode.commands.executeCommand(command, ...values);
}
