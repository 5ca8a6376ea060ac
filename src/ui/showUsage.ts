import * as vscode from 'vscode';
import type { PlanUsage } from '../proxy/planUsage';
import { firstDayOf, type UsageDay } from '../usage/usageDay';
import { summarize } from '../usage/usageSummary';
import type { Page } from './readonlyPages';
import { type PlansView, usageMarkdown } from './usageText';

export interface UsageSource {
  /** Oldest first. */
  readonly days: (count: number) => Promise<readonly UsageDay[]>;
  /** Undefined when the proxy does not run or does not answer. */
  readonly plans: () => Promise<readonly PlanUsage[] | undefined>;
}

/** The page of Show Usage. The plan is asked for when a person asks for the page, not when the page is made anew. */
export class UsagePage {
  readonly page: Page<'Usage'> = { kind: 'Usage' };
  readonly #source: UsageSource;
  #plans: PlansView = { state: 'unasked' };

  constructor(source: UsageSource) {
    this.#source = source;
  }

  async text(): Promise<string> {
    const days = await this.#source.days(30);
    const now = Date.now();
    const since = (count: number) => {
      const first = firstDayOf(count, now);
      return summarize(days.filter(({ day }) => day >= first));
    };
    const view = { now, today: since(1), week: since(7), month: since(30), plans: this.#plans };
    return usageMarkdown(view, vscode.l10n.t);
  }

  async askPlans(): Promise<void> {
    if (this.#plans.state !== 'told') this.#plans = { state: 'asking' };
    const plans = await this.#source.plans();
    this.#plans = plans === undefined ? { state: 'unanswered' } : { state: 'told', plans };
  }
}

/** Asks first, since what was counted cannot be brought back. */
export async function clearUsageHistory(clear: () => Promise<void>): Promise<void> {
  const button = vscode.l10n.t('Clear');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Clear the usage history?'),
    {
      modal: true,
      detail: vscode.l10n.t('What was counted in this and all other windows is deleted.'),
    },
    button,
  );
  if (chosen !== button) return;
  await clear();
  void vscode.window.showInformationMessage(vscode.l10n.t('The usage history is empty now.'));
}
