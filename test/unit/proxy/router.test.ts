import assert from 'node:assert/strict';
import { render } from '../../../src/proxy/phrase';
import { mergeProviders } from '../../../src/proxy/providers';
import type { RequestContent } from '../../../src/proxy/requestContent';
import { route } from '../../../src/proxy/router';
import { type RequestFacts, targetName } from '../../../src/proxy/types';
import { inEnglish } from '../../support/inEnglish';
import { plainContent, plainFacts, tableOf } from '../../support/routing';

function routed(
  facts: Partial<RequestFacts>,
  table = tableOf(),
  content: Partial<RequestContent> = {},
) {
  const chosen = route({ ...plainFacts, ...facts }, { ...plainContent, ...content }, table);
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
    assert.match(render(chosen.reason), /no scenario is named “nope”/);
  });

  it('serves a name with an unknown provider by the rules, and says that it is unknown', () => {
    const chosen = routed({ requestedModel: 'meta/llama-9' });
    assert.equal(chosen.scenario, 'default');
    assert.equal(
      render(chosen.reason),
      '“meta/llama-9” names no scenario and no target; no other rule matched',
    );
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
    assert.match(render(chosen.reason), /has images/);
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
    assert.match(render(chosen.reason), /no API key/);
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
    assert.equal(inEnglish(chosen.skipped[0]?.reason), 'cannot see images');
  });

  it('skips targets that cannot call tools when the request declares some', () => {
    const table = tableOf({
      providers: {
        mine: {
          baseUrl: 'http://127.0.0.1:1',
          credential: 'none',
          models: { talker: { tools: false }, worker: {} },
        },
      },
      scenarios: { default: { models: ['mine/talker', 'mine/worker'] } },
    });
    const chosen = routed({}, table);
    assert.deepEqual(chosen.names, ['mine/worker']);
    assert.deepEqual(inEnglish(chosen.skipped), [
      { name: 'mine/talker', reason: 'cannot call tools' },
    ]);
    assert.deepEqual(routed({ hasTools: false }, table).names, ['mine/talker', 'mine/worker']);
  });

  describe('a conversation with an image', () => {
    const blind = { default: { models: ['opencode-go/glm-5.3', 'opencode-go/deepseek-v4-pro'] } };

    it('goes by the chain of vision when nobody in its own sees', () => {
      const table = tableOf({
        modelOverrides: { 'claude-opus-*': ['opencode-go/glm-5.3'] },
      });
      const chosen = routed({ hasImages: true }, table);
      assert.equal(chosen.scenario, 'vision');
      assert.equal(
        render(chosen.reason),
        'has images, which no model of override (modelOverrides claude-opus-*) can see',
      );
      assert.ok(chosen.targets.every(({ facts }) => facts.images === true));
    });

    it('stays with the one target that the client named', () => {
      const chosen = routed({ hasImages: true, requestedModel: 'opencode-go/glm-5.3' });
      assert.deepEqual(chosen.names, ['opencode-go/glm-5.3']);
    });

    it('stays with its chain when the chain of vision has no key, or sees no more', () => {
      const local = { default: { models: ['mine/blind'] } };
      const providers = {
        mine: { baseUrl: 'http://127.0.0.1:1', models: { blind: { images: false } } },
      };
      const named = { hasImages: true, requestedModel: 'scenario:default' };
      const keyless = tableOf({ keys: ['mine'], providers, scenarios: local });
      assert.deepEqual(routed(named, keyless).names, ['mine/blind']);
      const allBlind = tableOf({ scenarios: { ...blind, vision: blind.default } });
      assert.equal(routed(named, allBlind).scenario, 'default');
    });
  });

  describe('a request for a server tool', () => {
    const search = { neededServerTools: ['web_search_20250305'] };
    const facts = { requestClass: 'auxiliary' } as const;

    it('goes to the targets that run it', () => {
      const models = ['opencode-go/glm-5.3', 'anthropic/claude-opus-5-5'];
      const keys = ['opencode', 'anthropic'];
      const chosen = routed(facts, tableOf({ scenarios: { default: { models } }, keys }), search);
      assert.deepEqual(chosen.names, ['anthropic/claude-opus-5-5']);
      assert.equal(
        inEnglish(chosen.skipped[0]?.reason),
        'cannot be asked to run web_search_20250305',
      );
      assert.deepEqual(chosen.lackingServerTools, []);
    });

    it('goes to nobody whose key is missing', () => {
      const models = ['opencode-go/glm-5.3', 'anthropic/claude-opus-5-5'];
      const chosen = routed(facts, tableOf({ scenarios: { default: { models } } }), search);
      assert.deepEqual(chosen.lackingServerTools, ['web_search_20250305']);
    });

    it('goes to a reseller that a person knows to run it', () => {
      const table = tableOf({
        providers: {
          reseller: {
            baseUrl: 'https://llm.example.com/v1',
            wireFormat: 'anthropic-messages',
            models: { searcher: { serverTools: ['web_search'] }, other: {} },
          },
        },
        scenarios: { default: { models: ['reseller/other', 'reseller/searcher'] } },
        keys: ['reseller'],
      });
      assert.deepEqual(routed(facts, table, search).names, ['reseller/searcher']);
      const fetching = { neededServerTools: ['web_fetch_20250910'] };
      assert.deepEqual(routed(facts, table, fetching).lackingServerTools, ['web_fetch_20250910']);
    });

    it('tells when nobody in the chain runs it', () => {
      const chosen = routed(facts, tableOf(), search);
      assert.deepEqual(chosen.lackingServerTools, ['web_search_20250305']);
      assert.equal(chosen.names.length, 3);
    });
  });

  it('skips targets whose window is smaller than the request', () => {
    const chosen = routed({ requestedModel: 'scenario:default', inputTokens: 300_000 });
    assert.ok(!chosen.names.includes('opencode-go/kimi-k2.7-code'));
    assert.match(
      render(chosen.skipped[0]?.reason ?? ''),
      /^holds 262,144 tokens, the request needs 331,024/,
    );
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
    assert.ok(render(routed({ requestedModel }).reason).length < 200);
    assert.doesNotMatch(render(routed({ requestedModel }).reason), /\n/);
  });

  it('leaves out a target whose wire format it cannot write', () => {
    const models = ['opencode-go/gpt-6-luna', 'opencode-go/glm-5.3'];
    const table = {
      ...tableOf({ scenarios: { default: { models } } }),
      canSpeak: (format: string) => format !== 'openai-responses',
    };
    const chosen = routed({ requestedModel: 'scenario:default' }, table);
    assert.deepEqual(chosen.names, ['opencode-go/glm-5.3']);
    assert.match(render(chosen.skipped[0]?.reason ?? ''), /openai-responses/);
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
