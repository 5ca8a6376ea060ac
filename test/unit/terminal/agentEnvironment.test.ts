import { strict as assert } from 'node:assert';
import { builtInScenarioNames } from '../../../src/proxy/scenarioNames';
import { type AgentInput, agentEnvironment, portOf } from '../../../src/terminal/agentEnvironment';
import { environmentChange } from '../../../src/terminal/environment';
import { valueAt } from '../../support/scriptedUpstream';

describe('agentEnvironment', () => {
  const input: AgentInput = {
    port: 4141,
    accessToken: 'token',
    smallestContext: undefined,
    modelTiers: [],
    agents: ['claude'],
    scenarios: [],
  };
  const ofOpencode = (changed: Partial<AgentInput> = {}): unknown =>
    JSON.parse(
      agentEnvironment({ ...input, agents: ['opencode'], ...changed })['OPENCODE_CONFIG_CONTENT'] ??
        '',
    );

  it('gives programs with an OpenAI SDK three variables', () => {
    assert.deepEqual(agentEnvironment({ ...input, agents: ['openai'] }), {
      OPENAI_BASE_URL: 'http://127.0.0.1:4141/v1',
      OPENAI_API_KEY: 'token',
      OPENAI_MODEL: 'auto',
    });
  });

  it('gives opencode one variable: a provider, and a model of it', () => {
    const variables = agentEnvironment({ ...input, agents: ['opencode'] });
    assert.deepEqual(Object.keys(variables), ['OPENCODE_CONFIG_CONTENT']);
    const config = ofOpencode();
    assert.equal(valueAt(config, 'model'), 'switchyard/auto');
    assert.equal(valueAt(config, 'provider', 'switchyard', 'npm'), '@ai-sdk/openai-compatible');
    assert.deepEqual(valueAt(config, 'provider', 'switchyard', 'options'), {
      baseURL: 'http://127.0.0.1:4141/v1',
      apiKey: 'token',
    });
  });

  it('has a model of opencode that is routed by the rules, and one for every scenario, the person’s own too', () => {
    const models = valueAt(
      ofOpencode({ scenarios: ['review', 'fast'] }),
      'provider',
      'switchyard',
      'models',
    );
    assert.ok(typeof models === 'object' && models !== null);
    const names = [...builtInScenarioNames, 'review'];
    const scenarios = names.map((name) => `scenario:${name}`);
    // The first lets the rules decide, as Claude Code's own model names do.
    assert.deepEqual(Object.keys(models), ['auto', ...scenarios]);
  });

  for (const [context, limit] of [
    [undefined, undefined],
    [200_000, { context: 200_000, output: 32_000 }],
    [32_768, { context: 32_768, output: 8_192 }],
  ] as const) {
    it(`tells opencode the window of the default chain: ${context ?? 'unknown'}`, () => {
      const config = ofOpencode({ smallestContext: context });
      const models = valueAt(config, 'provider', 'switchyard', 'models');
      assert.deepEqual(valueAt(models, 'auto', 'limit'), limit);
      assert.equal(valueAt(models, 'scenario:longContext', 'limit'), undefined);
    });
  }

  it('tells Claude Code the smallest window, for the models that it knows and for those that it does not', () => {
    assert.deepEqual(windowsOf({ ...input, smallestContext: 262_144 }), {
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: '262144',
      CLAUDE_CODE_AUTO_COMPACT_WINDOW: '262144',
    });
    // The client warns of a smaller one at every start.
    assert.deepEqual(windowsOf({ ...input, smallestContext: 32_768 }), {
      CLAUDE_CODE_MAX_CONTEXT_TOKENS: '32768',
    });
    assert.deepEqual(windowsOf(input), {});
  });

  it('names the model tiers of Claude Code after the models that they go to', () => {
    const variables = agentEnvironment({
      ...input,
      modelTiers: [{ tier: 'haiku', scenario: 'fast', target: 'openrouter/z-ai/glm-5.3' }],
    });
    const tiers = Object.entries(variables).filter(([name]) => name.includes('_DEFAULT_'));
    assert.deepEqual(Object.fromEntries(tiers), {
      ANTHROPIC_DEFAULT_HAIKU_MODEL: 'claude-haiku-5-5',
      ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME: 'Haiku: z-ai/glm-5.3',
      ANTHROPIC_DEFAULT_HAIKU_MODEL_DESCRIPTION:
        'Switchyard scenario fast, first openrouter/z-ai/glm-5.3',
    });
  });

  it('writes only the names of the tier whose chain has changed', () => {
    const tier = (name: 'opus' | 'haiku', target: string) =>
      ({ tier: name, scenario: 'default', target }) as const;
    const before = { ...input, modelTiers: [tier('opus', 'a/x'), tier('haiku', 'a/x')] };
    const after = { ...input, modelTiers: [tier('haiku', 'a/y'), tier('opus', 'a/x')] };
    const { set, remove } = environmentChange(agentEnvironment(before), agentEnvironment(after));
    assert.deepEqual(
      set.map(([name]) => name),
      ['ANTHROPIC_DEFAULT_HAIKU_MODEL_NAME', 'ANTHROPIC_DEFAULT_HAIKU_MODEL_DESCRIPTION'],
    );
    assert.deepEqual(remove, []);
  });

  it('changes nothing when lists only change their order', () => {
    const before = { ...input, agents: ['claude', 'opencode'], scenarios: ['b', 'a'] } as const;
    const after = { ...input, agents: ['opencode', 'claude'], scenarios: ['a', 'b'] } as const;
    const change = environmentChange(agentEnvironment(before), agentEnvironment(after));
    assert.deepEqual(change, { set: [], remove: [] });
  });

  it('takes the variables of an agent away that is no longer wanted', () => {
    const both = agentEnvironment({ ...input, agents: ['claude', 'openai'] });
    const change = environmentChange(both, agentEnvironment(input));
    assert.deepEqual(change, {
      set: [],
      remove: ['OPENAI_BASE_URL', 'OPENAI_API_KEY', 'OPENAI_MODEL'],
    });
  });

  for (const agent of ['claude', 'opencode', 'openai'] as const) {
    it(`tells the port again from the variables of ${agent}`, () => {
      assert.equal(portOf(agentEnvironment({ ...input, agents: [agent] })), 4141);
    });
  }

  it('tells no port where there are no variables', () => {
    assert.equal(portOf({ NO_PROXY: ',127.0.0.1' }), undefined);
  });
});

function windowsOf(input: AgentInput): Readonly<Record<string, string>> {
  const entries = Object.entries(agentEnvironment(input));
  return Object.fromEntries(entries.filter(([name]) => /_CONTEXT_|_COMPACT_/.test(name)));
}
