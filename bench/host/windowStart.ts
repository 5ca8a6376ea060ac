// Runs inside the extension host of a window that has just started: what VS Code itself counted of the extension's activation.
import * as vscode from 'vscode';
import { windowStartFileName } from './plan';
import { writeResult } from './writeResult';

/** The entry that VS Code calls. */
export async function run(): Promise<void> {
  await vscode.extensions.getExtension('switchyard.switchyard')?.activate();
  // The page of “Developer: Startup Performance”.
  await vscode.commands.executeCommand('perfview.show');
  for (let round = 0; round < 50; round += 1) {
    const page = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'perf');
    const row = /\|\s*switchyard\.switchyard\s*\|[^|]*\|\s*(\d+)\s*\|\s*(\d+)\s*\|/.exec(
      page?.getText() ?? '',
    );
    if (row !== null) {
      writeResult(windowStartFileName, { loadMs: Number(row[1]), activateMs: Number(row[2]) });
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('VS Code told no times of the activation');
}
