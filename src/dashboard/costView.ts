import { count, money, percent, shortCount } from '../ui/figures';
import type { Translate } from '../ui/translate';
import { dayOf, firstDayOf, type UsageDay } from '../usage/usageDay';
import { type NamedUsage, summarize, wholeInput } from '../usage/usageSummary';
import type { CostView } from './messages';

/** Days that the chart shows, today among them. */
export const shownDays = 30;

/** What was spent, by day and by model; undefined where nothing was counted. Days without requests are in it as well. */
export function costView(
  days: readonly UsageDay[],
  now: number,
  t: Translate,
): CostView | undefined {
  const month = summarize(days);
  if (month.total.requests === 0) return undefined;
  const nameOf = ({ name }: NamedUsage) => (name === '' ? t('not served') : name);
  const priced = month.byModel.filter(({ cost }) => cost > 0);
  const own = priced.slice(0, priced.length > maxSeries ? maxSeries - 1 : maxSeries);
  const rest = priced.slice(own.length);
  const dates = lastDays(now);
  const byDate = new Map(days.map((day) => [day.day, summarize([day])]));
  const costsOf = (models: readonly NamedUsage[]) =>
    dates.map((date) =>
      (byDate.get(date)?.byModel ?? [])
        .filter(({ name }) => models.some((model) => model.name === name))
        .reduce((sum, { cost }) => sum + cost, 0),
    );
  const costIn = (count: number, name: string) => {
    const first = firstDayOf(count, now);
    return dates
      .filter((date) => date >= first)
      .flatMap((date) => byDate.get(date)?.byModel ?? [])
      .reduce((sum, row) => (row.name === name ? sum + row.cost : sum), 0);
  };
  const highest = month.byDay.reduce((most, day) => (day.cost > most.cost ? day : most));
  const number = (text: string) => ({ text, isNumber: true });
  return {
    summary: t(
      'Cost per day in the last {0} days: {1} in all, most on {2} with {3}.',
      shownDays,
      money(month.total.cost),
      highest.name,
      money(highest.cost),
    ),
    days: dates,
    models: [
      ...own.map((model) => ({ name: nameOf(model), costs: costsOf([model]) })),
      ...(rest.length === 0 ? [] : [{ name: t('others'), costs: costsOf(rest) }]),
    ],
    byDay: {
      head: [{ text: t('Day') }, number(t('Requests')), number(t('Cost'))],
      rows: month.byDay
        .toReversed()
        .map(({ name, requests, cost }) => [name, count(requests), money(cost)]),
    },
    byModel: {
      head: [
        { text: t('Model') },
        number(t('Requests')),
        number(t('Input')),
        number(t('Cached')),
        number(t('Output')),
        number(t('Cost today')),
        number(t('in 7 days')),
        number(t('in 30 days')),
      ],
      rows: month.byModel
        .slice(0, maxRows)
        .map((row) => [
          nameOf(row),
          count(row.requests),
          shortCount(wholeInput(row)),
          percent(row.cacheReadTokens, wholeInput(row)),
          shortCount(row.outputTokens),
          ...[1, 7, shownDays].map((days) => money(costIn(days, row.name))),
        ]),
    },
  };
}

/** As many as there are patterns to tell them apart. */
const maxSeries = 6;
const maxRows = 50;

function lastDays(now: number): readonly string[] {
  const date = new Date(now);
  const noon = 12;
  return Array.from({ length: shownDays }, (_none, index) =>
    dayOf(
      // By the calendar: not every day has 24 hours.
      new Date(
        date.getFullYear(),
        date.getMonth(),
        date.getDate() - (shownDays - 1 - index),
        noon,
      ).getTime(),
    ),
  );
}
