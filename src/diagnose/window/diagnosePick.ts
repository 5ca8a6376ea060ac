import * as vscode from 'vscode';
import type { Finding } from '../checks';
import { type CheckState, checkStates, type Fix, type Verdict } from '../verdict';
import { fixLabel, runFix } from './fixes';

export interface PickTargets {
  /** Runs the checks; tells after each that ends what is known so far. */
  readonly run: (onProgress: (findings: readonly Finding[]) => void) => Promise<unknown>;
  readonly copy: () => Promise<void>;
}

interface Row extends vscode.QuickPickItem {
  /** Kept over the runs, so that the row under the cursor stays where it is. */
  readonly id: string;
  readonly state?: CheckState;
  readonly fix?: Fix;
  readonly action?: 'copy' | 'runAgain';
}

/** The list that fills while the checks run: Enter on a line mends what it tells, and all are checked again. */
export class DiagnosePick implements vscode.Disposable {
  readonly #targets: PickTargets;
  readonly #pick = vscode.window.createQuickPick<Row>();
  readonly #copyButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('copy'),
    tooltip: vscode.l10n.t('Copy Diagnostics'),
  };
  readonly #againButton: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon('refresh'),
    tooltip: vscode.l10n.t('Run Again'),
  };
  #run = 0;
  #isShown = false;
  #isMending = false;

  constructor(targets: PickTargets) {
    this.#targets = targets;
    const pick = this.#pick;
    pick.title = vscode.l10n.t('Switchyard: Diagnose');
    pick.matchOnDescription = true;
    pick.matchOnDetail = true;
    pick.buttons = [this.#copyButton, this.#againButton];
    pick.onDidAccept(() => {
      const [row] = pick.selectedItems;
      if (row !== undefined) void this.#chosen(row);
    });
    pick.onDidTriggerButton((button) => {
      void (button === this.#copyButton ? this.#targets.copy() : this.refresh());
    });
    pick.onDidHide(() => {
      if (!this.#isMending) this.#isShown = false;
    });
  }

  /** Resolves when the checks have run; the list stays open. */
  async show(): Promise<void> {
    this.#isShown = true;
    this.#pick.value = '';
    this.#pick.items = [];
    this.#pick.show();
    await this.refresh();
  }

  /** Checks again, where somebody is looking. */
  async refresh(): Promise<void> {
    if (!this.#isShown) return;
    this.#run += 1;
    const run = this.#run;
    this.#pick.busy = true;
    this.#pick.placeholder = vscode.l10n.t('Checking…');
    await this.#targets.run((findings) => {
      if (run === this.#run) this.#fill(findings);
    });
    if (run === this.#run) this.#pick.busy = false;
  }

  dispose(): void {
    this.#isShown = false;
    this.#pick.dispose();
  }

  async #chosen({ action, fix }: Row): Promise<void> {
    if (action === 'copy') return this.#targets.copy();
    if (action === 'runAgain') return this.refresh();
    if (fix === undefined) return;
    // Another input takes the list's place meanwhile.
    this.#isMending = true;
    try {
      const outcome = await runFix(fix);
      if (outcome === 'elsewhere') {
        this.#isShown = false;
        this.#pick.hide();
        return;
      }
      // What was typed would hide the line once it says something else.
      this.#pick.value = '';
      this.#pick.show();
      await this.refresh();
    } finally {
      this.#isMending = false;
    }
  }

  #fill(findings: readonly Finding[]): void {
    const verdicts = findings.flatMap((finding) => finding.verdicts ?? []);
    const isDone = findings.every((finding) => finding.verdicts !== undefined);
    const [active] = this.#pick.activeItems;
    // Where the cursor has not been moved it goes along to what is worst.
    const kept = active === this.#pick.items[0] ? undefined : active?.id;
    const rows = [
      ...findings.flatMap(rowsOf).sort((a, b) => (isDone ? rank(a) - rank(b) : 0)),
      { id: 'end', label: '', kind: vscode.QuickPickItemKind.Separator },
      {
        id: 'copy',
        label: `$(copy) ${vscode.l10n.t('Copy Diagnostics')}`,
        detail: vscode.l10n.t('A report for an issue, without keys, prompts or names.'),
        action: 'copy' as const,
      },
      {
        id: 'runAgain',
        label: `$(refresh) ${vscode.l10n.t('Run Again')}`,
        action: 'runAgain' as const,
      },
    ];
    this.#pick.keepScrollPosition = true;
    this.#pick.items = rows;
    this.#pick.activeItems = rows.filter(({ id }) => id === (kept ?? rows[0]?.id));
    if (isDone) this.#pick.placeholder = summary(verdicts);
  }
}

function rowsOf({ check, verdicts }: Finding): readonly Row[] {
  if (verdicts === undefined) {
    const label = `$(loading~spin) ${check.title(vscode.l10n.t)}`;
    return [{ id: check.id, label, detail: vscode.l10n.t('Checking…'), alwaysShow: false }];
  }
  return verdicts.map(({ fix, sentence, state, title }, index) => ({
    id: `${check.id} ${index}`,
    label: `$(${icons[state]}) ${withoutIcons(title)}`,
    description: [
      stateInWords(state),
      ...(fix === undefined ? [] : [`$(arrow-small-right) ${fixLabel(fix)}`]),
    ]
      .filter((part) => part !== '')
      .join(' '),
    detail: withoutIcons(sentence),
    state,
    ...(fix === undefined ? {} : { fix }),
  }));
}

/** The worst first, once all is known; before, lines stay where they are. */
function rank({ state }: Row): number {
  return state === undefined ? checkStates.length : checkStates.indexOf(state);
}

const icons: Readonly<Record<CheckState, string>> = {
  ok: 'pass',
  warning: 'warning',
  problem: 'error',
  unknown: 'question',
};

/** For those to whom an icon tells nothing. */
function stateInWords(state: CheckState): string {
  const words: Readonly<Record<CheckState, string>> = {
    ok: vscode.l10n.t('OK'),
    warning: vscode.l10n.t('Warning'),
    problem: vscode.l10n.t('Problem'),
    unknown: vscode.l10n.t('Unknown'),
  };
  return words[state];
}

function summary(verdicts: readonly Verdict[]): string {
  const worst = checkStates.find((state) => verdicts.some((verdict) => verdict.state === state));
  const count = (wanted: CheckState): number =>
    verdicts.filter(({ state }) => state === wanted).length;
  if (worst === 'ok') return vscode.l10n.t('Everything is in order.');
  if (worst === 'unknown') return vscode.l10n.t('Nothing is wrong; not all could be checked.');
  return vscode.l10n.t(
    'Problems: {0}, warnings: {1}. Enter on a line mends what it tells.',
    count('problem'),
    count('warning'),
  );
}

function withoutIcons(text: string): string {
  return text.replaceAll('$(', '$ (');
}
