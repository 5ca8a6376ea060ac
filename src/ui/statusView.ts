import * as vscode from 'vscode';
import type { LogLevel } from '../proxy/protocol';
import type { ProxyStatus } from '../proxyStatus';
import { logThreshold } from './logThreshold';
import { Notifications } from './notifications';
import { statusText } from './reportText';
import { StatusBar } from './statusBar';

/** For a report of what went before. */
const maxRecentLines = 40;

type InvalidSettings = Parameters<Notifications['showInvalidSettings']>[0];

/** Everything by which a window tells its state: status bar item, notifications, output channel, context keys. */
export class StatusView {
  // One channel; its level is the person's choice, by the gear of the panel.
  readonly #output = vscode.window.createOutputChannel('Switchyard', { log: true });
  readonly #statusBar = new StatusBar();
  readonly notifications = new Notifications();
  readonly #recent: string[] = [];
  /** Which lines of the proxy are wanted. */
  readonly logThreshold = logThreshold(this.#output);

  /** `today` tells what was used, where something was. */
  show(status: ProxyStatus, today?: string): void {
    this.#statusBar.show(status, today);
    setContext('state', status.state);
  }

  showKeys(keys: Readonly<Record<string, string>>): void {
    setContext('hasKeys', Object.keys(keys).length > 0);
  }

  /** Whether new terminals point to the proxy. */
  showTerminals(arePointed: boolean): void {
    setContext('pointsTerminals', arePointed);
  }

  /** A model has answered a request. */
  showAnswered(): void {
    setContext('hasAnswered', true);
  }

  log(level: LogLevel, message: string): void {
    this.#output[level](message);
    if (level === 'trace' || level === 'debug') return;
    this.#recent.push(`${new Date().toISOString()} [${level}] ${message}`);
    if (this.#recent.length > maxRecentLines) this.#recent.shift();
  }

  /** The last lines at `info` or above, whatever level the channel shows; the proxy writes none while it is off. */
  recentLines(): readonly string[] {
    return this.#recent;
  }

  invalidSettings(problems: InvalidSettings): void {
    for (const { path, message } of problems) this.#output.warn(`setting ${path}: ${message}`);
    this.notifications.showInvalidSettings(problems);
  }

  showLog(): void {
    this.#output.show();
  }

  /** The state of every model, in the channel, and the channel in view. */
  writeStatus(status: ProxyStatus): void {
    this.write(statusText(status, vscode.l10n.t));
  }

  /** A text that was asked for, in the channel, and the channel in view. */
  write(text: string): void {
    this.#output.info(text);
    this.#output.show(true);
  }

  dispose(): void {
    this.#statusBar.dispose();
    this.#output.dispose();
  }
}

type ContextKey = 'state' | 'hasKeys' | 'pointsTerminals' | 'hasAnswered';

function setContext(name: ContextKey, value: string | boolean): void {
  void vscode.commands.executeCommand('setContext', `switchyard.${name}`, value);
}
