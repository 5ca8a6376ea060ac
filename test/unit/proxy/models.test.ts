import assert from 'node:assert/strict';
import { anthropicStream } from '../../support/anthropicAnswers';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

describe('the list of models', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  before(async () => {
    upstream = await startScriptedUpstream(() => anthropicStream([{ type: 'text', text: 'hi' }]));
    proxy = await startTestProxy({
      settings: {
        providers: {
          up: {
            baseUrl: upstream.url,
            wireFormat: 'anthropic-messages',
            credential: 'none',
            models: {
              big: { context: 200_000, maxOutput: 32_000, images: true },
              small: { context: 128_000 },
              spare: {},
            },
          },
          keyless: { baseUrl: upstream.url },
        },
        scenarios: {
          default: { models: ['up/big', 'up/small', 'keyless/m'] },
          review: { models: ['up/small'] },
        },
      },
    });
  });

  after(async () => {
    await proxy.close();
    await upstream.close();
  });

  async function listed(headers: Record<string, string>): Promise<readonly unknown[]> {
    const body: unknown = await (await proxy.fetch('/v1/models?limit=1000', { headers })).json();
    const data = valueAt(body, 'data');
    assert.ok(Array.isArray(data));
    return data;
  }

  const claude = { 'user-agent': 'claude-code/2.1.330', 'anthropic-version': '2023-06-01' };
  const idsOf = (models: readonly unknown[]) => models.map((model) => String(valueAt(model, 'id')));

  it('gives Claude Code the scenarios and the targets of their chains, under ids that its picker keeps', async () => {
    const ids = idsOf(await listed(claude));
    assert.ok(ids.every((id) => id.startsWith('claude-')));
    assert.ok(ids.includes('claude-switchyard/scenario:review'));
    assert.ok(ids.includes('claude-switchyard/scenario:longContext'));
    assert.deepEqual(
      ids.filter((id) => !id.includes('scenario:')),
      ['claude-switchyard/up/big', 'claude-switchyard/up/small'],
    );
  });

  it('tells Claude Code what a row stands for', async () => {
    const models = await listed(claude);
    const row = (id: string) => models.find((model) => valueAt(model, 'id') === id);
    const scenario = row('claude-switchyard/scenario:default');
    assert.equal(valueAt(scenario, 'display_name'), 'Switchyard scenario default');
    assert.equal(valueAt(scenario, 'description'), 'up/big > up/small > keyless/m');
    // A chain holds what its smallest model holds.
    assert.equal(valueAt(scenario, 'max_input_tokens'), 128_000);
    assert.equal(valueAt(scenario, 'max_tokens'), 32_000);
    const target = row('claude-switchyard/up/big');
    assert.equal(valueAt(target, 'display_name'), 'big (up)');
    assert.equal(valueAt(target, 'description'), '200,000 tokens, sees images');
  });

  it('gives other clients the plain ids, and every model that can be asked', async () => {
    for (const headers of [
      {},
      { 'anthropic-version': '2023-06-01', 'user-agent': 'Anthropic/JS 1.12.0' },
    ]) {
      const ids = idsOf(await listed(headers));
      assert.equal(ids[0], 'auto');
      for (const id of ['scenario:review', 'up/spare', 'demo/hello'])
        assert.ok(ids.includes(id), id);
      assert.ok(!ids.some((id) => id.startsWith('claude-') || id.startsWith('keyless/')));
    }
  });

  it('routes whatever it lists, by the id that it lists', async () => {
    const asked = async (model: string) => {
      const messages = [{ role: 'user', content: 'hi' }];
      const response = await proxy.post({ model, max_tokens: 100, stream: true, messages });
      await response.text();
      return [
        response.headers.get('x-switchyard-scenario'),
        response.headers.get('x-switchyard-target'),
      ];
    };
    for (const prefix of ['', 'claude-switchyard/']) {
      assert.deepEqual(await asked(`${prefix}scenario:review`), ['review', 'up/small']);
      assert.deepEqual(await asked(`${prefix}up/small`), ['requested', 'up/small']);
      // A variant that Claude Code writes behind a name for itself.
      assert.deepEqual(await asked(`${prefix}scenario:review[1m]`), ['review', 'up/small']);
    }
    assert.deepEqual(await asked('auto'), ['default', 'up/big']);
  });
});
