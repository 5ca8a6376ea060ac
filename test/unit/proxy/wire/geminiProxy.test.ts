import assert from 'node:assert/strict';
import {
  GEMINI_COST,
  type GeminiContent,
  geminiError,
  geminiEvent,
  geminiResponse,
  geminiSse,
  geminiStream,
} from '../../../support/geminiAnswers';
import {
  type Answer,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../../support/testProxy';

const model = 'gemini-4-argon';
const request = {
  model: 'claude',
  max_tokens: 1000,
  stream: true,
  tools: [{ name: 'Read', description: 'Reads', input_schema: { type: 'object' } }],
  messages: [{ role: 'user', content: 'Hi' }],
};
const first: GeminiContent = {
  text: 'Look.',
  toolCalls: [{ id: 'fc1', name: 'Read', input: { path: '/a' }, signature: 'c2ln' }],
};

describe('a Messages client and a Gemini upstream', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  let answer: Answer = geminiStream({ text: 'Hi' });
  before(async () => {
    upstream = await startScriptedUpstream(() => answer);
    proxy = await startTestProxy({
      settings: {
        providers: { 'opencode-go': { baseUrl: `${upstream.url}/v1` } },
        scenarios: { default: { models: [`opencode-go/${model}`] } },
      },
      keys: { opencode: 'sk-test' },
    });
  });
  after(async () => {
    await proxy.close();
    await upstream.close();
  });

  it('reach each other on the path and with the headers of the format', async () => {
    answer = { sse: [...geminiSse({ text: 'Hello' }), GEMINI_COST] };
    const text = await (await proxy.post(request)).text();
    assert.ok(text.trimEnd().endsWith('data: {"type":"message_stop"}'));
    assert.ok(!text.includes('cost'));
    const sent = upstream.requests.at(-1);
    assert.equal(sent?.path, `/v1/models/${model}:streamGenerateContent`);
    assert.equal(sent?.query, 'alt=sse');
    assert.equal(sent?.headers['x-goog-api-key'], 'sk-test');
    assert.equal(sent?.headers.authorization, undefined);
    answer = geminiResponse({ text: 'Hello' });
    const whole = await (await proxy.post({ ...request, stream: false })).text();
    assert.ok(whole.includes('"text":"Hello"'));
    assert.equal(upstream.requests.at(-1)?.path, `/v1/models/${model}:generateContent`);
  });

  it('keep the signature of a call over the tool loop, streamed and whole', async () => {
    for (const stream of [true, false]) {
      answer = stream ? geminiStream(first) : geminiResponse(first);
      const body = await (await proxy.post({ ...request, stream })).text();
      const signature = /sw-gemini:[^"]+/.exec(body)?.[0] ?? '';
      assert.ok(body.includes('"tool_use"') && signature !== '');
      answer = stream ? geminiStream({ text: 'Y' }) : geminiResponse({ text: 'Y' });
      const content = [
        { type: 'text', text: 'Look.' },
        { type: 'thinking', thinking: '', signature },
        { type: 'tool_use', id: 'fc1', name: 'Read', input: { path: '/a' } },
      ];
      const result = { type: 'tool_result', tool_use_id: 'fc1', content: 'ok' };
      const messages = [
        ...request.messages,
        { role: 'assistant', content },
        { role: 'user', content: [result] },
      ];
      assert.match(await (await proxy.post({ ...request, stream, messages })).text(), /"Y"/);
      const contents = valueAt(upstream.requests.at(-1)?.body, 'contents');
      assert.equal(valueAt(contents, 1, 'parts', 1, 'thoughtSignature'), 'c2ln');
      assert.equal(valueAt(contents, 2, 'parts', 0, 'functionResponse', 'id'), 'fc1');
    }
  });

  it('read an answer that came as an array, asked for as a stream or not', async () => {
    const { body } = geminiResponse({ text: 'Hello' });
    for (const stream of [true, false]) {
      answer = { status: 200, body: [body] };
      const text = await (await proxy.post({ ...request, stream })).text();
      assert.ok(text.includes('Hello') && text.includes('end_turn'));
    }
  });

  it('agree on errors before and after the first word', async () => {
    const error = geminiError(
      400,
      'INVALID_ARGUMENT',
      'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    );
    for (const body of [error, [error]]) {
      answer = { status: 400, body };
      const refused = await proxy.post(request);
      assert.equal(refused.status, 400);
      assert.match(await refused.text(), /prompt is too long/);
    }
    answer = { sse: [...geminiSse({ text: 'Hello' }).slice(0, 2), geminiEvent(error)] };
    const broken = await (await proxy.post(request)).text();
    assert.match(broken, /event: error/);
    assert.ok(!broken.includes('message_stop'));
  });
});
