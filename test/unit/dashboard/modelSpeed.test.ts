import { strict as assert } from 'node:assert';
import { modelSpeeds, modelTable } from '../../../src/dashboard/modelSpeed';
import { percentile } from '../../../src/dashboard/percentile';
import { phrase } from '../../../src/proxy/phrase';
import { servedTrace, traceWith } from '../../support/traces';
import { plainTranslate as t } from '../ui/plainTranslate';

describe('percentile', () => {
  it('is one of the values, the smallest that so many do not exceed', () => {
    const values = Array.from({ length: 20 }, (_none, index) => 20 - index);
    assert.equal(percentile(values, 0.5), 10);
    assert.equal(percentile(values, 0.95), 19);
    assert.equal(percentile([3, 1, 2], 0.5), 2);
    assert.equal(percentile([3, 1, 2], 0.95), 3);
    assert.equal(percentile([7], 0.5), 7);
    assert.equal(percentile([], 0.5), undefined);
  });
});

describe('modelSpeeds', () => {
  it('counts attempts, failures and times for each model', () => {
    const [glm, kimi] = modelSpeeds([servedTrace, servedTrace]);
    assert.deepEqual(glm, {
      target: 'opencode-go/glm-5.3',
      attempts: 2,
      failures: 2,
      ttftsMs: [],
      tokensPerSecond: [],
    });
    // 500 tokens in the 1.1 s from the first content to the end.
    assert.deepEqual(kimi?.ttftsMs, [600, 600]);
    assert.deepEqual(kimi?.tokensPerSecond.map(Math.round), [455, 455]);
    assert.equal(kimi?.failures, 0);
  });

  it('takes no speed from answers that broke off, came at once, or told no tokens', () => {
    const { usage: _untold, ...untold } = servedTrace;
    const attempts = servedTrace.attempts.map((attempt) => ({
      ...attempt,
      endedAt: (attempt.firstContentAt ?? attempt.startedAt) + 100,
    }));
    const traces = [traceWith({ outcome: 'brokeOff' }), traceWith({ attempts }), untold];
    for (const trace of traces) {
      const kimi = modelSpeeds([trace]).find(({ target }) => target.endsWith('kimi-k2.7-code'));
      assert.deepEqual([kimi?.attempts, kimi?.tokensPerSecond], [1, []]);
    }
  });

  it('blames no model for a client that left, and counts no attempt that memory kept from being made', () => {
    const attempts = servedTrace.attempts.map((attempt, index) => ({
      ...attempt,
      ...(index === 0
        ? ({ origin: 'remembered' } as const)
        : { failure: { kind: 'cancelled', words: phrase('the client left') } as const }),
    }));
    assert.deepEqual(
      modelSpeeds([traceWith({ attempts, outcome: 'cancelled' })]).map(
        ({ target, attempts: count, failures }) => [target, count, failures],
      ),
      [['opencode-go/kimi-k2.7-code', 1, 0]],
    );
  });

  it('makes a row for each model, with dashes for what is not known', () => {
    const table = modelTable([servedTrace], t);
    assert.deepEqual(table?.rows, [
      ['opencode-go/glm-5.3', '1', '1 (100 %)', '-', '-', '-', '-'],
      ['opencode-go/kimi-k2.7-code', '1', '0', '600 ms', '600 ms', '455', '455'],
    ]);
    assert.equal(modelTable([], t), undefined);
  });
});
