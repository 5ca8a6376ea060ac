import { strict as assert } from 'node:assert';
import { KeyConsent } from '../../src/keyConsent';
import { type HeldBackKey, originMemory } from '../../src/keys/originMemory';
import { mergeProviders } from '../../src/proxy/providers';
import type { ApiKeys, ProviderSettings } from '../../src/proxy/types';

const moved = { 'opencode-go': { baseUrl: 'https://gateway.example/v1' } };

function setUp(answers: readonly boolean[] = []) {
  const world: { settings: Record<string, ProviderSettings>; keys: ApiKeys } = {
    settings: {},
    keys: { opencode: 'a key' },
  };
  const values = new Map<string, unknown>();
  const questions: string[] = [];
  const left = [...answers];
  let agreements = 0;
  const open = () =>
    new KeyConsent({
      memory: originMemory({
        get: (key) => values.get(key),
        update: async (key, value) => void values.set(key, value),
      }),
      providers: () => mergeProviders(world.settings).values(),
      keys: () => world.keys,
      ask: async ({ credential, origin }: HeldBackKey) => {
        questions.push(`${credential} ${origin}`);
        return left.shift() ?? false;
      },
      agreed: () => {
        agreements += 1;
      },
    });
  return { world, questions, open, agreements: () => agreements };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('KeyConsent', () => {
  it('asks nothing as long as every key goes where it was set for', async () => {
    const { open, questions } = setUp();
    open().review();
    await settled();
    assert.deepEqual(questions, []);
  });

  it('asks once in a window when a setting moves a stored key', async () => {
    const { open, questions, world, agreements } = setUp();
    const consent = open();
    world.settings = moved;
    consent.review();
    consent.review();
    await settled();
    assert.deepEqual(questions, ['opencode https://gateway.example']);
    assert.equal(agreements(), 0);
    assert.equal(consent.heldBack().length, 1);
    // The next window asks again: nobody has agreed.
    open().review();
    assert.equal(questions.length, 2);
  });

  it('lets the key go there, too, once the person agrees, in every later window', async () => {
    const { open, world, agreements } = setUp([true]);
    world.settings = moved;
    const consent = open();
    consent.review();
    await settled();
    assert.equal(agreements(), 1);
    assert.deepEqual(open().heldBack(), []);
    assert.deepEqual(consent.origins()['opencode'], [
      'https://opencode.ai',
      'https://gateway.example',
    ]);
  });

  it('asks again on request, after a question was put aside', async () => {
    const { open, world } = setUp([false, true]);
    world.settings = moved;
    const consent = open();
    consent.review();
    await settled();
    const [held] = consent.heldBack();
    assert.ok(held !== undefined);
    await consent.ask(held);
    assert.deepEqual(consent.heldBack(), []);
  });

  it('takes setting a key as consent to the addresses that were shown, and to no others', () => {
    const { open, world, questions } = setUp();
    world.settings = moved;
    const consent = open();
    consent.confirm('opencode', consent.inForce('opencode'));
    assert.deepEqual(consent.heldBack(), []);
    world.settings = { 'opencode-go': { baseUrl: 'https://evil.example/v1' } };
    consent.review();
    assert.deepEqual(questions, ['opencode https://evil.example']);
  });

  it('holds a key that was set for a gateway back from the built-in address', () => {
    const { open, world } = setUp();
    const consent = open();
    consent.confirm('opencode', ['https://gateway.example']);
    world.settings = {};
    assert.deepEqual(
      consent.heldBack().map(({ origin }) => origin),
      ['https://opencode.ai'],
    );
  });

  it('takes consent back when the key could not be stored after all', () => {
    const { open, world } = setUp();
    world.settings = moved;
    const consent = open();
    const takeBack = consent.confirm('opencode', consent.inForce('opencode'));
    takeBack();
    assert.equal(consent.heldBack().length, 1);
  });

  it('forgets all that was agreed with the key that is deleted', () => {
    const { open, world } = setUp();
    world.settings = moved;
    const consent = open();
    consent.confirm('opencode', ['https://gateway.example', 'https://opencode.ai']);
    consent.forget('opencode');
    assert.deepEqual(
      consent.heldBack().map(({ origin }) => origin),
      ['https://gateway.example'],
    );
  });
});
