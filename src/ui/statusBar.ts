import * as vscode from 'vscode';
import { type Clock, systemClock } from '../proxy/clock';
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
  readonly #clock: Clock;
  #cancelCountdown: (() => void) | undefined;

  constructor(item: vscode.StatusBarItem = createItem(), clock: Clock = systemClock) {
    this.#item = item;
    this.#clock = clock;
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
    this.#showTooltip(status, today);
  }

  dispose(): void {
    this.#cancelCountdown?.();
    this.#item.dispose();
  }

  #showCommand({ command, argument, hint }: StatusPresentation): void {
    const shown = JSON.stringify([command, argument, hint]);
    if (shown === this.#shownCommand) return;
    this.#shownCommand = shown;
    const values = argument === undefined ? [] : [argument];
    this.#item.command = { command, title: hint, arguments: values };
  }

  #showTooltip(status: ProxyStatus, today: string | undefined): void {
    this.#cancelCountdown?.();
    const now = this.#clock.now();
    if (restsAt(status, now)) {
      // A tooltip cannot be made when it is looked at.
      const again = () => this.#showTooltip(status, today);
      this.#cancelCountdown = this.#clock.after(countdownMs, again);
    }
    const markdown = tooltipMarkdown(status, vscode.l10n.t, { today, now });
    if (markdown === this.#shownTooltip) return;
    this.#shownTooltip = markdown;
    const tooltip = new vscode.MarkdownString(markdown, true);
    tooltip.isTrusted = { enabledCommands: tooltipCommands };
    this.#item.tooltip = tooltip;
  }
}

/** How old the countdown of a tooltip may be. */
const countdownMs = 15_000;

function restsAt(status: ProxyStatus, now: number): boolean {
  const targets = status.state === 'running' ? (status.report?.targets ?? []) : [];
  return targets.some(({ restsUntil }) => restsUntil !== undefined && restsUntil > now);
}

function createItem(): vscode.StatusBarItem {
  return vscode.window.createStatusBarItem('switchyard.status', vscode.StatusBarAlignment.Left, 0);
}
