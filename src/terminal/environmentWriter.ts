import * as vscode from 'vscode';
import type { TerminalAgent } from '../proxy/types';
import type { ProxyStatus } from '../proxyStatus';
import { portOf } from './agentEnvironment';
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

/** What the variables follow from, as it is now. */
export interface TerminalInputs {
  readonly status: ProxyStatus;
  readonly settings: EnvironmentSettings;
  readonly accessToken: string | undefined;
}

/** The variables of new integrated terminals. VS Code keeps them over a reload of the window. */
export class EnvironmentWriter {
  readonly #collection: vscode.EnvironmentVariableCollection;
  readonly #inputs: () => TerminalInputs;

  constructor(collection: vscode.EnvironmentVariableCollection, inputs: () => TerminalInputs) {
    this.#collection = collection;
    this.#inputs = inputs;
    if (!collection.persistent) collection.persistent = true;
  }

  /** Brings the variables in line with the state of the proxy, by the fewest writes. */
  inject(): void {
    const wanted = this.#wanted(this.#inputs().settings);
    if (wanted === 'keep') return;
    const { set, remove } = environmentChange(this.#present(), wanted);
    for (const name of remove) this.#collection.delete(name);
    for (const [name, value] of set) {
      if (appendedVariables.has(name)) this.#collection.append(name, value, options);
      else this.#collection.replace(name, value, options);
    }
    if (set.length > 0) this.#collection.description = description();
  }

  /**
   * What the process of the graphical Claude Code extension needs, which was asked for by a command of its own, whatever
   * terminals get; `keep` while that is not known.
   */
  panelVariables(): Readonly<Record<string, string>> | 'keep' {
    const settings = { ...this.#inputs().settings, injectEnvironment: true };
    const wanted = this.#wanted({ ...settings, terminalAgents: ['claude'] });
    if (wanted === 'keep') return 'keep';
    const entries = Object.entries(wanted).map(([name, value]) =>
      appendedVariables.has(name) ? [name, (process.env[name] ?? '') + value] : [name, value],
    );
    return Object.fromEntries(entries);
  }

  /** Lines for the person's own shell; undefined while the proxy does not run. */
  shellLines(): string | undefined {
    const variables = this.#ownVariables(this.#inputs().settings.terminalAgents);
    if (variables === undefined) return undefined;
    return shellLines(variables, process.platform === 'win32' ? 'powershell' : 'posix');
  }

  /**
   * What a terminal for Claude Code needs besides what every new one gets: nothing, or all of it where new terminals are
   * not for Claude Code. Undefined while the proxy does not run.
   */
  claudeVariables(): Readonly<Record<string, string>> | undefined {
    const variables = this.#ownVariables(['claude']);
    return this.names().includes('ANTHROPIC_BASE_URL') ? variables && {} : variables;
  }

  #wanted(settings: EnvironmentSettings): Readonly<Record<string, string>> | 'keep' {
    const { status, accessToken } = this.#inputs();
    return injectedEnvironment(status, {
      settings,
      accessToken,
      inheritedNoProxy: inheritedNoProxy(),
    });
  }

  /** The variables for these agents in a shell that we do not write to; undefined while the proxy does not run. */
  #ownVariables(agents: readonly TerminalAgent[]): Readonly<Record<string, string>> | undefined {
    const { status, settings, accessToken } = this.#inputs();
    if (status.state !== 'running' || accessToken === undefined) return undefined;
    return ownShellEnvironment({
      port: status.port,
      accessToken,
      inheritedNoProxy: inheritedNoProxy(),
      smallestContext: status.report?.smallestContext,
      modelTiers: status.report?.modelTiers ?? [],
      agents,
      scenarios: Object.keys(settings.scenarios),
    });
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
