import type * as vscode from 'vscode';
import type { SwitchyardApi } from './api';
import { configurationSource } from './config/configurationSource';
import { onDidChangeHttpSettings, readHttpSettings } from './config/httpSettings';
import type { AllSettings } from './config/schema';
import { Settings } from './config/settings';
import { ProxyController } from './controller';
import type { ProxyStatus } from './proxyStatus';
import { restKeeper } from './restKeeper';
import { createStoredKeys, type StoredKeys } from './storedKeys';
import { registerSurfaces, type Surfaces } from './surfaces';
import { EnvironmentWriter } from './terminal/environmentWriter';
import { StatusView } from './ui/statusView';
import { workerStarter } from './workerThread';
import { portMemory, versionOf, workspaceId } from './workspaceMemory';

// VS Code gives an extension a few seconds to end.
const deactivateGraceMs = 1_000;
let active: Switchyard | undefined;

export function activate(context: vscode.ExtensionContext): SwitchyardApi {
  const switchyard = new Switchyard(context);
  active = switchyard;
  return switchyard.api;
}

export async function deactivate(): Promise<void> {
  await active?.end();
  active = undefined;
}

/** Builds the parts of a window and wires them: no part knows another, and nothing here waits. */
class Switchyard {
  readonly #view = new StatusView();
  readonly #settings = new Settings(configurationSource, {
    changed: (settings, previous) => this.#settingsChanged(settings, previous),
    invalid: (problems) => this.#view.invalidSettings(problems),
  });
  readonly #stored: StoredKeys;
  readonly #environment: EnvironmentWriter;
  readonly #controller: ProxyController;
  readonly #surfaces: Surfaces;
  #accessToken: string | undefined;
  #isEnding = false;
  readonly api: SwitchyardApi = {
    status: () => this.#controller.status,
    terminalVariables: () => this.#environment.names(),
  };

  constructor(context: vscode.ExtensionContext) {
    const { subscriptions, workspaceState, globalState } = context;
    this.#environment = new EnvironmentWriter(context.environmentVariableCollection, () => ({
      status: this.#controller.status,
      settings: this.#settings.current,
      accessToken: this.#accessToken,
    }));
    const settings = () => this.#settings.current;
    this.#stored = createStoredKeys(context, settings, (all) => {
      this.#view.showKeys(all);
      void this.#controller.configure();
    });
    const { keys, inputs } = this.#stored;
    this.#controller = new ProxyController({
      version: versionOf(context.extension.packageJSON),
      storageFolder: context.globalStorageUri.fsPath,
      startWorker: workerStarter(context),
      inputs: async () => ({ ...(await inputs()), settings: settings() }),
      network: readHttpSettings,
      accessToken: async () => {
        this.#accessToken = await keys.accessToken(workspaceId(workspaceState));
        return this.#accessToken;
      },
      ports: portMemory(workspaceState, () => this.#environment.carriedPort()),
      onStatus: (status) => this.#show(status),
      onFailed: (reason) => this.#view.notifications.showFailure(reason),
      rests: restKeeper(globalState),
      onTrace: (trace) => this.#surfaces.traced(trace),
      onNotice: (notice) => this.#view.notifications.showNotice(notice),
      onLog: (level, message) => this.#view.log(level, message),
      logThreshold: this.#view.logThreshold,
      onCrash: (crash) => this.#view.notifications.showCrash(crash),
    });
    this.#surfaces = registerSurfaces({
      context,
      settings: () => this.#settings.current,
      settingProblems: () => this.#settings.problems,
      view: this.#view,
      proxy: this.#controller,
      ...this.#stored,
      terminals: this.#environment,
    });
    subscriptions.push(onDidChangeHttpSettings(() => void this.#controller.configure()));
    subscriptions.push(this.#controller, keys, this.#settings, this.#surfaces, this.#view);
    void keys.load();
    // "Stopped" is shown only where it stays: it takes the variables away, which a reload must not.
    if (this.#settings.current.enabled) void this.#controller.start();
    else this.#show(this.#controller.status);
  }

  /** The terminals' variables stay: in its next life the window has the same port and token. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#controller.stop(deactivateGraceMs);
    // After the last requests have told how they ended.
    await this.#surfaces.end();
  }

  #show(status: ProxyStatus): void {
    if (!this.#isEnding) this.#surfaces.show(status);
  }

  #settingsChanged(settings: AllSettings, previous: AllSettings): void {
    if (settings.enabled !== previous.enabled) {
      void (settings.enabled ? this.#controller.start() : this.#controller.stop());
    }
    void this.#controller.configure();
    this.#stored.consent.review();
    this.#show(this.#controller.status);
  }
}
