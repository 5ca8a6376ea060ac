import { strict as assert } from 'node:assert';
import { heldBackKeys, originMemory, originsInForce } from '../../../src/keys/originMemory';
import { mergeProviders } from '../../../src/proxy/providers';
import type { ProviderSettings } from '../../../src/proxy/types';

function state(values = new Map<string, unknown>()) {
  return {
    values,
    get: (key: string) => values.get(key),
    update: async (key: string, value: unknown) => void values.set(key, value),
  };
}

const keys = { opencode: 'a key', openai: 'another' };

function heldBack(settings: Record<string, ProviderSettings>, memory = originMemory(state())) {
  return heldBackKeys(mergeProviders(settings).values(), keys, memory.allowed()).map(
    ({ credential, origin, provider }) => [credential, origin, provider.id],
  );
}

describe('where keys may go', () => {
  it('is where the built-in providers are, for keys of which nothing is remembered', () => {
    const allowed = originMemory(state()).allowed();
    assert.deepEqual(allowed['opencode'], ['https://opencode.ai']);
    assert.deepEqual(allowed['openai'], ['https://api.openai.com']);
    assert.equal(allowed['none'], undefined);
    assert.deepEqual(heldBack({}), []);
  });

  it('is not where a setting points to without anybody having agreed', () => {
    for (const [baseUrl, origin] of [
      ['https://evil.example/zen/go/v1', 'https://evil.example'],
      ['https://opencode.ai.evil.example/v1', 'https://opencode.ai.evil.example'],
      ['https://opencode.ai:8443/zen/go/v1', 'https://opencode.ai:8443'],
      ['https://opencode.ai./zen/go/v1', 'https://opencode.ai.'],
      ['https://sub.opencode.ai/v1', 'https://sub.opencode.ai'],
      ['http://127.0.0.1:4000/v1', 'http://127.0.0.1:4000'],
    ] as const) {
      const settings = { 'opencode-go': { baseUrl } };
      assert.deepEqual(heldBack(settings), [['opencode', origin, 'opencode-go']], baseUrl);
    }
  });

  it('is any path of the same origin', () => {
    assert.deepEqual(heldBack({ 'opencode-go': { baseUrl: 'https://opencode.ai/other/v2' } }), []);
  });

  it('is not a provider of the person’s own that names the slot of another', () => {
    const mine = { baseUrl: 'https://mine.example/v1', credential: 'opencode' };
    const again = { ...mine, wireFormat: 'gemini' } as const;
    // One question for one address.
    assert.deepEqual(heldBack({ mine, again }), [['opencode', 'https://mine.example', 'mine']]);
  });

  it('does not matter for providers without a key, and for the demonstration', () => {
    const { allowed } = originMemory(state());
    const providers = mergeProviders({ ollama: { baseUrl: 'http://192.168.1.5:11434/v1' } });
    const all = { ...keys, none: 'x', 'demo-locked': 'open-sesame' };
    assert.deepEqual(heldBackKeys(providers.values(), all, allowed()), []);
  });

  it('takes no slot from what every object has', () => {
    const settings = { mine: { baseUrl: 'https://mine.example/v1', credential: 'constructor' } };
    const providers = [...mergeProviders(settings).values()];
    assert.deepEqual(heldBackKeys(providers, keys, {}).length, 2);
    const all = { constructor: 'a key' };
    assert.equal(heldBackKeys(providers, all, originMemory(state()).allowed()).length, 1);
  });

  it('is remembered for the next window, without any key', () => {
    const stored = state();
    originMemory(stored).set('opencode', ['https://gateway.example']);
    const memory = originMemory(stored);
    assert.deepEqual(memory.get('opencode'), ['https://gateway.example']);
    assert.deepEqual(
      heldBack({ 'opencode-go': { baseUrl: 'https://gateway.example/v1' } }, memory),
      [
        // Zen is still at OpenCode's own address, for which this key was not set.
        ['opencode', 'https://opencode.ai', 'opencode-zen'],
      ],
    );
    memory.set('opencode', undefined);
    assert.equal(originMemory(stored).get('opencode'), undefined);
    assert.doesNotMatch(JSON.stringify([...stored.values]), /a key/);
  });

  it('is the built-in address where the memory cannot be read', () => {
    for (const damaged of ['text', { opencode: 'https://evil.example' }, { opencode: [1] }, null]) {
      const memory = originMemory(state(new Map([['keyOrigins', damaged]])));
      assert.deepEqual(memory.allowed()['opencode'], ['https://opencode.ai']);
    }
  });

  it('is in force for a slot wherever its providers are', () => {
    const providers = mergeProviders({ 'opencode-go': { baseUrl: 'https://gateway.example/v1' } });
    assert.deepEqual(originsInForce(providers.values(), 'opencode'), [
      'https://gateway.example',
      'https://opencode.ai',
    ]);
    assert.deepEqual(originsInForce(providers.values(), 'demo-locked'), []);
  });
});
