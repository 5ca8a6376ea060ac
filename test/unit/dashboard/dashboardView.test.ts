import { strict as assert } from 'node:assert';
import { type DashboardFacts, dashboardView } from '../../../src/dashboard/dashboardView';
import {
  type DashboardView,
  dashboardActions,
  readDashboardMessage,
  readPageMessage,
} from '../../../src/dashboard/messages';
import { dashboardPage } from '../../../src/dashboard/page';
import { textKeys } from '../../../src/dashboard/textKeys';
import { dashboardTexts } from '../../../src/dashboard/texts';
import { phrase } from '../../../src/proxy/phrase';
import type { ProxyReport } from '../../../src/proxy/protocol';
import { traceKey } from '../../../src/proxy/requestTrace';
import type { ProxyStatus } from '../../../src/proxyStatus';
import { dayOf, noCounts, usageOf } from '../../../src/usage/usageDay';
import { servedTrace, traceWith } from '../../support/traces';
import { plainTranslate as t } from '../ui/plainTranslate';

const now = servedTrace.startedAt + 60_000;
const hostile = '<img src=x onerror=alert(1)> **bold** [x](https://evil.example)';
const report: ProxyReport = {
  activeRequests: 2,
  usable: true,
  credentials: [
    { credential: 'opencode', providerId: 'opencode-go', label: 'OpenCode', state: 'accepted' },
  ],
  targets: [
    { name: 'opencode-go/hy3', scenarios: ['default'], state: 'unused' },
    {
      name: 'opencode-go/glm-5.3',
      scenarios: ['default'],
      state: 'resting',
      restsUntil: now + 5_000,
      lastFailure: phrase('overloaded (529)'),
    },
  ],
};
const running: ProxyStatus = { state: 'running', port: 4141, report };
const facts: DashboardFacts = {
  now,
  status: running,
  traces: [servedTrace],
  today: { ...noCounts, requests: 3, cost: 0.5, costWithoutCache: 0.75 },
  days: [usageOf(servedTrace) ?? { day: '', models: [], sessions: [] }],
  plans: [],
  selected: undefined,
};
const viewOf = (changes: Partial<DashboardFacts>): DashboardView =>
  dashboardView({ ...facts, ...changes }, t);

describe('dashboardView', () => {
  it('shows a fallback as two attempts, the failed one with its reason', () => {
    const [row] = viewOf({}).requests;
    assert.deepEqual(
      row?.attempts.map(({ target, state, words }) => [target, state, words]),
      [
        ['opencode-go/glm-5.3', 'failed', 'overloaded (529)'],
        ['opencode-go/kimi-k2.7-code', 'done', 'served'],
      ],
    );
    assert.equal(row?.outcome, 'served');
    assert.equal(row?.cost, '$0.0060');
  });

  it('draws no bar for what memory kept from being asked, but says so', () => {
    const attempts = servedTrace.attempts.map((attempt, index) =>
      index === 0 ? ({ ...attempt, origin: 'remembered' } as const) : attempt,
    );
    const [row] = viewOf({ traces: [traceWith({ attempts })] }).requests;
    assert.equal(row?.attempts.length, 1);
    assert.equal(row?.notAsked, 'Not asked: opencode-go/glm-5.3 (overloaded (529))');
  });

  it('ends the bar of an attempt whose client left, without calling it failed', () => {
    const [first, second] = servedTrace.attempts;
    assert.ok(first !== undefined && second !== undefined);
    const { endedAt: _untold, ...open } = second;
    const failure = { kind: 'cancelled', words: phrase('the client left') } as const;
    const trace = traceWith({ attempts: [first, { ...open, failure }], outcome: 'cancelled' });
    const last = viewOf({ traces: [trace] }).requests[0]?.attempts[1];
    assert.deepEqual([last?.state, last?.endedAt], ['done', servedTrace.endedAt]);
  });

  it('leaves the attempt of a running request open', () => {
    const [first] = servedTrace.attempts;
    assert.ok(first !== undefined);
    const { endedAt: _attempt, failure: _failure, ...open } = first;
    const { endedAt: _request, outcome: _outcome, ...trace } = traceWith({ attempts: [open] });
    const [row] = viewOf({ traces: [trace] }).requests;
    assert.deepEqual([row?.outcome, row?.endedAt], ['running', undefined]);
    assert.deepEqual([row?.attempts[0]?.state, row?.attempts[0]?.endedAt], ['running', undefined]);
  });

  it('is bounded, however many requests there were and however often each was tried', () => {
    const [attempt] = servedTrace.attempts;
    assert.ok(attempt !== undefined);
    const attempts = Array.from({ length: 100 }, () => attempt);
    const traces = Array.from({ length: 200 }, (_none, index) =>
      traceWith({ startedAt: servedTrace.startedAt + index, attempts }),
    );
    const { requests } = viewOf({ traces });
    assert.equal(requests.length, 50);
    assert.ok(requests.every((request) => request.attempts.length <= 8));
  });

  it('tells of the chosen request alone which rules were asked, what was tried and what it used', () => {
    assert.equal(viewOf({}).details, undefined);
    const { details } = viewOf({ selected: traceKey(servedTrace) });
    assert.deepEqual(details?.rules, [
      { rule: 'vision', isMatched: false, why: 'no images' },
      { rule: 'default', isMatched: true, why: 'no other rule matched' },
    ]);
    assert.deepEqual(details?.tried.rows, [
      ['opencode-go/glm-5.3', 'overloaded (529)', '', '300 ms'],
      ['opencode-go/kimi-k2.7-code', 'served', '600 ms', '1.7 s'],
      ['opencode-go/hy3', 'left out: cannot see images', '', ''],
    ]);
    assert.ok(details?.usage.some(({ name, value }) => name === 'Cost' && value === '$0.0060'));
  });

  it('tells health of every scope: keys, plans and hosts that rest, models, those in trouble first', () => {
    const rests: ProxyReport['rests'] = [
      {
        scope: 'plan',
        name: 'zen',
        isProbed: false,
        untilAt: now + 9_000,
        words: phrase('plan limit'),
      },
      { scope: 'host', name: 'a.example', isProbed: true, untilAt: now - 1 },
      { scope: 'target', name: 'opencode-go/glm-5.3', isProbed: false, untilAt: now + 5_000 },
    ];
    const { health } = viewOf({ status: { ...running, report: { ...report, rests } } });
    assert.deepEqual(
      health.map(({ scope, name, state, tone, untilAt }) => [scope, name, state, tone, untilAt]),
      [
        ['API key', 'OpenCode', 'API key accepted', 'good', undefined],
        ['Plan', 'zen', 'resting', 'warning', now + 9_000],
        ['Host', 'a.example', 'being tried again', 'warning', undefined],
        ['Model', 'opencode-go/glm-5.3', 'resting', 'warning', now + 5_000],
        ['Model', 'opencode-go/hy3', 'not used yet', 'idle', undefined],
      ],
    );
    assert.equal(health[3]?.why, 'overloaded (529)');
  });

  it('says what can be done about the state, and offers nothing that stops a proxy that runs', () => {
    assert.equal(viewOf({}).status.action, undefined);
    assert.equal(viewOf({ status: { state: 'stopped' } }).status.action?.action, 'start');
    const credentials = report.credentials.map((one) => ({ ...one, state: 'missing' }) as const);
    const status = { ...running, report: { ...report, usable: false, credentials } };
    assert.equal(viewOf({ status }).status.action?.action, 'setApiKey');
  });

  it('sums today, and calls a cache that was only written no saving', () => {
    assert.deepEqual(
      viewOf({}).figures.map(({ value }) => value),
      ['2', '3', '$0.50', '$0.25'],
    );
    const today = { ...facts.today, costWithoutCache: 0.25 };
    assert.equal(viewOf({ today }).figures[3]?.value, '$0');
  });

  it('gives each of the last 30 days its cost by model, the cheap ones as one', () => {
    const day = dayOf(now);
    const models = Array.from({ length: 9 }, (_none, index) => ({
      ...noCounts,
      model: `p/m${index}`,
      scenario: 'default',
      requests: 1,
      cost: 10 - index,
    }));
    const { cost } = viewOf({ days: [{ day, models, sessions: [] }] });
    assert.equal(cost?.days.length, 30);
    assert.equal(cost?.days.at(-1), day);
    assert.deepEqual(
      cost?.models.map(({ name, costs }) => [name, costs.at(-1)]),
      [
        ['p/m0', 10],
        ['p/m1', 9],
        ['p/m2', 8],
        ['p/m3', 7],
        ['p/m4', 6],
        ['others', 14],
      ],
    );
    assert.equal(cost?.byModel.rows.length, 9);
    assert.match(cost?.summary ?? '', /\$54\.00 in all, most on \d{4}-\d\d-\d\d with \$54\.00/);
    assert.equal(viewOf({ days: [] }).cost, undefined);
  });

  it('tells the limits of a plan, or why they are not known', () => {
    const plan = { plan: 'opencode-go', label: 'OpenCode Go', askedAt: now };
    const windows = [{ name: 'weekly', percent: 91.7, isExhausted: false, resetsAt: now + 1 }];
    assert.deepEqual(viewOf({ plans: [{ ...plan, windows }] }).plans, {
      told: [
        {
          title: 'OpenCode Go',
          limits: [{ name: 'weekly', percent: 92, isExhausted: false, resetsAt: now + 1 }],
        },
      ],
    });
    const failed = viewOf({ plans: [{ ...plan, windows: [], problem: 'no answer' }] });
    assert.match(failed.plans.told[0]?.problem ?? '', /no answer/);
    for (const plans of ['asking', 'unanswered'] as const) {
      assert.ok(viewOf({ plans }).plans.note !== undefined);
    }
  });

  it('passes whole through the schema that the page reads it with, hostile names and all', () => {
    const target = `${hostile}/m`;
    const attempts = servedTrace.attempts.map((attempt) => ({ ...attempt, target }));
    const trace = traceWith({ attempts, scenario: hostile });
    const view = viewOf({ traces: [trace], selected: traceKey(trace) });
    const message = readDashboardMessage(structuredClone({ type: 'view', view }));
    assert.deepEqual(message, { type: 'view', view });
    assert.equal(view.requests[0]?.attempts[0]?.target, target);
  });
});

describe('the messages of the dashboard', () => {
  it('reads what the page may ask, and nothing else', () => {
    for (const action of dashboardActions) {
      assert.deepEqual(readPageMessage({ type: 'run', action }), { type: 'run', action });
    }
    assert.deepEqual(readPageMessage({ type: 'select' }), { type: 'select' });
    const refused: readonly unknown[] = [
      { type: 'run', action: 'stop' },
      { type: 'run', action: 'workbench.action.reloadWindow' },
      { type: 'run', action: ['start'] },
      { type: 'explain' },
      { type: 'explain', key: 'k'.repeat(65) },
      { type: 'select', key: { toString: 'x' } },
      { type: 'eval', code: '1' },
      'ready',
      undefined,
    ];
    for (const message of refused) assert.equal(readPageMessage(message), undefined);
  });

  it('carries a text for every key', () => {
    const texts = dashboardTexts(t);
    assert.deepEqual(Object.keys(texts).sort(), [...textKeys].sort());
    assert.deepEqual(readDashboardMessage({ type: 'texts', texts }), { type: 'texts', texts });
    assert.equal(readDashboardMessage({ type: 'texts', texts: { title: 'x' } }), undefined);
  });

  it('come to a page that loads its own script and style sheet only, and holds no data', () => {
    const html = dashboardPage({
      cspSource: 'https://own.example',
      scriptUri: 'https://own.example/dashboard.js',
      styleUri: 'https://own.example/dashboard.css',
      nonce: 'abc',
      language: 'en',
      title: '<b>"',
    });
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
    assert.equal(
      policy,
      "default-src 'none'; script-src 'nonce-abc'; style-src https://own.example; base-uri 'none'; form-action 'none'",
    );
    assert.match(html, /<title>&#60;b&#62;&#34;<\/title>/);
    assert.deepEqual(html.match(/<script[^>]*>/g), [
      '<script nonce="abc" src="https://own.example/dashboard.js">',
    ]);
  });
});
