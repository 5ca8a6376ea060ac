import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { bundledCatalogue } from '../../../src/proxy/bundledCatalogue';
import {
  catalogueDate,
  catalogueModels,
  isOffered,
  modelFacts,
  modelWireFormat,
} from '../../../src/proxy/catalogue';
import { chainOwners } from '../../../src/proxy/chainOwners';
import { builtInChains, chainCandidates, retiredModels } from '../../../src/proxy/chains';
import { mergeProviders } from '../../../src/proxy/providers';
import { builtInScenarioNames } from '../../../src/proxy/scenarioNames';
import type { LearnedModels, Provider } from '../../../src/proxy/types';
import { valueAt } from '../../support/scriptedUpstream';

const providers = mergeProviders({
  gateway: { baseUrl: 'https://llm.example.com/v1', models: { 'glm-5.3': { context: 1_000 } } },
});

function provider(id: string, learned?: LearnedModels): Provider {
  const found = providers.get(id);
  assert.ok(found !== undefined, id);
  return learned === undefined ? found : { ...found, learned };
}

describe('what is known of a model', () => {
  it('comes from the file beside the bundle, which names its date', () => {
    const file = path.resolve(__dirname, '../../../src/proxy/catalogue.json');
    const text: unknown = JSON.parse(readFileSync(file, 'utf8'));
    assert.equal(valueAt(text, 'asOf'), catalogueDate);
    assert.equal(bundledCatalogue().fault, undefined);
    assert.deepEqual(Object.keys(bundledCatalogue().models).sort(), [...chainOwners].sort());
  });

  it('is read for the plan that is asked: one model, two endpoints and prices', () => {
    assert.equal(
      modelFacts(provider('opencode-go'), 'minimax-m3').wireFormat,
      'anthropic-messages',
    );
    assert.equal(modelFacts(provider('opencode-zen'), 'minimax-m3').wireFormat, 'openai-chat');
  });

  it('is what a provider learned over what shipped, and what the settings say over both', () => {
    const learned = { facts: { 'glm-5.3': { context: 5_000, images: true } } };
    const facts = modelFacts(provider('opencode-go', learned), 'glm-5.3');
    assert.equal(facts.context, 5_000);
    assert.equal(facts.images, true);
    assert.equal(facts.maxOutput, 131_072);
    assert.equal(modelFacts(provider('gateway', learned), 'glm-5.3').context, 1_000);
  });

  it('takes over no price and no wire format from another provider', () => {
    const facts = modelFacts(provider('gateway'), 'gpt-6-luna');
    assert.ok(facts.context !== undefined && facts.efforts !== undefined);
    assert.equal(facts.wireFormat, undefined);
    assert.equal(facts.price, undefined);
  });

  it('finds nothing under names that every object has', () => {
    assert.deepEqual(modelFacts(provider('openai'), 'constructor'), {});
    assert.deepEqual(modelFacts(provider('openai', { facts: {} }), '__proto__'), {});
  });

  it('lists what the provider lists today, else what shipped', () => {
    assert.deepEqual(catalogueModels(provider('deepseek')), ['deepseek-flash', 'deepseek-v4-pro']);
    const learned = { listed: ['deepseek-v5'], facts: {} };
    assert.deepEqual(catalogueModels(provider('deepseek', learned)), ['deepseek-v5']);
    assert.deepEqual(catalogueModels(provider('gateway', { listed: ['big'], facts: {} })), ['big']);
    assert.deepEqual(catalogueModels(provider('gateway')), []);
  });

  it('finds a model under a dated release of it', () => {
    const learned = { listed: ['claude-haiku-4-5-20251001', 'gpt-6-mini'], facts: {} };
    assert.equal(isOffered(provider('anthropic', learned), 'claude-haiku-4-5'), true);
    assert.equal(isOffered(provider('anthropic', learned), 'gpt-6'), false);
  });

  const heuristics: readonly [plan: string, model: string, format: string][] = [
    ['opencode-go', 'minimax-m2.9', 'anthropic-messages'],
    ['opencode-go', 'minimax-m4', 'openai-chat'],
    ['opencode-go', 'qwen9-max', 'anthropic-messages'],
    ['opencode-go', 'claude-next', 'anthropic-messages'],
    ['opencode-go', 'gpt-9', 'openai-responses'],
    ['opencode-go', 'grok-9', 'openai-responses'],
    ['opencode-go', 'muse-x', 'openai-responses'],
    ['opencode-go', 'gemini-9', 'gemini'],
    ['opencode-go', 'glm-9', 'openai-chat'],
    ['opencode-zen', 'claude-next', 'anthropic-messages'],
    ['opencode-zen', 'qwen3.5-next', 'anthropic-messages'],
    ['opencode-zen', 'qwen3.6-next', 'anthropic-messages'],
    ['opencode-zen', 'qwen3.7-next', 'anthropic-messages'],
    ['opencode-zen', 'qwen9-flash', 'anthropic-messages'],
    ['opencode-zen', 'qwen9-max', 'openai-chat'],
    ['opencode-zen', 'minimax-m2.9', 'openai-chat'],
    ['opencode-zen', 'gpt-9', 'openai-responses'],
    ['opencode-zen', 'grok-9', 'openai-responses'],
    ['opencode-zen', 'muse-x', 'openai-responses'],
    ['opencode-zen', 'gemini-9', 'gemini'],
    ['openai', 'gpt-6-next', 'openai-responses'],
    ['openrouter', 'anthropic/claude-next', 'openai-chat'],
  ];
  for (const [plan, model, format] of heuristics) {
    it(`asks the unknown ${plan}/${model} in ${format}`, () => {
      const facts = modelFacts(provider(plan), model);
      assert.equal(facts.wireFormat, undefined);
      assert.equal(modelWireFormat(provider(plan), model, facts), format);
    });
  }
});

describe('the built-in chains', () => {
  for (const owner of chainOwners) {
    it(`of ${owner} name only models of the shipped catalogue that can do what the scenario needs`, () => {
      for (const scenario of builtInScenarioNames) {
        const models = chainCandidates[owner][scenario];
        assert.ok(models.length > 0, scenario);
        assert.equal(new Set(models).size, models.length, scenario);
        for (const model of models) {
          const facts = bundledCatalogue().models[owner]?.[model];
          assert.ok(facts !== undefined, `${owner}/${model} of ${scenario}`);
          if (scenario === 'vision') assert.equal(facts.images, true, model);
          // The rule of the scenario begins at 180,000, and an answer is to fit too.
          if (scenario === 'longContext') assert.ok((facts.context ?? 0) > 250_000, model);
        }
      }
    });

    it(`of ${owner} stay with it: no fallback charges another account`, () => {
      const chains = builtInChains(owner, providers);
      assert.ok(
        Object.values(chains)
          .flat()
          .every((name) => name.startsWith(`${owner}/`)),
      );
      assert.deepEqual(retiredModels(owner, providers), []);
    });
  }

  it('put the next in the place of a model that is not offered any more, and say so', () => {
    const listed = catalogueModels(provider('opencode-go')).filter((id) => id !== 'glm-5.3');
    const today = new Map([
      ...providers,
      ['opencode-go', provider('opencode-go', { listed, facts: {} })],
    ]);
    assert.deepEqual(builtInChains('opencode-go', today).default, [
      'opencode-go/kimi-k2.7-code',
      'opencode-go/deepseek-v4-pro',
      'opencode-go/glm-5.2',
    ]);
    assert.deepEqual(retiredModels('opencode-go', today), [
      { name: 'opencode-go/glm-5.3', instead: 'opencode-go/glm-5.2' },
    ]);
  });

  it('stay as they are when a list has none of their models', () => {
    const learned = { listed: ['glm-5.3-flash'], facts: {} };
    const today = new Map([...providers, ['opencode-go', provider('opencode-go', learned)]]);
    const usual = builtInChains('opencode-go', providers);
    assert.deepEqual(builtInChains('opencode-go', today).default, usual.default);
    assert.deepEqual(builtInChains('opencode-go', today).fast, ['opencode-go/glm-5.3-flash']);
  });
});
