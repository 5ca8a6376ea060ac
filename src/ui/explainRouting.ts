import * as vscode from 'vscode';
import { type RequestTrace, traceKey } from '../proxy/requestTrace';
import type { ProxyStatus } from '../proxyStatus';
import { explainMarkdown } from './explainText';
import type { Page } from './readonlyPages';
import { requestPick } from './requestPick';

export interface ExplainTargets {
  /** The latest first. */
  readonly recent: () => readonly RequestTrace[];
  readonly status: () => ProxyStatus;
  readonly open: (page: Page<'Request'>) => Promise<void>;
}

/** Lets a person choose one of the last requests and shows how it was routed; `key` is that of a request to show at once. */
export async function explainRouting(targets: ExplainTargets, key?: unknown): Promise<void> {
  const traces = targets.recent();
  const named = traces.find((trace) => traceKey(trace) === key);
  if (named !== undefined) return targets.open(requestPage(named));
  if (traces.length === 0) return sayWhatToDo(targets.status());
  const items = traces.map((trace) => ({ ...requestPick(trace, vscode.l10n.t), trace }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Switchyard: Explain Routing'),
    placeHolder: vscode.l10n.t('Which request? The latest comes first.'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen !== undefined) await targets.open(requestPage(chosen.trace));
}

export function requestPage(trace: RequestTrace): Page<'Request'> {
  return { kind: 'Request', label: trace.id, key: traceKey(trace) };
}

/** The text of the page of the request with this key. */
export function requestPageText(traces: readonly RequestTrace[], key: string): string {
  const trace = traces.find((one) => traceKey(one) === key);
  if (trace !== undefined) return explainMarkdown(trace, vscode.l10n.t);
  return vscode.l10n.t(
    'This request is not known any more: only the last requests are, until the window is reloaded.',
  );
}

async function sayWhatToDo(status: ProxyStatus): Promise<void> {
  const isRunning = status.state === 'running';
  const message = isRunning
    ? vscode.l10n.t(
        'No request has been made in this window yet. Open a new terminal and run an agent, such as “claude”; then ask again.',
      )
    : vscode.l10n.t('No request has been made in this window yet: the proxy is not running.');
  const button = isRunning ? vscode.l10n.t('New Terminal') : vscode.l10n.t('Start');
  const chosen = await vscode.window.showInformationMessage(message, button);
  if (chosen !== button) return;
  await vscode.commands.executeCommand(
    isRunning ? 'workbench.action.terminal.new' : 'switchyard.start',
  );
}
