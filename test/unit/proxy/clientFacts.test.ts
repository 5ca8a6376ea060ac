import assert from 'node:assert/strict';
import { smallestContext, tierRoutes } from '../../../src/proxy/clientFacts';
import { type TableOptions, tableOf } from '../../support/routing';

const windows = { 32: 32_000, 100: 100_000, 200: 200_000, 500: 500_000, 900: 900_000 };
const local = {
  baseUrl: 'http://127.0.0.1:1',
  credential: 'none',
  models: Object.fromEntries(
    Object.entries(windows).map(([name, context]) => [`w${name}`, { context }]),
  ),
};

describe('the smallest context window', () => {
  const of = (options: TableOptions) =>
    smallestContext(tableOf({ keys: [], ...options, providers: { local } }));
  const models = (...sizes: readonly (keyof typeof windows)[]) =>
    sizes.map((size) => `local/w${size}`);

  it('is that of the smallest model of the chain', () => {
    assert.equal(of({ scenarios: { default: { models: models(500, 200) } } }), 200_000);
  });

  it('is that of every chain that takes conversations', () => {
    const scenarios = {
      default: { models: models(500) },
      explore: { when: { agentType: ['Explore'] }, models: models(100) },
    };
    assert.equal(of({ scenarios }), 100_000);
  });

  it('is not that of a chain for titles, nor of one that only a client names', () => {
    const scenarios = {
      default: { models: models(500) },
      background: { models: models(32) },
      probes: { when: { requestClass: ['auxiliary' as const] }, models: models(32) },
      special: { models: models(100) },
    };
    assert.equal(of({ scenarios }), 500_000);
  });

  it('is that of a chain to which an override leads', () => {
    const scenarios = { default: { models: models(500) }, special: { models: models(100) } };
    const given = (override: string | string[]) =>
      of({ scenarios, modelOverrides: { x: override } });
    assert.equal(given('special'), 100_000);
    assert.equal(given(models(32)), 32_000);
    assert.equal(given('gone'), 500_000);
  });

  it('is not that of a chain from which a rule takes conversations before they grow so long', () => {
    const long = { when: { inputTokensAbove: 150_000 }, models: models(900), priority: 10 };
    const scenarios = { default: { models: models(200) }, longContext: long };
    assert.equal(of({ scenarios }), 900_000);
    // The rule would come too late.
    const late = { ...long, when: { inputTokensAbove: 195_000 } };
    assert.equal(of({ scenarios: { ...scenarios, longContext: late } }), 200_000);
    // It takes only some of them.
    const some = { ...long, when: { inputTokensAbove: 150_000, hasTools: true } };
    assert.equal(of({ scenarios: { ...scenarios, longContext: some } }), 200_000);
    // A rule that is asked earlier keeps its own.
    const earlier = { when: { thinking: true }, models: models(200), priority: 20 };
    assert.equal(of({ scenarios: { ...scenarios, earlier } }), 200_000);
  });

  it('is unknown where no model of a chain is known, or none has a key', () => {
    assert.equal(of({ scenarios: { default: { models: ['local/other'] } } }), undefined);
    assert.equal(of({}), undefined);
  });

  it('is that of the chain for images for a person with an OpenCode key alone', () => {
    assert.equal(smallestContext(tableOf()), 262_144);
  });
});

describe('where the model tiers of Claude Code go', () => {
  const routesOf = (options: TableOptions = {}) =>
    tierRoutes(tableOf(options)).map(({ tier, scenario, target }) => [tier, scenario, target]);

  it('follows the rules for an ordinary turn', () => {
    assert.deepEqual(routesOf(), [
      ['opus', 'default', 'opencode-go/glm-5.3'],
      ['sonnet', 'default', 'opencode-go/glm-5.3'],
      ['haiku', 'fast', 'opencode-go/glm-5.3-flash'],
      ['fable', 'default', 'opencode-go/glm-5.3'],
    ]);
  });

  it('follows the overrides', () => {
    const modelOverrides = { 'claude-opus-*': 'complex', 'claude-sonnet-*': ['ollama/qwen'] };
    const routes = routesOf({ modelOverrides });
    assert.deepEqual(routes[0], ['opus', 'complex', 'opencode-go/kimi-k3.1-pro']);
    assert.deepEqual(routes[1], ['sonnet', 'override', 'ollama/qwen']);
  });

  it('names the first model that has a key, and nothing where none has', () => {
    const models = ['openai/gpt-5.5', 'ollama/qwen'];
    assert.deepEqual(routesOf({ scenarios: { default: { models } }, keys: [] })[0], [
      'opus',
      'default',
      'ollama/qwen',
    ]);
    assert.deepEqual(routesOf({ keys: [] }), []);
  });
});
