import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Clock } from '../proxy/clock';
import type { PlanUsage } from '../proxy/planUsage';
import type { RequestTrace } from '../proxy/requestTrace';
import type { ProxyStatus } from '../proxyStatus';
import { presentStatus } from '../ui/statusPresentation';
import type { UsageDay } from '../usage/usageDay';
import { summarize } from '../usage/usageSummary';
import { shownDays } from './costView';
import { dashboardView } from './dashboardView';
import {
  type DashboardAction,
  type DashboardMessage,
  type PageMessage,
  readPageMessage,
} from './messages';
import { dashboardPage, viewType } from './page';
import { dashboardTexts } from './texts';

export interface DashboardSource {
  readonly extensionUri: vscode.Uri;
  readonly clock: Clock;
  readonly status: () => ProxyStatus;
  /** The latest first. */
  readonly traces: () => readonly RequestTrace[];
  readonly today: () => UsageDay;
  /** Oldest first. */
  readonly days: (count: number) => Promise<readonly UsageDay[]>;
  /** Undefined when the proxy does not run or does not answer. */
  readonly plans: () => Promise<readonly PlanUsage[] | undefined>;
}

/** The editor tab that shows what the proxy does. One for each window; while nobody sees it, it costs nothing. */
export class DashboardTab implements vscode.Disposable {
  readonly #source: DashboardSource;
  #panel: vscode.WebviewPanel | undefined;
  /** The page has said that it listens. */
  #isListening = false;
  #selected: string | undefined;
  #days: readonly UsageDay[] = [];
  #plans: readonly PlanUsage[] | 'asking' | 'unanswered' = 'asking';
  #plansAskedAt = 0;
  #cancelUpdate: (() => void) | undefined;

  constructor(source: DashboardSource) {
    this.#source = source;
  }

  /** Shows the tab, the one that is there already if one is. */
  open(): void {
    if (this.#panel !== undefined) {
      this.#panel.reveal();
      return;
    }
    const title = vscode.l10n.t('Switchyard Dashboard');
    this.adopt(vscode.window.createWebviewPanel(viewType, title, vscode.ViewColumn.Active));
  }

  /** Takes over a tab: a new one, or one that VS Code has kept over a reload. */
  adopt(panel: vscode.WebviewPanel): void {
    // Restored beside one that a command has opened meanwhile: one is enough.
    this.#panel?.dispose();
    this.#panel = panel;
    this.#isListening = false;
    const { webview } = panel;
    const dist = vscode.Uri.joinPath(this.#source.extensionUri, 'dist');
    const uriOf = (file: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    const listening = vscode.Disposable.from(
      webview.onDidReceiveMessage((message: unknown) => this.#received(message)),
      panel.onDidChangeViewState(() => {
        // A hidden page is thrown away; it says so when it is there again.
        if (!panel.visible) this.#isListening = false;
      }),
    );
    panel.onDidDispose(() => {
      listening.dispose();
      if (this.#panel === panel) this.#panel = undefined;
    });
    webview.html = dashboardPage({
      cspSource: webview.cspSource,
      scriptUri: uriOf('dashboard.js'),
      styleUri: uriOf('dashboard.css'),
      nonce: randomBytes(16).toString('hex'),
      language: vscode.env.language,
      title: panel.title,
    });
  }

  /** To be called with every change of what is shown; the page is told at most four times a second. */
  changed(): void {
    if (!this.#isSeen()) return;
    this.#cancelUpdate ??= this.#source.clock.after(updateIntervalMs, () => {
      this.#cancelUpdate = undefined;
      this.#tell();
      void this.#askPlans();
    });
  }

  /** To be called when the history of usage has changed. */
  async usageChanged(): Promise<void> {
    if (!this.#isSeen()) return;
    this.#days = await this.#source.days(shownDays);
    this.changed();
  }

  dispose(): void {
    this.#cancelUpdate?.();
    this.#panel?.dispose();
  }

  #isSeen(): boolean {
    return this.#isListening && this.#panel?.visible === true;
  }

  #received(value: unknown): void {
    const message = readPageMessage(value);
    if (message !== undefined) this.#obey(message);
  }

  #obey(message: PageMessage): void {
    switch (message.type) {
      case 'ready':
        this.#isListening = true;
        this.#selected = message.selected;
        this.#post({ type: 'texts', texts: dashboardTexts(vscode.l10n.t) });
        this.#tell();
        void this.usageChanged();
        return;
      case 'select':
        this.#selected = message.key;
        this.#tell();
        return;
      case 'explain':
        void vscode.commands.executeCommand('switchyard.explainRouting', message.key);
        return;
      case 'run':
        this.#run(message.action);
    }
  }

  #run(action: DashboardAction): void {
    const { argument } = presentStatus(this.#source.status(), vscode.l10n.t);
    const isOffered = action === 'setApiKey' || action === 'openSettings';
    void vscode.commands.executeCommand(
      commandsOf[action],
      ...(isOffered && argument !== undefined ? [argument] : []),
    );
  }

  async #askPlans(): Promise<void> {
    const now = this.#source.clock.now();
    const isTold = typeof this.#plans !== 'string' && this.#plans.length > 0;
    if (now - this.#plansAskedAt < (isTold ? plansFreshForMs : plansRetryMs)) return;
    this.#plansAskedAt = now;
    this.#plans = (await this.#source.plans()) ?? 'unanswered';
    this.changed();
  }

  #tell(): void {
    if (!this.#isSeen()) return;
    const { clock, status, traces, today } = this.#source;
    const now = today();
    const facts = {
      now: clock.now(),
      status: status(),
      traces: traces(),
      today: summarize([now]).total,
      days: this.#days,
      plans: this.#plans,
      selected: this.#selected,
    };
    this.#post({ type: 'view', view: dashboardView(facts, vscode.l10n.t) });
  }

  #post(message: DashboardMessage): void {
    void this.#panel?.webview.postMessage(message);
  }
}

const updateIntervalMs = 250;
/** The worker asks a provider only after as long. */
const plansFreshForMs = 5 * 60_000;
/** A proxy that has just started, or a key that has just been set, can soon tell more. */
const plansRetryMs = 3_000;

const commandsOf = {
  start: 'switchyard.start',
  setApiKey: 'switchyard.setApiKey',
  openSettings: 'switchyard.openSettings',
  newTerminal: 'workbench.action.terminal.new',
  resetHealth: 'switchyard.resetHealth',
  showUsage: 'switchyard.showUsage',
} as const satisfies Record<DashboardAction, string>;
