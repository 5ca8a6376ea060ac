import assert from 'node:assert/strict';
import { fittedExponent, median, paired, quantile, spreadOf } from '../../../bench/statistics';

describe('the statistics of the bench', () => {
  it('take the middle of an odd number, and the mean of the two in the middle of an even one', () => {
    assert.equal(median([5, 1, 3]), 3);
    assert.equal(median([4, 1, 2, 8]), 3);
    assert.ok(Number.isNaN(median([])));
  });

  it('find the value that a share does not exceed', () => {
    const values = Array.from({ length: 100 }, (_value, index) => 100 - index);
    assert.equal(quantile(values, 0.5), 51);
    assert.equal(quantile(values, 0.99), 100);
    assert.equal(quantile(values, 1), 100);
  });

  it('compare repetition by repetition, so that noise which both saw cancels out', () => {
    const ratios = paired([2, 20, 200], [1, 10, 100], (own, pipe) => own / pipe);
    assert.deepEqual(spreadOf(ratios), { median: 2, least: 2, most: 2 });
  });

  it('fit the exponent of a growth', () => {
    const squares = [1, 2, 4, 8].map((x) => [x, 3 * x ** 2] as const);
    assert.ok(Math.abs(fittedExponent(squares) - 2) < 1e-9);
    const flat = [1, 10, 100].map((x) => [x, 7] as const);
    assert.ok(Math.abs(fittedExponent(flat)) < 1e-9);
  });
});
