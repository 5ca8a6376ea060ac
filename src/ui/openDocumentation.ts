import * as vscode from 'vscode';
import { showMarkdown } from './showMarkdown';

/** Opens the pages that come with this version: with pictures, and links that lead from one to the other. */
export function openDocumentation(extension: vscode.Uri): Promise<void> {
  return showMarkdown(vscode.Uri.joinPath(extension, 'docs', 'README.md'));
}
