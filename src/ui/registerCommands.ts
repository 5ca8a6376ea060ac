import * as vscode from 'vscode';
import type { ProxyController } from '../controller';
import { type CommandId, commands } from './commands';
import { copyEnvironment } from './copyEnvironment';
import { deleteApiKey } from './deleteApiKey';
import { refreshCatalogue } from './refreshCatalogue';
import { type KeyAccess, setApiKey } from './setApiKey';
import { setUpCodex } from './setUpCodex';
import { setUpPi } from './setUpPi';
import type { StatusView } from './statusView';

/** What the commands act on. */
export interface CommandTargets extends KeyAccess {
  readonly surfaces: SurfaceHandlers;
  readonly view: StatusView;
  readonly proxy: ProxyController;
  /** The environment for the person's own shell; undefined while the proxy does not run. */
  readonly shellLines: () => string | undefined;
}

/** The commands that only show and explain; what they show is put together elsewhere. */
export type SurfaceHandlers = Pick<
  Handlers,
  | 'switchyard.copyDiagnostics'
  | 'switchyard.diagnose'
  | 'switchyard.explainRouting'
  | 'switchyard.showUsage'
  | 'switchyard.clearUsageHistory'
>;

/** Registers every command of the table. A handler that throws is a fault of ours: logged, and told once. */
export function registerCommands(targets: CommandTargets): vscode.Disposable {
  const handlers = createHandlers(targets);
  return vscode.Disposable.from(
    ...commands.map(({ id }) =>
      vscode.commands.registerCommand(id, async (argument: unknown) => {
        try {
          await handlers[id](argument);
        } catch (error: unknown) {
          const { message, stack } = error instanceof Error ? error : new Error(String(error));
          targets.view.log('error', `command ${id} failed: ${stack ?? message}`);
          void vscode.window.showErrorMessage(
            vscode.l10n.t('Switchyard could not do that: {0}', message),
          );
        }
      }),
    ),
  );
}

/** The argument comes from outside (a link, a key binding, a button) and is not trusted. */
type Handlers = Readonly<Record<CommandId, (argument: unknown) => unknown>>;

function createHandlers(targets: CommandTargets): Handlers {
  const { proxy, view } = targets;
  return {
    ...targets.surfaces,
    'switchyard.start': () => proxy.start(),
    'switchyard.stop': () => proxy.stop(),
    'switchyard.toggle': () => proxy.toggle(),
    'switchyard.setApiKey': (credential) => setApiKey(targets, credential),
    'switchyard.deleteApiKey': () => deleteApiKey(targets),
    'switchyard.showLog': () => view.showLog(),
    'switchyard.showStatus': () => view.writeStatus(proxy.status),
    'switchyard.openSettings': (setting) => openSettings(setting),
    'switchyard.resetHealth': () => proxy.resetHealth(),
    'switchyard.refreshCatalogue': () => refreshCatalogue(targets, view),
    'switchyard.copyEnvironment': () => copyEnvironment(targets.shellLines()),
    'switchyard.setUpCodex': () => setUpCodex(proxy.status),
    'switchyard.setUpPi': () => setUpPi(proxy.status),
  };
}

/** Opens our settings, or the one named. */
async function openSettings(setting: unknown): Promise<void> {
  const isName = typeof setting === 'string' && setting.startsWith('switchyard.');
  const query = isName ? `@id:${setting}` : '@ext:switchyard.switchyard';
  // In a remote window the settings of the machine are the remote one's, on a tab of their own.
  if (vscode.env.remoteName === undefined) {
    await vscode.commands.executeCommand('workbench.action.openSettings', query);
  } else {
    await vscode.commands.executeCommand('workbench.action.openRemoteSettings', { query });
  }
}
