import * as vscode from 'vscode';
import type { ProxyController } from '../controller';
import { redact } from '../proxy/redact';
import { confirmKeyAddress } from './askKeyOrigin';
import { type CommandId, commands } from './commands';
import { copyEnvironment } from './copyEnvironment';
import { refreshCatalogue } from './refreshCatalogue';
import type { KeyAccess } from './setApiKey';
import type { StatusView } from './statusView';
import { openWalkthrough } from './welcome';

/** What the commands act on. */
export interface CommandTargets extends KeyAccess {
  readonly surfaces: SurfaceHandlers;
  readonly view: StatusView;
  readonly proxy: ProxyController;
  /** The environment for the person's own shell; undefined while the proxy does not run. */
  readonly shellLines: () => string | undefined;
}

/** The commands whose parts are put together, or loaded at their first use, elsewhere. */
export type SurfaceHandlers = Pick<
  Handlers,
  | 'switchyard.copyDiagnostics'
  | 'switchyard.diagnose'
  | 'switchyard.openDashboard'
  | 'switchyard.openDocumentation'
  | 'switchyard.explainRouting'
  | 'switchyard.showUsage'
  | 'switchyard.clearUsageHistory'
  | 'switchyard.setUpClaudeExtension'
  | 'switchyard.undoClaudeExtension'
  | 'switchyard.showMenu'
  | 'switchyard.openClaude'
  | 'switchyard.showScenarios'
  | 'switchyard.setApiKey'
  | 'switchyard.deleteApiKey'
  | 'switchyard.setUpCodex'
  | 'switchyard.setUpPi'
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
          const secrets = Object.values(await targets.keys.load());
          targets.view.log('error', redact(`command ${id} failed: ${stack ?? message}`, secrets));
          void vscode.window.showErrorMessage(
            vscode.l10n.t('Switchyard could not do that: {0}', redact(message, secrets)),
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
    'switchyard.getStarted': () => openWalkthrough(),
    'switchyard.confirmKeyAddress': () => confirmKeyAddress(targets.consent),
    'switchyard.showLog': () => view.showLog(),
    'switchyard.showStatus': () => view.writeStatus(proxy.status),
    'switchyard.openSettings': (setting) => openSettings(setting),
    'switchyard.resetHealth': () => proxy.resetHealth(),
    'switchyard.refreshCatalogue': () => refreshCatalogue(targets, view),
    'switchyard.copyEnvironment': () => copyEnvironment(targets.shellLines()),
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
