import assert from 'node:assert/strict';
import { phraseSchema, wordsSchema } from '../../src/phraseSchema';
import { phrase } from '../../src/proxy/phrase';

describe('phrases from the worker', () => {
  it('are read at any depth, after a way through JSON too', () => {
    const sent = phrase('{0}: {1} ({2}, {3})', 'x', phrase('{0} {1}', phrase('a'), 'b'), 529, {
      at: 1,
    });
    assert.deepEqual(phraseSchema.parse(JSON.parse(JSON.stringify(sent))), sent);
    assert.equal(wordsSchema.parse('as it is'), 'as it is');
  });

  it('are refused where a part is none', () => {
    for (const wrong of [
      'a text',
      { template: 1, values: [] },
      { template: '{0}' },
      { template: '{0}', values: [null] },
      { template: '{0}', values: [{ at: '1' }] },
      { template: '{0}', values: [{ template: '{0}', values: [true] }] },
    ]) {
      assert.equal(phraseSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
    }
  });
});
