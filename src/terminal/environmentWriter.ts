import * as vscode from 'vscode';
import { environmentChange } from './environment';

// At shell integration too: a shell profile that exports ANTHROPIC_API_KEY would otherwise win, and the
// person's own key would reach the proxy.
const options: vscode.EnvironmentVariableMutatorOptions = {
  applyAtProcessCreation: true,
  applyAtShellIntegration: true,
};

/** Writes variables for new integrated terminals; kept by VS Code over a reload of the window. */
export class EnvironmentWriter {
  readonly #collection: vscode.EnvironmentVariableCollection;
  readonly #description: vscode.MarkdownString;

  /** `description` is Markdown, shown where VS Code lists what extensions did to a terminal. */
  constructor(collection: vscode.EnvironmentVariableCollection, description: string) {
    this.#collection = collection;
    this.#description = new vscode.MarkdownString(description);
    if (!collection.persistent) collection.persistent = true;
  }

  /** Makes `wanted` the whole of our variables; an empty object removes them all. */
  write(wanted: Readonly<Record<string, string>>): void {
    const { set, remove } = environmentChange(this.#present(), wanted);
    for (const name of remove) this.#collection.delete(name);
    for (const [name, value] of set) this.#collection.replace(name, value, options);
    if (set.length > 0 || this.#collection.description === undefined) {
      this.#collection.description = this.#description;
    }
  }

  /** The names of our variables; their values are nobody's business but the terminal's. */
  names(): readonly string[] {
    return Object.keys(this.#present());
  }

  #present(): Record<string, string> {
    const present: Record<string, string> = {};
    this.#collection.forEach((name, mutator) => {
      present[name] = mutator.value;
    });
    return present;
  }
}
