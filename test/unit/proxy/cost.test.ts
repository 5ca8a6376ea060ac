import assert from 'node:assert/strict';
import { modelFacts } from '../../../src/proxy/catalogue';
import { costOf } from '../../../src/proxy/cost';
import { mergeProviders } from '../../../src/proxy/providers';
import { noUsage, type Usage } from '../../../src/proxy/wire/streamEvent';

const million = 1_000_000;

function used(counts: Partial<Usage>): Usage {
  return { ...noUsage, ...counts };
}

describe('costOf', () => {
  it('prices fresh input, output, and what the cache gave and took', () => {
    const price = [3, 15, 0.3, 3.75] as const;
    const usage = used({
      inputTokens: million,
      outputTokens: million,
      cacheReadTokens: million,
      cacheWriteTokens: million,
    });
    assert.deepEqual(costOf(usage, { price }), { usd: 22.05, usdWithoutCache: 24 });
  });

  it('is not known without a price or without counts', () => {
    assert.equal(costOf(used({ inputTokens: 1 }), {}), undefined);
    assert.equal(costOf(noUsage, { price: [1, 1, 1, 1] }), undefined);
  });

  it('prices the whole request by the higher tier once its whole input is longer', () => {
    const facts = {
      price: [1, 2, 0.1, 0],
      priceAbove: { inputTokens: million, price: [2, 3, 0.2, 0] },
    } as const;
    const below = costOf(used({ inputTokens: million }), facts);
    assert.equal(below?.usd, 1);
    const above = costOf(used({ inputTokens: million, cacheReadTokens: million }), facts);
    assert.deepEqual(above, { usd: 2.2, usdWithoutCache: 4 });
  });

  it('takes cached tokens as fresh input where the provider names no price for them', () => {
    const usage = used({ cacheReadTokens: million, cacheWriteTokens: million });
    assert.deepEqual(costOf(usage, { price: [2, 1, 0, 0] }), { usd: 4, usdWithoutCache: 4 });
  });

  it('knows both tiers of a model of the catalogue', () => {
    const provider = mergeProviders({}).get('opencode-zen');
    assert.ok(provider !== undefined);
    const facts = modelFacts(provider, 'claude-sonnet-4-5');
    assert.deepEqual(facts.priceAbove, { inputTokens: 200_000, price: [6, 22.5, 0.6, 7.5] });
    assert.equal(costOf(used({ inputTokens: 100_000 }), facts)?.usd, 0.3);
    assert.equal(costOf(used({ inputTokens: 300_000 }), facts)?.usd, 1.8);
  });
});
