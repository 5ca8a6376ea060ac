import * as vscode from 'vscode';
import type { LogLevel } from '../proxy/protocol';

/** The one output channel. Its level is the person's choice, by the gear of the panel. */
export function createOutput(): vscode.LogOutputChannel {
  return vscode.window.createOutputChannel('Switchyard', { log: true });
}

/** Writes a line at the channel's own level of the same name. */
export function writeLog(output: vscode.LogOutputChannel, level: LogLevel, message: string): void {
  output[level](message);
}
