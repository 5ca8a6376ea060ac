import * as vscode from 'vscode';

export interface Proposal {
  readonly file: vscode.Uri;
  readonly question: string;
  /** The exact change, shown below the question. */
  readonly change: string;
  /** The whole file as it would be; undefined where we must not touch it, and `change` is offered for copying instead. */
  readonly text: string | undefined;
  /** What to run afterwards. */
  readonly command: string;
}

/** Shows a change to a file of the person's, and makes it when the person agrees. */
export async function agreeAndWrite(proposal: Proposal): Promise<void> {
  const { file, question, change, text, command } = proposal;
  const write = vscode.l10n.t('Write');
  const copy = vscode.l10n.t('Copy');
  const actions = text === undefined ? [copy] : [write, copy];
  const options = { modal: true, detail: change };
  const choice = await vscode.window.showInformationMessage(question, options, ...actions);
  if (choice === copy) return await vscode.env.clipboard.writeText(change);
  if (choice !== write || text === undefined) return;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  tellCommand(command);
}

export function tellCommand(command: string): void {
  void vscode.window.showInformationMessage(vscode.l10n.t('Run in a terminal: {0}', command));
}

/** The text of a file; undefined where there is none. */
export async function textOf(file: vscode.Uri): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(file));
  } catch (error: unknown) {
    // What cannot be read must not be taken for absent.
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return undefined;
    throw error;
  }
}
