import { strict as assert } from 'node:assert';
import { builtInProviders, mergeProviders } from '../../../src/proxy/providers';
import { cleanKey, keyFault, slotOwner, slotsOf } from '../../../src/ui/keySlots';
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

describe('the key slots of a provider with several', () => {
  const providers = mergeProviders({ openai: { credential: ['home', 'work'] } });
  const slots = slotsOf(providers.values()).filter(({ provider }) => provider.id === 'openai');

  it('are offered each, in order, by its name', () => {
    assert.deepEqual(
      slots.map((slot) => [slot.credential, slotOwner(slot, t)]),
      [
        ['home', 'OpenAI (key “home”)'],
        ['work', 'OpenAI (key “work”)'],
      ],
    );
  });

  it('need no name where there is one', () => {
    const [first] = slotsOf(builtInProviders);
    assert.ok(first !== undefined);
    assert.equal(slotOwner(first, t), 'OpenCode');
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
