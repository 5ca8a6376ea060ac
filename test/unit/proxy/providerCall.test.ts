// What the settings of a provider add to its calls, and the gateways of docs/providers.md as they are written there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseSettings } from '../../../src/config/schema';
import { keyMark, settingsHeaders, urlOf } from '../../../src/proxy/providerCall';
import { mergeProviders } from '../../../src/proxy/providers';
import type { Provider, ProviderSettings } from '../../../src/proxy/types';
import { anthropicMessage } from '../../support/anthropicAnswers';
import { openaiChatCompletion } from '../../support/openaiChatAnswers';
import { responsesWhole } from '../../support/openaiResponsesAnswers';
import {
  type RecordedRequest,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

const key = 'sk-gateway-0123456789abcdef';

function provider(settings: ProviderSettings): Provider {
  const merged = mergeProviders({ p: { baseUrl: 'https://p.invalid/v1', ...settings } }).get('p');
  assert.ok(merged !== undefined);
  return merged;
}

describe('the URL of a call', () => {
  it('is base URL and path where the settings name no query', () => {
    assert.equal(urlOf(provider({}), '/messages'), 'https://p.invalid/v1/messages');
  });

  it('has the query of the settings behind that of the path, both encoded', () => {
    const own = provider({ query: { 'api-version': '2024-10-21', team: 'a&b=ü' } });
    assert.equal(
      urlOf(own, '/x'),
      'https://p.invalid/v1/x?api-version=2024-10-21&team=a%26b%3D%C3%BC',
    );
    assert.equal(
      urlOf(own, '/x?alt=sse'),
      'https://p.invalid/v1/x?alt=sse&api-version=2024-10-21&team=a%26b%3D%C3%BC',
    );
  });
});

describe('the headers of the settings', () => {
  const own = provider({ headers: { 'X-Team': 'platform', 'Api-Key': `k=${keyMark}` } });

  it('have lower-case names, and the key in place of its mark', () => {
    assert.deepEqual(settingsHeaders(own, 'abc'), { 'x-team': 'platform', 'api-key': 'k=abc' });
  });

  it('are left out where they want a key that is not there', () => {
    assert.deepEqual(settingsHeaders(own, undefined), { 'x-team': 'platform' });
  });
});

describe('a call with the headers and query of the settings', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream(({ path: asked }) => {
      if (asked.endsWith('/messages')) return anthropicMessage([{ type: 'text', text: 'hi' }]);
      if (asked.endsWith('/responses')) return responsesWhole({ text: 'hi' });
      return openaiChatCompletion({ text: 'hi' });
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  async function call(
    id: string,
    settings: ProviderSettings,
    model = 'm',
  ): Promise<RecordedRequest> {
    proxy = await startTestProxy({
      settings: { providers: { [id]: settings } },
      keys: { [id]: key },
    });
    const messages = [{ role: 'user', content: 'hi' }];
    const response = await proxy.post({ model: `${id}/${model}`, max_tokens: 10, messages });
    assert.equal(response.status, 200, await response.text());
    const request = upstream.requests.at(-1);
    assert.ok(request !== undefined);
    return request;
  }

  for (const wireFormat of ['openai-chat', 'openai-responses', 'anthropic-messages'] as const) {
    it(`carries the key once, in the header that the settings name (${wireFormat})`, async () => {
      const headers = { 'x-own-key': `Key ${keyMark}` };
      const sent = await call('own', { baseUrl: upstream.url, wireFormat, headers });
      assert.equal(sent.headers['x-own-key'], `Key ${key}`);
      assert.equal(JSON.stringify(sent.headers).split(key).length, 2);
    });
  }

  it('carries the key as usual beside headers that do not name it', async () => {
    const headers = { 'x-team': 'platform', 'user-agent': 'ours/1.0' };
    const sent = await call('own', { baseUrl: upstream.url, headers });
    assert.equal(sent.headers.authorization, `Bearer ${key}`);
    assert.equal(sent.headers['x-team'], 'platform');
    assert.equal(sent.headers['user-agent'], 'ours/1.0');
  });

  it('is made in the same way to check a key', async () => {
    proxy = await startTestProxy({
      settings: {
        providers: {
          openai: {
            baseUrl: upstream.url,
            headers: { 'api-key': keyMark, 'x-team': 'platform' },
            query: { 'api-version': 'v1' },
          },
        },
      },
    });
    assert.equal((await proxy.proxy.checkKey('openai', key)).outcome, 'accepted');
    const [sent] = upstream.requests;
    assert.deepEqual([sent?.path, sent?.query], ['/models', 'api-version=v1']);
    assert.equal(sent?.headers['api-key'], key);
    assert.equal(sent?.headers['x-team'], 'platform');
    assert.equal(sent?.headers.authorization, undefined);
  });

  describe('to the gateways of docs/providers.md', () => {
    const gateways = readGateways();
    const calls: readonly (readonly [string, Partial<Record<'path' | 'query', string>>, object])[] =
      [
        [
          'azure',
          { path: '/openai/v1/responses', query: 'api-version=preview' },
          { 'api-key': key, authorization: undefined },
        ],
        [
          'bedrock',
          { path: '/openai/v1/chat/completions', query: '' },
          { authorization: `Bearer ${key}` },
        ],
        [
          'company',
          { path: '/v1/messages', query: '' },
          {
            'x-team': 'platform',
            'x-gateway-authorization': `Bearer ${key}`,
            'x-api-key': undefined,
            authorization: undefined,
          },
        ],
      ];

    it('covers every example', () => {
      assert.deepEqual(
        Object.keys(gateways),
        calls.map(([id]) => id),
      );
    });

    for (const [id, where, headers] of calls) {
      it(`is what ${id} wants`, async () => {
        const settings = gateways[id];
        assert.ok(settings?.baseUrl !== undefined);
        const baseUrl = upstream.url + new URL(settings.baseUrl).pathname;
        const [model] = Object.keys(settings.models ?? {});
        const sent = await call(id, { ...settings, baseUrl }, model);
        assert.deepEqual({ path: sent.path, query: sent.query }, where);
        for (const [name, value] of Object.entries(headers)) {
          assert.equal(sent.headers[name], value, name);
        }
      });
    }
  });
});

/** The providers of the example in docs/providers.md, as the settings' own parser reads them. */
function readGateways(): Readonly<Record<string, ProviderSettings>> {
  const page = readFileSync(path.resolve(__dirname, '../../../docs/providers.md'), 'utf8');
  const block = /<!-- gateways -->\n```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { settings, problems } = parseSettings(
    JSON.parse(`{${block.replaceAll(/^\s*\/\/.*$/gm, '')}}`),
  );
  assert.deepEqual(problems, []);
  return settings.providers;
}
