import assert from 'node:assert/strict';
import { mergeProviders } from '../../../src/proxy/providers';
import { type RoutingTable, route } from '../../../src/proxy/router';
import { mergeScenarios } from '../../../src/proxy/scenarios';
import { type RequestFacts, type ScenarioSettings, targetName } from '../../../src/proxy/types';
import { codecs } from '../../../src/proxy/wire/formats';

const plainFacts: RequestFacts = {
  requestedModel: 'claude-opus-5-5',
  stream: true,
  inputTokens: 12_000,
  hasImages: false,
  hasTools: true,
  thinking: true,
  effort: 'medium',
  maxOutputTokens: 128_000,
  requestClass: 'main',
  agentType: undefined,
  userAgent: 'claude-cli/2.1.330 (external, cli)',
  sessionId: 's',
};

interface TableOptions {
  readonly scenarios?: Record<string, ScenarioSettings>;
  readonly modelOverrides?: RoutingTable['modelOverrides'];
  readonly keys?: readonly string[];
  readonly providers?: Parameters<typeof mergeProviders>[0];
}

function tableOf({
  scenarios = {},
  modelOverrides = {},
  keys = ['opencode'],
  providers = {},
}: TableOptions = {}): RoutingTable {
  return {
    providers: mergeProviders(providers),
    scenarios: mergeScenarios(scenarios),
    modelOverrides,
    hasKey: (credential) => keys.includes(credential),
    canSpeak: (format) => codecs[format] !== undefined,
  };
}

function routed(facts: Partial<RequestFacts>, table = tableOf()) {
  const chosen = route({ ...plainFacts, ...facts }, table);
  return { ...chosen, names: chosen.targets.map(targetName) };
}

describe('route', () => {
  const cases: readonly [what: string, facts: Partial<RequestFacts>, scenario: string][] = [
    ['a first turn of Claude Code', {}, 'default'],
    ['an image anywhere', { hasImages: true }, 'vision'],
    ['a long conversation', { inputTokens: 200_000 }, 'longContext'],
    [
      'a session name',
      { requestClass: 'auxiliary', hasTools: false, effort: 'high' },
      'background',
    ],
    [
      'an inner web search, which has a tool',
      { requestClass: 'auxiliary', hasTools: true },
      'default',
    ],
    ['the greatest effort', { effort: 'max' }, 'think'],
    ['the opus family at high effort', { effort: 'high' }, 'complex'],
    [
      'an unknown model at its usual high effort',
      { requestedModel: 'my-model', effort: 'high' },
      'default',
    ],
    [
      'the haiku family',
      { requestedModel: 'claude-haiku-4-5-20251001', effort: undefined },
      'fast',
    ],
    ['an image in a long conversation', { hasImages: true, inputTokens: 200_000 }, 'vision'],
  ];
  for (const [what, facts, scenario] of cases) {
    it(`sends ${what} to ${scenario}`, () => {
      assert.equal(routed(facts).scenario, scenario);
    });
  }

  it('gives a new user a chain of three models of one plan in every built-in scenario', () => {
    for (const { name } of tableOf().scenarios) {
      const { names, skipped } = routed({ requestedModel: `scenario:${name}` });
      assert.equal(names.length, 3, name);
      assert.deepEqual(skipped, []);
      assert.ok(names.every((target) => target.startsWith('opencode-go/')));
    }
  });

  it('honours a target requested by name, alone', () => {
    const chosen = routed({ requestedModel: 'opencode-go/kimi-k3' });
    assert.deepEqual(chosen.names, ['opencode-go/kimi-k3']);
    assert.equal(chosen.scenario, 'requested');
  });

  it('honours a scenario requested by name', () => {
    assert.equal(routed({ requestedModel: 'scenario:think' }).scenario, 'think');
  });

  it('says when a requested scenario does not exist, and serves by the rules', () => {
    const chosen = routed({ requestedModel: 'scenario:nope' });
    assert.equal(chosen.scenario, 'default');
    assert.match(chosen.reason, /no scenario is named “nope”/);
  });

  it('takes a name with an unknown provider as any other model name', () => {
    assert.equal(routed({ requestedModel: 'meta/llama-9' }).scenario, 'default');
  });

  it('lets the longest matching override win', () => {
    const table = tableOf({
      modelOverrides: { 'claude-*': 'fast', 'claude-opus-*': ['opencode-go/kimi-k3'] },
    });
    assert.deepEqual(routed({}, table).names, ['opencode-go/kimi-k3']);
    assert.equal(routed({ requestedModel: 'claude-sonnet-5-5' }, table).scenario, 'fast');
  });

  it("asks a person's own scenario before the built-in ones", () => {
    const models = ['ollama/qwen'];
    const table = tableOf({ scenarios: { mine: { when: { hasImages: true }, models } } });
    const chosen = routed({ hasImages: true }, table);
    assert.equal(chosen.scenario, 'mine');
    assert.match(chosen.reason, /has images/);
  });

  it('keeps the built-in rule of a scenario whose chain a person replaced', () => {
    const table = tableOf({ scenarios: { fast: { models: ['opencode-go/kimi-k3'] } } });
    const chosen = routed({ requestedModel: 'claude-haiku-5-5', effort: undefined }, table);
    assert.deepEqual(chosen.names, ['opencode-go/kimi-k3']);
  });

  it('serves built-in scenarios by the default chain when their models have no key', () => {
    const table = tableOf({ scenarios: { default: { models: ['ollama/qwen'] } }, keys: [] });
    const chosen = routed({ requestedModel: 'claude-haiku-5-5' }, table);
    assert.deepEqual(chosen.names, ['ollama/qwen']);
    assert.match(chosen.reason, /no API key/);
  });

  it('stays with the built-in chain when no scenario has a key, so that the person hears of it', () => {
    assert.deepEqual(
      routed({ requestedModel: 'claude-haiku-5-5' }, tableOf({ keys: [] })).scenario,
      'fast',
    );
  });

  it('skips targets that cannot see an image, and says so', () => {
    const models = ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code'];
    const chosen = routed({ hasImages: true }, tableOf({ scenarios: { vision: { models } } }));
    assert.deepEqual(chosen.names, ['opencode-go/kimi-k2.7-code']);
    assert.equal(chosen.skipped[0]?.reason, 'cannot see images');
  });

  it('skips targets whose window is smaller than the request', () => {
    const chosen = routed({ requestedModel: 'scenario:default', inputTokens: 300_000 });
    assert.ok(!chosen.names.includes('opencode-go/kimi-k2.7-code'));
    assert.match(chosen.skipped[0]?.reason ?? '', /262144 tokens/);
  });

  it('tries the largest window when none seems to fit, since our figures may be wrong', () => {
    const chosen = routed({ requestedModel: 'scenario:default', inputTokens: 2_000_000 });
    assert.equal(chosen.names.length, 3);
    assert.notEqual(chosen.names[0], 'opencode-go/kimi-k2.7-code');
  });

  it('finds nothing under names that every object has', () => {
    for (const model of ['constructor', '__proto__', 'toString']) {
      const [target] = routed({ requestedModel: `opencode-go/${model}` }).targets;
      assert.deepEqual(target?.facts, {});
      assert.equal(target?.wireFormat, 'openai-chat');
    }
  });

  it('names a link of the chain that leads nowhere', () => {
    const models = ['opencodego/glm-5.3', 'nonsense', 'ollama/qwen'];
    const chosen = routed({}, tableOf({ scenarios: { default: { models } } }));
    assert.deepEqual(chosen.names, ['ollama/qwen']);
    assert.deepEqual(
      chosen.skipped.map(({ name }) => name),
      ['opencodego/glm-5.3', 'nonsense'],
    );
  });

  it('lets no name of a client make log lines of its own', () => {
    const requestedModel = `scenario:${'z'.repeat(5_000)}\n[info] forged`;
    assert.ok(routed({ requestedModel }).reason.length < 200);
    assert.doesNotMatch(routed({ requestedModel }).reason, /\n/);
  });

  it('leaves out a target whose wire format it cannot write', () => {
    const models = ['opencode-go/gpt-6-luna', 'opencode-go/glm-5.3'];
    const table = {
      ...tableOf({ scenarios: { default: { models } } }),
      canSpeak: (format: string) => format !== 'openai-responses',
    };
    const chosen = routed({ requestedModel: 'scenario:default' }, table);
    assert.deepEqual(chosen.names, ['opencode-go/glm-5.3']);
    assert.match(chosen.skipped[0]?.reason ?? '', /openai-responses/);
  });

  it("puts a scenario's parameters over a model's", () => {
    const table = tableOf({
      providers: {
        mine: {
          baseUrl: 'http://127.0.0.1:1',
          models: { m: { parameters: { temperature: 0.1, effort: 'low' } } },
        },
      },
      scenarios: { default: { models: ['mine/m'], parameters: { temperature: 0.9 } } },
    });
    assert.deepEqual(routed({}, table).targets[0]?.parameters, { temperature: 0.9, effort: 'low' });
  });

  it('gives no privileges of a built-in provider to another address', () => {
    const providers = mergeProviders({ anthropic: { baseUrl: 'https://gateway.example/v1/' } });
    const moved = providers.get('anthropic');
    assert.equal(moved?.baseUrl, 'https://gateway.example/v1');
    assert.equal(moved?.isAnthropic, undefined);
  });
});
