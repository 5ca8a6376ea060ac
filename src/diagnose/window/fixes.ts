import * as vscode from 'vscode';
import { assertNever } from '../../proxy/types';
import type { Fix } from '../verdict';

/** The words of a fix's button. */
export function fixLabel(fix: Fix): string {
  const { t } = vscode.l10n;
  switch (fix.kind) {
    case 'start':
      return t('Start');
    case 'setApiKey':
      return t('Set API Key');
    case 'openFile':
      return t('Open File');
    case 'openSetting':
    case 'openHostSetting':
      return t('Open Setting');
    case 'choosePort':
      return t('Choose Port');
    case 'newTerminal':
      return t('New Terminal');
    case 'refreshCatalogue':
      return t('Refresh Models');
    case 'resetHealth':
      return t('Reset Health');
    case 'manageTrust':
      return t('Manage Workspace Trust');
    case 'showLog':
      return t('Show Log');
    default:
      return assertNever(fix);
  }
}

/** Mends it. Resolves to `mended` where the check may be run again at once, `elsewhere` where the person goes on in an editor. */
export async function runFix(fix: Fix): Promise<'mended' | 'elsewhere'> {
  const { executeCommand } = vscode.commands;
  switch (fix.kind) {
    case 'start':
      await executeCommand('switchyard.start');
      return 'mended';
    case 'setApiKey':
      await executeCommand('switchyard.setApiKey', fix.credential);
      return 'mended';
    case 'choosePort':
      await choosePort();
      return 'mended';
    case 'refreshCatalogue':
      await executeCommand('switchyard.refreshCatalogue');
      return 'mended';
    case 'resetHealth':
      await executeCommand('switchyard.resetHealth');
      return 'mended';
    case 'openFile':
      await openFile(fix.path, fix.line);
      return 'elsewhere';
    case 'openSetting':
      await executeCommand('switchyard.openSettings', fix.setting);
      return 'elsewhere';
    case 'openHostSetting':
      await executeCommand('workbench.action.openSettings', `@id:${fix.setting}`);
      return 'elsewhere';
    case 'newTerminal':
      await executeCommand('workbench.action.terminal.new');
      return 'elsewhere';
    case 'manageTrust':
      await executeCommand('workbench.trust.manage');
      return 'elsewhere';
    case 'showLog':
      await executeCommand('switchyard.showLog');
      return 'elsewhere';
    default:
      return assertNever(fix);
  }
}

async function openFile(path: string, line: number): Promise<void> {
  const start = new vscode.Position(line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(path), {
    selection: new vscode.Range(start, start),
  });
}

/** Asks for the port, and writes it where the present one comes from. */
async function choosePort(): Promise<void> {
  const { t } = vscode.l10n;
  const configuration = vscode.workspace.getConfiguration('switchyard');
  const answer = await vscode.window.showInputBox({
    title: t('Switchyard: Choose Port'),
    prompt: t('Another port for the proxy on 127.0.0.1; 0 takes any that is free.'),
    value: '0',
    ignoreFocusOut: true,
    validateInput: (text) =>
      /^\d+$/.test(text.trim()) && Number(text) <= maxPort
        ? undefined
        : t('A port is a whole number from 0 to {0}.', maxPort),
  });
  if (answer === undefined) return;
  const where = configuration.inspect('port');
  const isWorkspaces = where?.workspaceValue !== undefined;
  const target = isWorkspaces
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
  await configuration.update('port', Number(answer), target);
  await vscode.commands.executeCommand('switchyard.start');
}

const maxPort = 65_535;
