import * as vscode from 'vscode';
import type { ProxyStatus } from '../proxyStatus';
import { tooltipCommands, tooltipMarkdown } from './reportText';
import { presentStatus, type StatusPresentation } from './statusPresentation';

const backgrounds = {
  warning: new vscode.ThemeColor('statusBarItem.warningBackground'),
  error: new vscode.ThemeColor('statusBarItem.errorBackground'),
} satisfies Record<NonNullable<StatusPresentation['background']>, vscode.ThemeColor>;

/** The status bar item. Written only where something changed: a screen reader reads each change aloud. */
export class StatusBar {
  readonly #item: vscode.StatusBarItem;
  #shownTooltip = '';

  constructor() {
    this.#item = vscode.window.createStatusBarItem(
      'switchyard.status',
      vscode.StatusBarAlignment.Left,
      0,
    );
    this.#item.name = 'Switchyard';
    this.#item.show();
  }

  show(status: ProxyStatus): void {
    const presentation = presentStatus(status, vscode.l10n.t);
    if (this.#item.text !== presentation.text) this.#item.text = presentation.text;
    if (this.#item.accessibilityInformation?.label !== presentation.label) {
      this.#item.accessibilityInformation = { label: presentation.label, role: 'button' };
    }
    const background = presentation.background && backgrounds[presentation.background];
    if (this.#item.backgroundColor !== background) this.#item.backgroundColor = background;
    this.#item.command = commandOf(presentation);
    this.#showTooltip(tooltipMarkdown(status, vscode.l10n.t));
  }

  dispose(): void {
    this.#item.dispose();
  }

  #showTooltip(markdown: string): void {
    if (markdown === this.#shownTooltip) return;
    this.#shownTooltip = markdown;
    const tooltip = new vscode.MarkdownString(markdown, true);
    tooltip.isTrusted = { enabledCommands: tooltipCommands };
    this.#item.tooltip = tooltip;
  }
}

function commandOf({ command, credential, hint }: StatusPresentation): vscode.Command {
  return { command, title: hint, arguments: credential === undefined ? [] : [credential] };
}
