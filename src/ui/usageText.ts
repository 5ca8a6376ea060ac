import { momentInWords, render } from '../proxy/phrase';
import type { PlanUsage, PlanWindow } from '../proxy/planUsage';
import { durationInWords } from '../proxy/timeInWords';
import type { UsageCounts } from '../usage/usageDay';
import {
  type NamedUsage,
  savedByBackground,
  savedByCache,
  type UsageSummary,
  wholeInput,
} from '../usage/usageSummary';
import { count, money, percent, shortCount } from './figures';
import { keyOwner } from './keySlots';
import { escapeMarkdown, markdownTable } from './markdown';
import type { Translate } from './translate';

/** What Show Usage tells of. */
export interface UsageView {
  readonly now: number;
  readonly today: UsageSummary;
  readonly week: UsageSummary;
  readonly month: UsageSummary;
  readonly plans: PlansView;
}

/** `unasked`: a page that an earlier window had open. `unanswered`: the proxy does not run, or did not answer. */
export type PlansView =
  | { readonly state: 'unasked' | 'asking' | 'unanswered' }
  | { readonly state: 'told'; readonly plans: readonly PlanUsage[] };

/** What was used and what it cost, as a Markdown page. All names from elsewhere are escaped. Pure. */
export function usageMarkdown(view: UsageView, t: Translate): string {
  const { month, week } = view;
  const isEmpty = month.total.requests === 0;
  return [
    `# ${t('Usage')}`,
    ...planSections(view.plans, view.now, t),
    `## ${t('Requests and cost')}`,
    ...(isEmpty
      ? [t('No request has been counted yet. Run an agent in a new terminal; then look again.')]
      : [
          totalsTable(view, t),
          `## ${t('By model, in 30 days')}`,
          namedTable(t('Model'), view, ({ byModel }) => byModel, t),
          `## ${t('By scenario, in 30 days')}`,
          namedTable(t('Scenario'), view, ({ byScenario }) => byScenario, t),
          `## ${t('By day')}`,
          dayTable(month, t),
          `## ${t('Sessions of the last 7 days')}`,
          sessionTable(week, t),
        ]),
    footnote(month.total.unpriced, t),
  ].join('\n\n');
}

/** For the tooltip; undefined on a day without requests. */
export function todayInWords(today: UsageCounts, t: Translate): string | undefined {
  if (today.requests === 0) return undefined;
  const spent =
    today.requests === 1
      ? t('Today: 1 request, {0}', money(today.cost))
      : t('Today: {0} requests, {1}', count(today.requests), money(today.cost));
  const saved = savedByCache(today);
  return money(saved) === '$0' || saved < 0
    ? spent
    : `${spent}; ${t('saved by the cache: {0}', money(saved))}`;
}

/** The kind of limit that counts over this span. */
export function windowInWords({ name }: PlanWindow, t: Translate): string {
  if (name === 'rolling') return t('5-hour');
  if (name === 'weekly') return t('weekly');
  return name === 'monthly' ? t('monthly') : name;
}

function planSections(view: PlansView, now: number, t: Translate): readonly string[] {
  switch (view.state) {
    case 'unasked':
      return [];
    case 'asking':
      return [`*${t('Asking for the use of your plan…')}*`];
    case 'unanswered':
      return [
        `*${t('The use of your plan is not known: the proxy does not run, or did not answer.')}*`,
      ];
    case 'told':
      return view.plans.flatMap((plan) => [
        `## ${escapeMarkdown(keyOwner(plan.label, plan.credential, t))}`,
        plan.problem === undefined
          ? planTable(plan, now, t)
          : escapeMarkdown(t('The use of this plan is not known: {0}.', render(plan.problem, t))),
      ]);
  }
}

function planTable({ windows }: PlanUsage, now: number, t: Translate): string {
  return markdownTable(
    [
      [t('Limit'), 'left'],
      [t('Used'), 'right'],
      ['', 'left'],
      [t('Resets'), 'left'],
    ],
    windows.map((window) => [
      escapeMarkdown(windowInWords(window, t)),
      `${Math.round(window.percent)} %`,
      `\`${bar(window.percent / 100)}\``,
      escapeMarkdown(resetInWords(window, now, t)),
    ]),
  );
}

function resetInWords({ resetsAt, isExhausted }: PlanWindow, now: number, t: Translate): string {
  const until =
    resetsAt === undefined || resetsAt <= now
      ? ''
      : t('in {0} ({1})', durationInWords(resetsAt - now, t), momentInWords(resetsAt, t));
  if (!isExhausted) return until;
  return until === '' ? t('used up') : `${t('used up')}; ${until}`;
}

function totalsTable({ today, week, month }: UsageView, t: Translate): string {
  const spans = [today, week, month];
  const row = (name: string, cell: (summary: UsageSummary) => string) => [
    escapeMarkdown(name),
    ...spans.map((span) => escapeMarkdown(cell(span))),
  ];
  return markdownTable(
    [
      ['', 'left'],
      [t('Today'), 'right'],
      [t('7 days'), 'right'],
      [t('30 days'), 'right'],
    ],
    [
      row(t('Requests'), ({ total }) => count(total.requests)),
      row(t('Not served'), ({ total }) => count(total.failures)),
      row(t('Input tokens'), ({ total }) => count(wholeInput(total))),
      row(t('From the cache'), ({ total }) => percent(total.cacheReadTokens, wholeInput(total))),
      row(t('Output tokens'), ({ total }) => count(total.outputTokens)),
      row(t('Cost'), ({ total }) => money(total.cost)),
      row(t('Saved by the cache'), ({ total }) => money(savedByCache(total))),
      row(t('Background work'), ({ background, total }) =>
        background.requests === 0
          ? '-'
          : `${percent(background.requests, total.requests)}, ${money(background.cost)}`,
      ),
      row(t('Saved by cheap models for it'), ({ background }) =>
        background.requests === 0 ? '-' : money(savedByBackground(background)),
      ),
    ],
  );
}

function namedTable(
  title: string,
  { today, week, month }: UsageView,
  groups: (summary: UsageSummary) => readonly NamedUsage[],
  t: Translate,
): string {
  const costIn = (summary: UsageSummary, name: string) =>
    groups(summary).find((row) => row.name === name)?.cost ?? 0;
  return markdownTable(
    [
      [title, 'left'],
      [t('Requests'), 'right'],
      [t('Input'), 'right'],
      [t('Cached'), 'right'],
      [t('Output'), 'right'],
      [t('Cost today'), 'right'],
      [t('in 7 days'), 'right'],
      [t('in 30 days'), 'right'],
    ],
    groups(month).map((row) => [
      row.name === '' ? `*${t('not served')}*` : escapeMarkdown(row.name),
      count(row.requests),
      shortCount(wholeInput(row)),
      percent(row.cacheReadTokens, wholeInput(row)),
      shortCount(row.outputTokens),
      ...[today, week, month].map((span) => escapeMarkdown(money(costIn(span, row.name)))),
    ]),
  );
}

function dayTable({ byDay }: UsageSummary, t: Translate): string {
  const most = Math.max(...byDay.map(({ cost }) => cost));
  return markdownTable(
    [
      [t('Day'), 'left'],
      [t('Requests'), 'right'],
      [t('Cost'), 'right'],
      ['', 'left'],
    ],
    byDay.toReversed().map(({ name, requests, cost }) => [
      escapeMarkdown(name),
      count(requests),
      escapeMarkdown(money(cost)),
      // Of an empty bar only its ends would be seen.
      cost === 0 ? '' : `\`${bar(cost / most)}\``,
    ]),
  );
}

const maxSessions = 10;

function sessionTable({ sessions }: UsageSummary, t: Translate): string {
  return markdownTable(
    [
      [t('Session'), 'left'],
      [t('From'), 'left'],
      [t('To'), 'left'],
      [t('Requests'), 'right'],
      [t('Cost'), 'right'],
    ],
    sessions
      .slice(0, maxSessions)
      .map(({ session, firstAt, lastAt, requests, cost }) =>
        [
          session,
          momentInWords(firstAt, t),
          momentInWords(lastAt, t),
          count(requests),
          money(cost),
        ].map(escapeMarkdown),
      ),
  );
}

const barCells = 20;

function bar(share: number): string {
  const full = Math.min(barCells, Math.max(0, Math.round(share * barCells)));
  return '█'.repeat(full) + '░'.repeat(barCells - full);
}

function footnote(unpriced: number, t: Translate): string {
  const sentences = [
    t(
      'Costs are at list prices. A subscription such as OpenCode Go does not charge by the request; there they count against its limits.',
    ),
    ...(unpriced === 0
      ? []
      : [t('Requests without a known price or usage, not in the costs: {0}.', count(unpriced))]),
    t(
      'The history holds figures only and stays on this machine, for 90 days; “Switchyard: Clear Usage History” deletes it.',
    ),
  ];
  return `*${sentences.map(escapeMarkdown).join(' ')}*`;
}
