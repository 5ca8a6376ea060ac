import { strict as assert } from 'node:assert';
import { builtInProviders } from '../../../src/proxy/providers';
import { cleanKey, keyFault, slotsOf } from '../../../src/ui/keySlots';
import { plainTranslate as t } from './plainTranslate';

describe('slotsOf', () => {
  it('offers each key slot once, OpenCode first, and none for providers without a key', () => {
    const slots = slotsOf(builtInProviders);
    assert.equal(slots[0]?.provider.label, 'OpenCode');
    assert.equal(slots[0]?.provider.keyCheckPath, '/usage');
    const credentials = slots.map(({ credential }) => credential);
    assert.equal(new Set(credentials).size, credentials.length);
    assert.ok(!credentials.includes('none'));
  });
});

describe('keyFault', () => {
  it('accepts a key with white space around it', () => {
    assert.equal(keyFault('  sk-abc_123\n', t), undefined);
    assert.equal(cleanKey('  sk-abc_123\n'), 'sk-abc_123');
  });

  for (const [text, fault] of [
    ['', /empty/],
    ['   ', /empty/],
    ['sk-a sk-b', /spaces/],
    ['sk-a\nsk-b', /spaces/],
    ['sk-“a”', /plain letters/],
  ] as const) {
    it(`refuses “${JSON.stringify(text)}”`, () => {
      assert.match(keyFault(text, t) ?? '', fault);
    });
  }
});
