import assert from 'node:assert/strict';
import { createProxy, type SwitchyardProxy } from '../../../src/proxy/proxy';
import type { ApiKeys, ProxySettings } from '../../../src/proxy/types';
import { plainSettings } from '../../support/testProxy';

describe('the overview of scenarios', () => {
  let proxy: SwitchyardProxy;
  beforeEach(() => {
    proxy = createProxy({ write: () => {} });
  });
  afterEach(() => proxy.dispose());

  function configure(settings: Partial<ProxySettings>, keys: ApiKeys = {}): void {
    proxy.configure({ version: '0', settings: { ...plainSettings, ...settings }, keys });
  }

  it('has every scenario in force with its chain, and says which are the person’s', () => {
    configure({ scenarios: { default: { models: ['demo/hello'] }, mine: { models: ['a/b'] } } });
    const { scenarios } = proxy.scenarioOverview();
    assert.deepEqual(
      scenarios.filter(({ isUsers }) => isUsers).map(({ name, models }) => [name, models]),
      [
        ['default', ['demo/hello']],
        ['mine', ['a/b']],
      ],
    );
    const vision = scenarios.find(({ name }) => name === 'vision');
    assert.match(vision?.models[0] ?? '', /^opencode-go\//);
  });

  it('offers the models of providers with a key, and of those that chains name, with their facts', () => {
    configure({}, { deepseek: 'sk-deep' });
    const { models } = proxy.scenarioOverview();
    const providers = new Map(models.map((one) => [one.provider, one.isProvided]));
    assert.deepEqual(
      [...providers],
      [
        ['OpenCode', false],
        ['DeepSeek', true],
      ],
    );
    const pro = models.find(({ name }) => name === 'deepseek/deepseek-v4-pro');
    assert.ok((pro?.context ?? 0) > 100_000 && (pro?.price?.output ?? 0) > 0);
  });

  it('offers a gateway’s own models, and what a chain names although no list has it', () => {
    configure({
      providers: {
        house: {
          baseUrl: 'http://127.0.0.1:1',
          credential: 'none',
          models: { big: { context: 9 } },
        },
      },
      scenarios: { default: { models: ['house/unlisted'] } },
    });
    const names = proxy
      .scenarioOverview()
      .models.map(({ name }) => name)
      .filter((name) => name.startsWith('house/'));
    assert.deepEqual(names, ['house/unlisted', 'house/big']);
  });

  it('does not offer the demonstration to those who do not use it', () => {
    configure({});
    assert.ok(!proxy.scenarioOverview().models.some(({ name }) => name.startsWith('demo')));
  });
});
