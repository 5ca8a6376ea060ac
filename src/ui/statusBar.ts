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
  #shownCommand = '';

  constructor(item: vscode.StatusBarItem = createItem()) {
    this.#item = item;
    this.#item.name = 'Switchyard';
    this.#item.show();
  }

  /** `today` tells what was used, where something was. */
  show(status: ProxyStatus, today?: string): void {
    const presentation = presentStatus(status, vscode.l10n.t);
    if (this.#item.text !== presentation.text) this.#item.text = presentation.text;
    if (this.#item.accessibilityInformation?.label !== presentation.label) {
      this.#item.accessibilityInformation = { label: presentation.label, role: 'button' };
    }
    const background = presentation.background && backgrounds[presentation.background];
    if (this.#item.backgroundColor !== background) this.#item.backgroundColor = background;
    this.#showCommand(presentation);
    this.#showTooltip(tooltipMarkdown(status, vscode.l10n.t, today));
  }

  dispose(): void {
    this.#item.dispose();
  }

  #showCommand({ command, argument, hint }: StatusPresentation): void {
    const shown = JSON.stringify([command, argument, hint]);
    if (shown === this.#shownCommand) return;
    this.#shownCommand = shown;
    const values = argument === undefined ? [] : [argument];
    this.#item.command = { command, title: hint, arguments: values };
  }

  #showTooltip(markdown: string): void {
    if (markdown === this.#shownTooltip) return;
    this.#shownTooltip = markdown;
    const tooltip = new vscode.MarkdownString(markdown, true);
    tooltip.isTrusted = { enabledCommands: tooltipCommands };
    this.#item.tooltip = tooltip;
  }
}

function createItem(): vscode.StatusBarItem {
  return vscode.window.createStatusBarItem('switchyard.status', vscode.StatusBarAlignment.Left, 0);
}
