import * as vscode from 'vscode';
import type { LogThreshold } from '../proxy/protocol';

/** Which lines are wanted for an output channel: those that it shows, and those that a report of what went before holds. */
export function logThreshold(
  channel: Pick<vscode.LogOutputChannel, 'logLevel' | 'onDidChangeLogLevel'>,
) {
  return {
    current: () => thresholds[channel.logLevel],
    onDidChange: (listener: () => void) => channel.onDidChangeLogLevel(() => listener()),
  };
}

const thresholds: Readonly<Record<vscode.LogLevel, LogThreshold>> = {
  [vscode.LogLevel.Off]: 'off',
  [vscode.LogLevel.Trace]: 'trace',
  [vscode.LogLevel.Debug]: 'debug',
  [vscode.LogLevel.Info]: 'info',
  // Copy Diagnostics holds lines at `info` that the channel does not show.
  [vscode.LogLevel.Warning]: 'info',
  [vscode.LogLevel.Error]: 'info',
};
