import assert from 'node:assert/strict';
import { createTokenCorrection } from '../../../src/proxy/tokenCorrection';

describe('the token correction', () => {
  const target = 'opencode-go/glm-5.3';

  function taught(ratios: readonly number[], estimated = 10_000) {
    const correction = createTokenCorrection();
    for (const ratio of ratios) correction.learn(target, estimated, estimated * ratio);
    return correction;
  }

  it('leaves the estimate alone until a model has told three times', () => {
    assert.equal(taught([1.2, 1.2]).correct(target, 1000), 1000);
    assert.equal(taught([1.2, 1.2, 1.2]).correct(target, 1000), 1200);
  });

  it('knows each model by itself', () => {
    assert.equal(taught([1.2, 1.2, 1.2]).correct('opencode-go/kimi-k2.7', 1000), 1000);
  });

  it('starts with the mean and then follows the newest reports', () => {
    assert.equal(taught([1, 1.1, 1.2]).correct(target, 1000), 1100);
    const followed = taught([
      ...Array.from({ length: 20 }, () => 0.8),
      ...Array.from({ length: 20 }, () => 1.3),
    ]);
    assert.ok(Math.abs(followed.correct(target, 1000) - 1300) < 10);
  });

  it('learns nothing from short requests, whose fixed costs outweigh their text', () => {
    assert.equal(taught([1.5, 1.5, 1.5], 499).correct(target, 1000), 1000);
  });

  it('learns nothing from a count that is of something else: zero, or without what was cached', () => {
    assert.equal(taught([1.2, 1.2, 0, 0.01, 5, 1.2]).correct(target, 1000), 1200);
  });

  it('never more than doubles or halves', () => {
    assert.equal(taught([3, 3, 3]).correct(target, 1000), 2000);
    assert.equal(taught([0.3, 0.3, 0.3]).correct(target, 1000), 500);
  });

  it('forgets first the model that has been silent the longest', () => {
    const correction = createTokenCorrection(2);
    for (const name of ['a', 'b', 'a', 'c']) {
      for (let report = 0; report < 3; report += 1) correction.learn(name, 1000, 1200);
    }
    assert.deepEqual(
      ['a', 'b', 'c'].map((name) => correction.correct(name, 1000)),
      [1200, 1000, 1200],
    );
  });
});
