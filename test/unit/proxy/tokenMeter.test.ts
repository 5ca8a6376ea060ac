import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { openaiChatText } from '../../support/openaiChatAnswers';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

describe('what upstreams tell of their token counts', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  beforeEach(async () => {
    upstream = await startScriptedUpstream();
    proxy = await startTestProxy({
      settings: {
        providers: {
          own: {
            baseUrl: upstream.url,
            credential: 'none',
            wireFormat: 'openai-chat',
            models: { small: { context: 13_500 }, large: { context: 200_000 }, other: {} },
          },
        },
        scenarios: { default: { models: ['own/small', 'own/large'] } },
      },
    });
  });
  afterEach(async () => {
    await proxy.close();
    await upstream.close();
  });

  /** About 10 000 tokens. */
  const prompt = 'The agent reads a file and changes its second line. '.repeat(900);
  const withText = (model: string) => ({
    model,
    max_tokens: 100,
    messages: [{ role: 'user', content: prompt }],
  });
  const image = {
    type: 'image',
    source: { type: 'base64', data: 'AAAA', media_type: 'image/png' },
  };
  const withImage = (model: string) => ({
    ...withText(model),
    messages: [{ role: 'user', content: [{ type: 'text', text: prompt }, image] }],
  });

  async function count(body: object): Promise<number> {
    const response = await proxy.post(body, { path: '/v1/messages/count_tokens?beta=true' });
    assert.equal(response.status, 200);
    const parsed: { input_tokens: number } = JSON.parse(await response.text());
    return parsed.input_tokens;
  }

  /** Three answers that say how many tokens the prompt had; most of them from a cache. */
  async function teach(promptTokens: number, body: object): Promise<void> {
    upstream.answerAlways(openaiChatText('fine', { promptTokens, cachedTokens: 4000 }));
    for (let turn = 0; turn < 3; turn += 1) {
      const response = await proxy.post({ ...body, stream: true });
      assert.equal(response.status, 200);
      await response.text();
    }
  }

  it('corrects count_tokens for the model that told, and for no other', async () => {
    const before = await count(withText('own/large'));
    assert.ok(before > 9000 && before < 11_000, String(before));
    await teach(Math.round(before * 1.3), withText('own/large'));
    const after = await count(withText('own/large'));
    assert.ok(Math.abs(after / before - 1.3) < 0.01, `${after} after ${before}`);
    assert.equal(await count(withText('own/other')), before);
  });

  it('counts for the first model of the chain when a client asks for a name of its own', async () => {
    const before = await count(withText('claude-opus-5-5'));
    await teach(Math.round(before * 1.1), withText('own/small'));
    assert.equal(await count(withText('claude-opus-5-5')), await count(withText('own/small')));
    assert.ok((await count(withText('claude-opus-5-5'))) > before * 1.05);
  });

  it('passes over a model whose window the request does not fit, as that model counts', async () => {
    await teach(13_000, withText('own/small'));
    upstream.answerAlways(openaiChatText('fine'));
    const response = await proxy.post(withText('claude-opus-5-5'));
    assert.equal(response.headers.get('x-switchyard-target'), 'own/large');
    assert.ok(
      proxy.logs.some((line) =>
        /skips own\/small: holds 13,500 tokens, the request needs 1[45],\d{3} /.test(line),
      ),
    );
  });

  it('tells the client the corrected estimate where the upstream counts nothing', async () => {
    const before = await count(withText('own/large'));
    await teach(Math.round(before * 1.3), withText('own/large'));
    upstream.answerAlways(openaiChatText('fine', { usage: 'missing' }));
    const response = await proxy.post({ ...withText('own/large'), stream: true });
    const told = /"input_tokens":(\d+)/.exec(await response.text())?.[1];
    assert.ok(Math.abs(Number(told) / before - 1.3) < 0.01, told);
  });

  it('learns nothing from requests with images', async () => {
    const before = await count(withText('own/large'));
    await teach(Math.round(before * 1.3), withImage('own/large'));
    assert.equal(await count(withText('own/large')), before);
  });

  it('counts images by the rule of the model that will see them', async () => {
    const imageCost = async (model: string) =>
      (await count(withImage(model))) - (await count(withText(model)));
    const claude = await imageCost('own/claude-opus-5-5');
    const gpt = await imageCost('own/gpt-6.1');
    assert.ok(claude > 1400 && claude < 1600, String(claude));
    assert.ok(gpt > 600 && gpt < 1400, String(gpt));
  });

  it('answers what Claude Code asks for /context: two dozen at once, most of them tiny', async () => {
    const file = path.resolve(__dirname, '../../fixtures/requests/count-tokens.json');
    const recorded: { body: object } = JSON.parse(readFileSync(file, 'utf8'));
    const tiny = {
      model: 'claude-opus-5-5',
      messages: [{ role: 'user', content: 'foo' }],
      tools: [],
    };
    const counts = await Promise.all(
      Array.from({ length: 26 }, (_, index) => count(index === 0 ? recorded.body : tiny)),
    );
    assert.ok((counts[0] ?? 0) > 500);
    assert.deepEqual(new Set(counts.slice(1)), new Set([5]));
    assert.equal(upstream.requests.length, 0);
  });
});
