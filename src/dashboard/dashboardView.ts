import { render } from '../proxy/phrase';
import type { PlanUsage } from '../proxy/planUsage';
import { type RequestTrace, traceKey } from '../proxy/requestTrace';
import type { ProxyStatus } from '../proxyStatus';
import type { CommandId } from '../ui/commands';
import { count, money } from '../ui/figures';
import { keyOwner } from '../ui/keySlots';
import { presentStatus } from '../ui/statusPresentation';
import type { Translate } from '../ui/translate';
import { windowInWords } from '../ui/usageText';
import type { UsageCounts, UsageDay } from '../usage/usageDay';
import { savedByCache } from '../usage/usageSummary';
import { costView } from './costView';
import { healthViews } from './healthView';
import type { DashboardAction, DashboardView, PairView } from './messages';
import { modelTable } from './modelSpeed';
import { detailsView, requestView } from './requestViews';

/** What the dashboard tells of. */
export interface DashboardFacts {
  readonly now: number;
  readonly status: ProxyStatus;
  /** The latest first. */
  readonly traces: readonly RequestTrace[];
  readonly today: UsageCounts;
  readonly days: readonly UsageDay[];
  /** `asking`: not known yet. `unanswered`: the proxy does not run, or did not answer. */
  readonly plans: readonly PlanUsage[] | 'asking' | 'unanswered';
  /** The key of the request that is shown in full. */
  readonly selected: string | undefined;
}

/** All that the page shows, in words where they do not change with time. Bounded, and plain data. Pure. */
export function dashboardView(facts: DashboardFacts, t: Translate): DashboardView {
  const { now, status, traces, days } = facts;
  const report = status.state === 'running' ? status.report : undefined;
  const models = modelTable(traces, t);
  const cost = costView(days, now, t);
  const chosen = traces.find((trace) => traceKey(trace) === facts.selected);
  return {
    now,
    status: statusView(status, t),
    figures: figures(facts, t),
    requests: traces.slice(0, maxRequests).map((trace) => requestView(trace, t)),
    ...(chosen === undefined ? {} : { details: detailsView(chosen, t) }),
    health: report === undefined ? [] : healthViews(report, t),
    ...(models === undefined ? {} : { models }),
    ...(cost === undefined ? {} : { cost }),
    plans: planViews(facts.plans, t),
  };
}

const maxRequests = 50;

function statusView(status: ProxyStatus, t: Translate): DashboardView['status'] {
  const { sentence, command, background } = presentStatus(status, t);
  const isDown = status.state === 'stopped' || status.state === 'failed';
  const offers: Partial<Record<CommandId, { label: string; action: DashboardAction }>> = {
    'switchyard.setApiKey': { label: t('Set API Key'), action: 'setApiKey' },
    'switchyard.openSettings': { label: t('Open Settings'), action: 'openSettings' },
    // Running, a click on the status bar stops it: no need that a page would point to.
    ...(isDown ? { 'switchyard.toggle': { label: t('Start'), action: 'start' } } : {}),
  };
  const offer = offers[command];
  return {
    sentence,
    isRunning: status.state === 'running',
    isTrouble: background !== undefined,
    ...(offer === undefined ? {} : { action: offer }),
  };
}

function figures({ status, today }: DashboardFacts, t: Translate): readonly PairView[] {
  const active =
    status.state === 'running'
      ? (status.report?.activeRequests ?? 0)
      : status.state === 'stopping'
        ? status.activeRequests
        : 0;
  return [
    { name: t('Requests in progress'), value: count(active) },
    { name: t('Requests today'), value: count(today.requests) },
    { name: t('Cost today'), value: money(today.cost) },
    // A cache that has only been written has cost something, which is no saving.
    { name: t('Saved by the cache today'), value: money(Math.max(0, savedByCache(today))) },
  ];
}

function planViews(plans: DashboardFacts['plans'], t: Translate): DashboardView['plans'] {
  if (plans === 'asking') return { note: t('Asking for the use of your plan…'), told: [] };
  if (plans === 'unanswered') {
    return {
      note: t('The use of your plan is not known: the proxy does not run, or did not answer.'),
      told: [],
    };
  }
  if (plans.length === 0) {
    return { note: t('None of the providers with a key tells the use of a plan.'), told: [] };
  }
  return {
    told: plans.map((plan) => ({
      title: keyOwner(plan.label, plan.credential, t),
      ...(plan.problem === undefined
        ? {}
        : { problem: t('The use of this plan is not known: {0}.', render(plan.problem, t)) }),
      limits: plan.windows.map((window) => ({
        name: windowInWords(window, t),
        percent: Math.round(window.percent),
        isExhausted: window.isExhausted,
        ...(window.resetsAt === undefined ? {} : { resetsAt: window.resetsAt }),
      })),
    })),
  };
}
