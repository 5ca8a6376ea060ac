import { join } from 'node:path';
import * as vscode from 'vscode';
import { configurationSource } from './config/configurationSource';
import { onDidChangeHttpSettings, readHttpSettings } from './config/httpSettings';
import { Settings } from './config/settings';
import { ProxyController, type ProxyStatus } from './controller';
import { KeyStore } from './keys/keyStore';
import { mergeProviders } from './proxy/providers';
import { shellLines, terminalEnvironment } from './terminal/environment';
import { EnvironmentWriter } from './terminal/environmentWriter';
import { injectedEnvironment } from './terminal/injection';
import { copyEnvironment } from './ui/copyEnvironment';
import { deleteApiKey } from './ui/deleteApiKey';
import { Notifications } from './ui/notifications';
import { createOutput, showStatus, writeLog } from './ui/output';
import { openSettings, registerCommands } from './ui/registerCommands';
import { type KeyActions, setApiKey } from './ui/setApiKey';
import { StatusBar } from './ui/statusBar';
import { startWorkerThread, workerEnvironment } from './workerThread';
import { portMemory, workspaceId } from './workspaceMemory';

/** What other extensions and tests may ask; it holds no secret. */
export interface SwitchyardApi {
  status(): ProxyStatus;
  /** Names of the variables that new integrated terminals get. */
  terminalVariables(): readonly string[];
}

// VS Code gives an extension a few seconds to end; running requests get some of them.
const deactivateGraceMs = 1_000;

let shutDown: () => Promise<void> = () => Promise.resolve();

export function activate(context: vscode.ExtensionContext): SwitchyardApi {
  const output = createOutput();
  const statusBar = new StatusBar();
  const notifications = new Notifications();
  const environment = new EnvironmentWriter(
    context.environmentVariableCollection,
    vscode.l10n.t(
      'Points agents such as Claude Code to the Switchyard proxy of this window. Switch it off with the setting `switchyard.terminal.injectEnvironment`.',
    ),
  );
  // VS Code's own type of this callback is `any`; what it gives is taken as unknown.
  const state: { get(key: string): unknown; update(key: string, value: unknown): Thenable<void> } =
    context.workspaceState;
  let accessToken: string | undefined;
  let isEnding = false;

  const keys = new KeyStore(context.secrets, (changed) => {
    void vscode.commands.executeCommand('setContext', 'switchyard.hasKeys', hasAny(changed));
    void controller.configure();
  });
  const settings = new Settings(configurationSource, {
    changed: () => applySettings(),
    invalid: (problems) => {
      for (const { path, message } of problems) output.warn(`setting ${path}: ${message}`);
      notifications.showInvalidSettings(problems);
    },
  });
  const controller = new ProxyController({
    version: String(context.extension.packageJSON.version),
    startWorker: (listeners) =>
      startWorkerThread(
        join(context.extensionPath, 'dist', 'proxy.js'),
        workerEnvironment(process.env, readHttpSettings()),
        listeners,
      ),
    inputs: async () => {
      const loaded = await keys.load();
      return { settings: settings.current, keys: loaded, port: settings.current.port };
    },
  });
}
