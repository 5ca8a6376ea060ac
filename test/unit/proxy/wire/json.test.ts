import assert from 'node:assert/strict';
import { countAt, isTooDeep, parseJson } from '../../../../src/proxy/wire/json';

describe('foreign JSON', () => {
  const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`;

  it('is read as deeply as it can be written again', () => {
    assert.equal(JSON.stringify(parseJson(nested(500))), nested(500));
    assert.equal(parseJson(nested(502)), undefined);
    assert.equal(parseJson(nested(200_000)), undefined);
  });

  it('may hold any number of brackets that nest nothing', () => {
    const flat = JSON.stringify({
      a: '['.repeat(10_000),
      b: `\\"${'{'.repeat(10_000)}`,
      c: [[], {}],
    });
    assert.ok(!isTooDeep(flat));
    assert.equal(JSON.stringify(parseJson(flat)), flat);
    assert.ok(!isTooDeep(JSON.stringify(Array.from({ length: 10_000 }, () => [{}]))));
  });

  it('is none when it is cut off, however deep it is', () => {
    for (const text of ['"'.padEnd(2_000, 'x'), '{"a":'.repeat(400), `"${'\\'.repeat(1_999)}`]) {
      assert.equal(parseJson(text), undefined);
    }
  });

  it('counts with whole and broken numbers, but with none that is negative, huge or no number', () => {
    const of = (json: string) => countAt(parseJson(`{"n":${json}}`), 'n');
    assert.deepEqual(['0', '12', '1.5', '9007199254740991'].map(of), [0, 12, 1.5, 2 ** 53 - 1]);
    assert.ok(Object.is(of('-0'), 0));
    for (const odd of ['-1', '1e16', '1e400', '"1"', 'null', 'true', '[1]']) {
      assert.equal(of(odd), undefined, odd);
    }
  });
});
