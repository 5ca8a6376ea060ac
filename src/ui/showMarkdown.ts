import * as vscode from 'vscode';

/** Shows a document as a person reads it, or as it is written where VS Code's own Markdown extension is switched off. */
export async function showMarkdown(document: vscode.Uri): Promise<void> {
  try {
    await vscode.commands.executeCommand('markdown.showPreview', document);
  } catch {
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
