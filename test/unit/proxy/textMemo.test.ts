import assert from 'node:assert/strict';
import { rememberTexts } from '../../../src/proxy/textMemo';

describe('rememberTexts', () => {
  const long = (mark: string) => `${mark}${'a long text, as tools return them '.repeat(50)}`;

  function counted(limit?: number) {
    const measured: string[] = [];
    const measure = rememberTexts((text) => {
      measured.push(text);
      return text.length;
    }, limit);
    return { measure, measured };
  }

  it('measures a long text once, whoever holds it', () => {
    const { measure, measured } = counted();
    assert.equal(measure(long('x')), long('x').length);
    assert.equal(measure(long('x')), long('x').length);
    assert.equal(measured.length, 1);
  });

  it('knows texts apart by their length, their beginning and their end', () => {
    const { measure, measured } = counted();
    for (const text of [long('x'), long('y'), `${long('x')}.`, `${long('x')}!`]) measure(text);
    assert.equal(measured.length, 4);
  });

  it('tells two texts of the same length and of another kind apart', () => {
    const { measure, measured } = counted();
    measure('word '.repeat(1000));
    measure('=====\t'.repeat(833).padEnd(5000));
    assert.equal(measured.length, 2);
  });

  it('forgets first what was not asked for the longest', () => {
    const { measure, measured } = counted(2);
    measure(long('1'));
    measure(long('2'));
    measure(long('1'));
    measure(long('3'));
    measured.length = 0;
    measure(long('1'));
    measure(long('3'));
    assert.equal(measured.length, 0);
    measure(long('2'));
    assert.equal(measured.length, 1);
  });
});
