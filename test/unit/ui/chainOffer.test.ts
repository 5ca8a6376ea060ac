import { strict as assert } from 'node:assert';
import { mergeProviders } from '../../../src/proxy/providers';
import { type ChainSituation, chainOffer } from '../../../src/ui/chainOffer';

const providers = mergeProviders({ gateway: { baseUrl: 'https://llm.example.com/v1' } });

function offer(id: string, situation: Partial<ChainSituation>) {
  const provider = providers.get(id);
  assert.ok(provider !== undefined, id);
  return chainOffer({
    provider,
    plan: undefined,
    chains: 'opencode-go',
    hasOwnDefault: false,
    isServed: true,
    ...situation,
  });
}

describe('what is offered after a key was set', () => {
  it('is nothing for a key with a Go plan, which the chains in force use', () => {
    assert.deepEqual(offer('opencode-go', { plan: 'active' }), { kind: 'none' });
  });

  it('is a choice for a key without a plan, and never Zen by itself', () => {
    assert.deepEqual(offer('opencode-go', { plan: 'missing' }), { kind: 'noPlan' });
    const unserved = { plan: 'missing', chains: 'anthropic', isServed: false } as const;
    assert.deepEqual(offer('opencode-go', unserved), { kind: 'noPlan' });
  });

  it('is nothing for a key without a plan where Zen or another provider was chosen', () => {
    for (const chains of ['opencode-zen', 'anthropic'] as const) {
      assert.deepEqual(offer('opencode-go', { plan: 'missing', chains }), { kind: 'none' });
    }
  });

  it('is the plan for who paid by the token and has one now', () => {
    const go = { kind: 'chains', owner: 'opencode-go' };
    assert.deepEqual(offer('opencode-go', { plan: 'active', chains: 'opencode-zen' }), go);
    const unserved = { plan: 'active', chains: 'anthropic', isServed: false } as const;
    assert.deepEqual(offer('opencode-go', unserved), go);
    assert.deepEqual(offer('opencode-go', { plan: 'active', chains: 'openai' }), { kind: 'none' });
  });

  it('is nothing where the check did not tell of a plan', () => {
    assert.deepEqual(offer('opencode-go', {}), { kind: 'none' });
  });

  it('is the provider’s own chains while those in force have no key', () => {
    for (const owner of ['anthropic', 'openai', 'openrouter', 'deepseek', 'moonshot', 'zai']) {
      assert.deepEqual(offer(owner, { isServed: false }), { kind: 'chains', owner });
      assert.deepEqual(offer(owner, { isServed: true }), { kind: 'none' });
    }
  });

  it('is a choice of models for a provider of the person’s own', () => {
    assert.deepEqual(offer('gateway', { isServed: false }), { kind: 'models' });
    assert.deepEqual(offer('gateway', { isServed: true }), { kind: 'none' });
  });

  it('is nothing to who wrote a default chain, and nothing for the demonstration', () => {
    const own = { hasOwnDefault: true, isServed: false } as const;
    for (const id of ['opencode-go', 'anthropic', 'gateway']) {
      assert.deepEqual(offer(id, { ...own, plan: 'missing' }), { kind: 'none' });
    }
    assert.deepEqual(offer('demo-locked', { isServed: false }), { kind: 'none' });
  });
});
