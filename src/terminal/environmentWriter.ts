import * as vscode from 'vscode';
import type { ProxyStatus } from '../proxyStatus';
import { workspaceId } from '../workspaceMemory';
import { portOf } from './agentEnvironment';
import { ClaudePanel } from './claudePanel';
import {
  appendedVariables,
  environmentChange,
  ownShellEnvironment,
  shellLines,
} from './environment';
import { type EnvironmentSettings, injectedEnvironment } from './injection';

// At shell integration too: a shell profile that exports ANTHROPIC_API_KEY would otherwise win, and the
// person's own key would reach the proxy. What is appended stands there twice where no profile sets it anew.
const options: vscode.EnvironmentVariableMutatorOptions = {
  applyAtProcessCreation: true,
  applyAtShellIntegration: true,
};

type Context = Pick<
  vscode.ExtensionContext,
  'environmentVariableCollection' | 'globalStorageUri' | 'workspaceState'
>;

/**
 * The variables of new integrated terminals, and of the graphical Claude Code extension where it was set up. Both outlive a
 * reload of the window.
 */
export class EnvironmentWriter implements vscode.Disposable {
  readonly #collection: vscode.EnvironmentVariableCollection;
  readonly #claudePanel: ClaudePanel;

  constructor(context: Context, onProblem: (message: string) => void) {
    const { environmentVariableCollection: collection, globalStorageUri, workspaceState } = context;
    this.#collection = collection;
    if (!collection.persistent) collection.persistent = true;
    this.#claudePanel = new ClaudePanel({
      storageFolder: globalStorageUri.fsPath,
      workspaceId: workspaceId(workspaceState),
      onProblem,
    });
  }

  dispose(): void {
    this.#claudePanel.dispose();
  }

  /** Brings the variables in line with the state of the proxy, by the fewest writes. */
  inject(
    status: ProxyStatus,
    settings: EnvironmentSettings,
    accessToken: string | undefined,
  ): void {
    const input = { accessToken, inheritedNoProxy: inheritedNoProxy() };
    // It was asked for by a command of its own, whatever terminals get.
    const panel = { ...settings, injectEnvironment: true, terminalAgents: ['claude'] as const };
    this.#claudePanel.show(
      withInherited(injectedEnvironment(status, { settings: panel, ...input })),
    );
    const wanted = injectedEnvironment(status, { settings, ...input });
    if (wanted === 'keep') return;
    const { set, remove } = environmentChange(this.#present(), wanted);
    for (const name of remove) this.#collection.delete(name);
    for (const [name, value] of set) {
      if (appendedVariables.has(name)) this.#collection.append(name, value, options);
      else this.#collection.replace(name, value, options);
    }
    if (set.length > 0) this.#collection.description = description();
  }

  /** Lines for the person's own shell; undefined while the proxy does not run. */
  shellLines(
    status: ProxyStatus,
    settings: EnvironmentSettings,
    accessToken: string | undefined,
  ): string | undefined {
    if (status.state !== 'running' || accessToken === undefined) return undefined;
    const variables = ownShellEnvironment({
      port: status.port,
      accessToken,
      inheritedNoProxy: inheritedNoProxy(),
      smallestContext: status.report?.smallestContext,
      modelTiers: status.report?.modelTiers ?? [],
      agents: settings.terminalAgents,
      scenarios: Object.keys(settings.scenarios),
    });
    return shellLines(variables, process.platform === 'win32' ? 'powershell' : 'posix');
  }

  /** The names of our variables; their values are nobody's business but the terminal's. */
  names(): readonly string[] {
    return Object.keys(this.#present());
  }

  /** The port that the variables point to now; at first those of the window's last life. */
  carriedPort(): number | undefined {
    return portOf(this.#present());
  }

  #present(): Record<string, string> {
    const present: Record<string, string> = {};
    this.#collection.forEach((name, mutator) => {
      present[name] = mutator.value;
    });
    return present;
  }
}

/** What is appended to a terminal's own value, appended to that of this process. */
function withInherited(
  variables: Readonly<Record<string, string>> | 'keep',
): Readonly<Record<string, string>> | 'keep' {
  if (variables === 'keep') return 'keep';
  const entries = Object.entries(variables).map(([name, value]) =>
    appendedVariables.has(name) ? [name, (process.env[name] ?? '') + value] : [name, value],
  );
  return Object.fromEntries(entries);
}

/** Shown where VS Code lists what extensions did to a terminal. */
function description(): vscode.MarkdownString {
  return new vscode.MarkdownString(
    vscode.l10n.t(
      'Points agents such as Claude Code to the Switchyard proxy of this window. Switch it off with the setting `switchyard.terminal.injectEnvironment`.',
    ),
  );
}

function inheritedNoProxy(): string | undefined {
  return process.env['NO_PROXY'] || process.env['no_proxy'];
}
