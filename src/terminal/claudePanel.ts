import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import {
  folderMark,
  launcherFile,
  launcherFolder,
  writeLauncher,
  writePrivately,
} from '../claudeLauncher';
import { shellLines } from './environment';

type Variables = Readonly<Record<string, string>>;

export interface ClaudePanelOptions {
  readonly storageFolder: string;
  readonly workspaceId: string;
  readonly onProblem: (message: string) => void;
}

/**
 * The variables of the graphical Claude Code extension, in a file that its launcher reads. There is none unless that
 * extension is told to use the launcher.
 */
export class ClaudePanel implements vscode.Disposable {
  readonly #options: ClaudePanelOptions;
  readonly #file: string;
  readonly #listeners: vscode.Disposable;
  #wanted: Variables | 'keep' = 'keep';
  #written: string | undefined;
  /** One write after the other. */
  #last = Promise.resolve();

  constructor(options: ClaudePanelOptions) {
    this.#options = options;
    this.#file = path.join(launcherFolder(options.storageFolder), `${options.workspaceId}.env`);
    this.#listeners = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('claudeCode')) this.show(this.#wanted);
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.show(this.#wanted)),
    );
  }

  /** As with terminals: `keep` while it is not known yet, so that what a reload brings back finds its variables. */
  show(variables: Variables | 'keep'): void {
    this.#wanted = variables;
    if (variables === 'keep') return;
    const isWanted = this.#isSetUp() && Object.keys(variables).length > 0;
    const text = isWanted ? panelFileText(windowFolders(), variables) : '';
    if (text === this.#written) return;
    this.#written = text;
    this.#last = this.#last.then(() => this.#write(text));
  }

  dispose(): void {
    this.#listeners.dispose();
  }

  #isSetUp(): boolean {
    const setting = vscode.workspace.getConfiguration('claudeCode').get('claudeProcessWrapper');
    return setting === launcherFile(this.#options.storageFolder);
  }

  async #write(text: string): Promise<void> {
    try {
      if (text === '') return await rm(this.#file, { force: true });
      await writeLauncher(this.#options.storageFolder);
      await writePrivately(this.#file, text);
    } catch (error) {
      this.#options.onProblem(
        `the variables of the Claude Code extension could not be written: ${String(error)}`,
      );
    }
  }
}

/** What the launcher reads: the folders that it is for, then the variables. */
export function panelFileText(folders: readonly string[], variables: Variables): string {
  // A line of its own each: a name with a line break could never be found.
  const marks = folders.filter((folder) => !/[\r\n]/.test(folder));
  return (
    marks.map((folder) => `${folderMark}${folder}\n`).join('') + shellLines(variables, 'posix')
  );
}

/** Where the extension may start its process: without any folder open, at home. */
function windowFolders(): readonly string[] {
  const open = (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
  return open.length === 0 ? [homedir()] : [...new Set([...open, ...open.flatMap(realPath)])];
}

function realPath(folder: string): readonly string[] {
  try {
    return [realpathSync(folder)];
  } catch {
    return [];
  }
}
