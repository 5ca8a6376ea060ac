import * as vscode from 'vscode';
import { type CommandId, commands } from './commands';

/** What each command does; its argument comes from outside (a link, a key binding) and is not trusted. */
export type CommandHandlers = Readonly<Record<CommandId, (argument: unknown) => unknown>>;

/** Registers every command of the table. A handler that throws is a fault of ours: logged, and told once. */
export function registerCommands(
  handlers: CommandHandlers,
  onFault: (id: CommandId, error: unknown) => void,
): vscode.Disposable {
  return vscode.Disposable.from(
    ...commands.map(({ id }) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          await handlers[id](argument);
        } catch (error: unknown) {
          onFault(id, error);
          const message = error instanceof Error ? error.message : String(error);
          void vscode.window.showErrorMessage(
            vscode.l10n.t('Switchyard could not do that: {0}', message),
          );
        }
      }),
    ),
  );
}

/** Opens our settings, or the one named. */
export async function openSettings(setting: unknown): Promise<void> {
  const isName = typeof setting === 'string' && setting.startsWith('switchyard.');
  const query = isName ? `@id:${setting}` : '@ext:switchyard.switchyard';
  await vscode.commands.executeCommand('workbench.action.openSettings', query);
}
