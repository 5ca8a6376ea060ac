import assert from 'node:assert/strict';
import { isMet, limitRow, ratioRow } from '../../../bench/row';

function rowOf(values: readonly number[]) {
  return limitRow({ work: 'w', goal: '≤ 10 ms', values, unit: 'ms', isMet: (ms) => ms <= 10 });
}

describe('a row of the bench', () => {
  it('is met or missed by its median, and says so where the goal lies within the noise', () => {
    assert.equal(rowOf([4, 6, 8]).verdict, 'met');
    assert.equal(rowOf([4, 6, 12]).verdict, 'met within noise');
    assert.equal(rowOf([4, 12, 14]).verdict, 'missed within noise');
    assert.equal(rowOf([12, 13, 14]).verdict, 'missed');
    assert.deepEqual([rowOf([4, 6, 12]), rowOf([4, 12, 14])].map(isMet), [true, false]);
  });

  it('has no noise where there is one value', () => {
    const { verdict, noise } = rowOf([4]);
    assert.deepEqual({ verdict, noise }, { verdict: 'met', noise: '' });
  });

  it('compares what ran side by side', () => {
    const { ratio, figure, verdict } = ratioRow({
      work: 'w',
      goal: '≤ 1.5 × pipe',
      values: [2, 30, 14],
      unit: 'ms',
      reference: { name: 'pipe', values: [2, 15, 10] },
      isMet: (value) => value <= 1.5,
    });
    assert.deepEqual(
      { ratio, figure, verdict },
      { ratio: '1.4 ×', figure: '14 ms', verdict: 'met within noise' },
    );
  });
});
