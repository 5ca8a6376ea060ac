import { strict as assert } from 'node:assert';
import type { PlanUsage } from '../../../src/proxy/planUsage';
import { money, percent, shortCount } from '../../../src/ui/figures';
import {
  type PlansView,
  todayInWords,
  type UsageView,
  usageMarkdown,
} from '../../../src/ui/usageText';
import { noCounts, usageOf } from '../../../src/usage/usageDay';
import { summarize } from '../../../src/usage/usageSummary';
import { servedTrace, traceWith } from '../../support/traces';
import { plainCells } from './plainCells';
import { plainTranslate as t } from './plainTranslate';

const now = servedTrace.startedAt;
const today = [
  servedTrace,
  traceWith({ scenario: 'background', cost: 0.002, costOnDefault: 0.01 }),
];
const summary = summarize(today.flatMap((trace) => usageOf(trace) ?? []));
const plan: PlanUsage = {
  plan: 'opencode-go',
  label: 'OpenCode Go',
  askedAt: now,
  windows: [
    { name: 'rolling', percent: 12.5, isExhausted: false, resetsAt: now + 7_200_000 },
    { name: 'weekly', percent: 100, isExhausted: true, resetsAt: now + 90_000_000 },
    { name: 'monthly', percent: 40, isExhausted: false },
  ],
};

function page(changes: Partial<UsageView> = {}): string {
  const plans: PlansView = { state: 'told', plans: [plan] };
  const view = { now, today: summary, week: summary, month: summary, plans, ...changes };
  return plainCells(usageMarkdown(view, t));
}

describe('usageMarkdown', () => {
  it('tells how much of each limit of the plan is used, and when it resets', () => {
    assert.match(page(), /## OpenCode Go/);
    assert.match(page(), /\| 5-hour \| 13 % \| `███░{17}` \| in 2 h \(.+\) \|/);
    assert.match(page(), /\| weekly \| 100 % \| `█{20}` \| used up; in 1 d 1 h \(.+\) \|/);
    assert.match(page(), /\| monthly \| 40 % \| `█{8}░{12}` \| {2}\|/);
  });

  it('tells the plans of several keys apart', () => {
    const work: PlanUsage = { ...plan, plan: 'opencode-go#work', credential: 'work' };
    assert.match(
      page({ plans: { state: 'told', plans: [work] } }),
      /## OpenCode Go \(key “work”\)/,
    );
  });

  it('says what is not known of a plan', () => {
    assert.match(page({ plans: { state: 'asking' } }), /Asking for the use/);
    assert.doesNotMatch(page({ plans: { state: 'unasked' } }), /your plan|## OpenCode/);
    assert.match(page({ plans: { state: 'unanswered' } }), /not known: the proxy does not run/);
    const silent: PlanUsage = { ...plan, windows: [], problem: 'no answer in time' };
    assert.match(
      page({ plans: { state: 'told', plans: [silent] } }),
      /The use of this plan is not known: no answer in time\./,
    );
  });

  it('sums requests, tokens and cost, and shows what cache and background work saved', () => {
    assert.match(page(), /\| Requests \| 2 \| 2 \| 2 \|/);
    assert.match(page(), /\| Input tokens \| 24,690 \|/);
    assert.match(page(), /\| From the cache \| 81 % \|/);
    assert.match(page(), /\| Cost \| \$0\.0080 \|/);
    assert.match(page(), /\| Saved by the cache \| \$0\.020 \|/);
    assert.match(page(), /\| Background work \| 50 %, \$0\.0020 \|/);
    assert.match(page(), /\| Saved by cheap models for it \| \$0\.0080 \|/);
  });

  it('has a row for each model, scenario, day and session', () => {
    assert.match(
      page(),
      /\| opencode-go\/kimi-k2\.7-code \| 2 \| 24\.7K \| 81 % \| 1K \| \$0\.0080 \|/,
    );
    assert.match(page(), /\| background \| 1 \|/);
    assert.match(page(), /\| 2026-11-2\d \| 2 \| \$0\.0080 \| `█{20}` \|/);
    assert.match(page(), /\| a1b2c3d4 \|.*\| 2 \| \$0\.0080 \|/);
  });

  it('says how many requests are not in the costs', () => {
    const { cost: _cost, ...unpriced } = servedTrace;
    const month = summarize([usageOf(unpriced)].flatMap((day) => day ?? []));
    assert.match(page({ month }), /not in the costs: 1\./);
    assert.doesNotMatch(page(), /not in the costs/);
  });

  it('says what to do while nothing has been counted', () => {
    const empty = summarize([]);
    const text = page({ today: empty, week: empty, month: empty });
    assert.match(text, /No request has been counted yet/);
    assert.doesNotMatch(text, /By model/);
  });
});

describe('todayInWords', () => {
  it('is one line, and none on a day without requests', () => {
    assert.equal(
      todayInWords(summary.total, t),
      'Today: 2 requests, $0.0080; saved by the cache: $0.020',
    );
    assert.equal(todayInWords({ ...noCounts, requests: 1 }, t), 'Today: 1 request, $0');
    assert.equal(todayInWords(noCounts, t), undefined);
  });
});

describe('figures', () => {
  it('have as many digits as tell something', () => {
    assert.deepEqual([12.3, 0.042, 0.0006, 0, 0.00001, -0.2].map(money), [
      '$12.30',
      '$0.042',
      '$0.0006',
      '$0',
      '$0',
      '-$0.20',
    ]);
    assert.deepEqual([900, 12_345, 3_200_000].map(shortCount), ['900', '12.3K', '3.2M']);
    assert.deepEqual([percent(1, 3), percent(0, 0)], ['33 %', '-']);
  });
});
