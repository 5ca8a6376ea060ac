import * as vscode from 'vscode';
import type { ProxyStatus } from '../proxyStatus';
import { presentStatus } from './statusPresentation';

/** What starting Claude Code needs of the rest; handed in by the composition. */
export interface ClaudeAccess {
  readonly proxy: { readonly status: ProxyStatus; start(): Promise<void> };
  /** Resolves once a status fulfils the test, or after a while. */
  readonly until: (test: (status: ProxyStatus) => boolean) => Promise<void>;
  /** What to type to start it; undefined where it is not installed. */
  readonly commandLine: (shell: string) => Promise<string | undefined>;
  readonly installLine: string;
  /** What a terminal needs besides the variables that new ones have; undefined while the proxy does not run. */
  readonly environment: () => Readonly<Record<string, string>> | undefined;
}

/** Starts Claude Code in a new terminal. Asks first for what it lacks: the proxy, an API key, the program itself. */
export async function openClaude(access: ClaudeAccess): Promise<void> {
  if (!(await makeReady(access))) return;
  const line = await access.commandLine(vscode.env.shell);
  if (line === undefined) {
    // Not awaited: the command is done, whether or not somebody looks at the message.
    void offerInstallation(access.installLine);
    return;
  }
  const terminal = vscode.window.createTerminal({
    name: 'Claude Code',
    iconPath: new vscode.ThemeIcon('sparkle'),
    env: { ...access.environment() },
  });
  await type(terminal, line, true);
}

async function makeReady({ proxy, until }: ClaudeAccess): Promise<boolean> {
  if (!isSettled(proxy.status)) await until(isSettled);
  if (proxy.status.state !== 'running') {
    await proxy.start();
    await until(isSettled);
  }
  const { command, argument } = presentStatus(proxy.status, vscode.l10n.t);
  if (command === 'switchyard.setApiKey') {
    await vscode.commands.executeCommand(command, argument);
    await until(isReady);
  }
  if (isReady(proxy.status)) return true;
  tellWhyNot(proxy.status);
  return false;
}

function isSettled(status: ProxyStatus): boolean {
  return status.state === 'running' ? status.report !== undefined : status.state !== 'starting';
}

/** A request would be served, as far as is known. */
function isReady(status: ProxyStatus): boolean {
  return (
    status.state === 'running' &&
    status.report !== undefined &&
    presentStatus(status, vscode.l10n.t).command === 'switchyard.toggle'
  );
}

function tellWhyNot(status: ProxyStatus): void {
  const { command, sentence } = presentStatus(status, vscode.l10n.t);
  // Who was asked for a key and gave none knows why; a proxy that fails to start tells it by itself.
  if (command !== 'switchyard.showScenarios') return;
  const show = vscode.l10n.t('Show Scenarios');
  void vscode.window.showWarningMessage(sentence, show).then((choice) => {
    if (choice === show) void vscode.commands.executeCommand(command);
  });
}

async function offerInstallation(line: string): Promise<void> {
  const inTerminal = vscode.l10n.t('Install in Terminal');
  const copy = vscode.l10n.t('Copy Install Command');
  const choice = await vscode.window.showInformationMessage(
    vscode.l10n.t(
      'Claude Code was not found on this machine. Install it, then open the terminal once more. Its installer: {0}',
      line,
    ),
    inTerminal,
    copy,
  );
  if (choice === copy) await vscode.env.clipboard.writeText(line);
  if (choice !== inTerminal) return;
  const isWindows = line.startsWith('irm ');
  const terminal = vscode.window.createTerminal({
    name: vscode.l10n.t('Install Claude Code'),
    ...(isWindows ? { shellPath: 'powershell.exe' } : {}),
  });
  // Without Enter: what runs on their machine is the person's decision.
  await type(terminal, line, false);
}

/** Types once the shell has its prompt: before, the line would be seen twice. */
async function type(terminal: vscode.Terminal, line: string, withEnter: boolean): Promise<void> {
  terminal.show();
  await untilPrompt(terminal);
  if (terminal.exitStatus !== undefined) return;
  // The first terminal of a window brings those of its last life back, and one of them may have come to the front.
  if (vscode.window.activeTerminal !== terminal) terminal.show();
  terminal.sendText(line, withEnter);
}

/** Only shell integration tells of a prompt; without it a moment must do. */
function untilPrompt(terminal: vscode.Terminal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, promptWaitMs);
    const listener = vscode.window.onDidChangeTerminalShellIntegration((event) => {
      if (event.terminal === terminal) end();
    });
    function end(): void {
      clearTimeout(timer);
      listener.dispose();
      resolve();
    }
  });
}

const promptWaitMs = 4_000;
