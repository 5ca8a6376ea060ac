import * as vscode from 'vscode';
import { showMarkdown } from './showMarkdown';

const scheme = 'switchyard';

/** One page: what it is about and, where there are several of a kind, which. */
export interface Page<Kind extends string> {
  readonly kind: Kind;
  /** Shown behind the kind in the page's tab. */
  readonly label?: string;
  readonly key?: string;
}

/** Makes the Markdown of the page of this kind and key. */
export type PageText = (key: string) => string | Promise<string>;

/** Pages that are made when they are looked at: read-only documents, shown as Markdown previews. */
export class ReadonlyPages<Kind extends string> implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #registration: vscode.Disposable;

  constructor(texts: Readonly<Record<Kind, PageText>>) {
    const makers = new Map<string, PageText>(Object.entries(texts));
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.#changed.event,
      // VS Code may bring a page back that an earlier window had open.
      provideTextDocumentContent: ({ path, query }) => makers.get(kindOf(path))?.(query) ?? '',
    });
  }

  async open(page: Page<Kind>): Promise<void> {
    const uri = pageUri(page);
    this.#changed.fire(uri);
    await showMarkdown(uri);
  }

  /** Makes a page anew if somebody has it open. */
  refresh(page: Page<Kind>): void {
    const uri = pageUri(page).toString();
    const isOpen = vscode.workspace.textDocuments.some((one) => one.uri.toString() === uri);
    if (isOpen) this.#changed.fire(pageUri(page));
  }

  dispose(): void {
    this.#registration.dispose();
    this.#changed.dispose();
  }
}

function pageUri({ kind, label, key = '' }: Page<string>): vscode.Uri {
  const name = label === undefined ? kind : `${kind} ${label}`;
  return vscode.Uri.from({ scheme, path: `/${name}.md`, query: key });
}

function kindOf(path: string): string {
  return path.replace(/^\//, '').replace(/( .*)?\.md$/, '');
}
