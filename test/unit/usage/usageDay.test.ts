import { strict as assert } from 'node:assert';
import {
  dayOf,
  readUsageDay,
  sumByDay,
  sumDays,
  type UsageDay,
  usageDayText,
  usageOf,
} from '../../../src/usage/usageDay';
import { savedByBackground, savedByCache, summarize } from '../../../src/usage/usageSummary';
import { servedTrace, traceWith } from '../../support/traces';

const day = dayOf(servedTrace.endedAt ?? 0);

function used(changes: Parameters<typeof traceWith>[0] = {}): UsageDay {
  return usageOf(traceWith(changes)) ?? assert.fail('nothing was used');
}

describe('usageOf', () => {
  it('counts a served request for the model that served it', () => {
    assert.deepEqual(used().models, [
      {
        model: 'opencode-go/kimi-k2.7-code',
        scenario: 'default',
        requests: 1,
        failures: 0,
        cancelled: 0,
        inputTokens: 2_345,
        cacheReadTokens: 10_000,
        cacheWriteTokens: 0,
        outputTokens: 500,
        cost: 0.006,
        costWithoutCache: 0.014,
        costOnDefault: 0.006,
        unpriced: 0,
      },
    ]);
  });

  it('counts failures for nobody, and broken answers for their model', () => {
    assert.deepEqual(named(used({ outcome: 'failed' })), ['', 1, 0]);
    assert.deepEqual(named(used({ outcome: 'brokeOff' })), ['opencode-go/kimi-k2.7-code', 1, 0]);
    assert.deepEqual(named(used({ outcome: 'cancelled' })), ['', 0, 1]);
  });

  it('says of how many requests the cost is not known', () => {
    const { cost: _cost, ...unpriced } = servedTrace;
    assert.equal(usageOf(unpriced)?.models[0]?.unpriced, 1);
    assert.equal(usageOf(unpriced)?.models[0]?.costWithoutCache, 0);
  });

  it('counts nothing for a request that runs, or that needed no upstream', () => {
    const { endedAt: _endedAt, outcome: _outcome, ...running } = servedTrace;
    assert.equal(usageOf(running), undefined);
    assert.equal(usageOf(traceWith({ outcome: 'answeredHere' })), undefined);
  });

  it('holds neither what the client asked for nor who it is', () => {
    const text = JSON.stringify(used());
    assert.ok(!text.includes('claude-sonnet-5-5') && !text.includes('claude-cli'));
  });
});

describe('sumDays', () => {
  it('adds up by model and scenario, and by session with its first and last time', () => {
    const later = {
      startedAt: servedTrace.startedAt + 60_000,
      endedAt: servedTrace.startedAt + 61_000,
    };
    const sum = sumDays(day, [used(), used(later), used({ scenario: 'think' })]);
    assert.deepEqual(
      sum.models.map(({ scenario, requests, cost }) => [scenario, requests, cost]),
      [
        ['default', 2, 0.012],
        ['think', 1, 0.006],
      ],
    );
    const [session, ...others] = sum.sessions;
    assert.equal(others.length, 0);
    assert.equal(session?.requests, 3);
    assert.equal(session?.firstAt, servedTrace.startedAt);
    assert.equal(session?.lastAt, later.endedAt);
  });

  it('takes only what is of the day', () => {
    const other: UsageDay = { ...used(), day: '2026-01-01' };
    assert.equal(sumDays(day, [used(), other]).models[0]?.requests, 1);
    assert.deepEqual(
      sumByDay([used(), other]).map((one) => one.day),
      ['2026-01-01', day],
    );
  });

  it('stays small whatever models and sessions clients name, and loses no request', () => {
    const many = Array.from({ length: 1_000 }, (_unused, index) =>
      used({
        facts: { ...servedTrace.facts, sessionId: `s${index}` },
        attempts: servedTrace.attempts.map((one) => ({ ...one, target: `up/${index}` })),
      }),
    );
    const sum = sumDays(day, many);
    assert.ok(sum.models.length <= 201 && sum.sessions.length <= 50);
    assert.equal(summarize([sum]).total.requests, 1_000);
    assert.ok(usageDayText(sum).length < 100_000);
  });
});

describe('readUsageDay', () => {
  it('reads what was written, and nothing that is no account', () => {
    assert.deepEqual(readUsageDay(usageDayText(used())), used());
    for (const text of ['', '{', '[]', '{"version":2}', usageDayText(used()).slice(0, -5)]) {
      assert.equal(readUsageDay(text), undefined, text);
    }
    const negative = usageDayText(used()).replace('"requests":1', '"requests":-1');
    assert.equal(readUsageDay(negative), undefined);
  });
});

describe('summarize', () => {
  it('groups by model, scenario and day, the dearest first', () => {
    const cheap = used({ scenario: 'background', cost: 0.001, costOnDefault: 0.003 });
    const next: UsageDay = { ...used({ cost: 0.5 }), day: '2026-11-23' };
    const summary = summarize([sumDays(day, [used(), cheap]), next]);
    assert.equal(summary.total.requests, 3);
    assert.deepEqual(
      summary.byScenario.map(({ name, requests }) => [name, requests]),
      [
        ['default', 2],
        ['background', 1],
      ],
    );
    assert.deepEqual(
      summary.byDay.map(({ name, requests }) => [name, requests]),
      [
        [day, 2],
        ['2026-11-23', 1],
      ],
    );
    assert.equal(summary.sessions[0]?.requests, 3);
    assert.equal(summary.background.requests, 1);
    assert.equal(savedByBackground(summary.background).toFixed(6), '0.002000');
    assert.equal(savedByCache(summarize([used()]).total).toFixed(6), '0.008000');
  });

  it('is all zero without any day', () => {
    const { total, background, byModel } = summarize([]);
    assert.equal(total.requests + background.requests + byModel.length, 0);
  });
});

function named({ models }: UsageDay): readonly unknown[] {
  return [models[0]?.model, models[0]?.failures, models[0]?.cancelled];
}
