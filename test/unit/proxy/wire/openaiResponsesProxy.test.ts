import assert from 'node:assert/strict';
import { objectAt, parseJson, stringAt } from '../../../../src/proxy/wire/json';
import {
  RESPONSES_COST,
  type ResponsesContent,
  responsesErrorEvent,
  responsesSse,
  responsesText,
  responsesWhole,
} from '../../../support/openaiResponsesAnswers';
import {
  type Answer,
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../../support/testProxy';

const model = 'gpt-6-luna';
const request = {
  model: 'claude',
  max_tokens: 1000,
  stream: true,
  tools: [{ name: 'Read', description: 'Reads', input_schema: { type: 'object' } }],
  messages: [{ role: 'user', content: 'Hi' }],
};
const first: ResponsesContent = {
  reasoning: 'Hm.',
  encrypted: 'gAAAA',
  text: 'Look.',
  toolCalls: [{ id: 'call_1', name: 'Read', input: { path: '/a' } }],
};

describe('a Messages client and a Responses upstream', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  let answer: Answer = responsesText('Hi');
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
    answer = { sse: [...responsesSse({ text: 'Hello' }), RESPONSES_COST] };
    const response = await proxy.post(request, { headers: { 'x-claude-code-session-id': 's-1' } });
    const text = await response.text();
    assert.match(text, /"text":"Hello"|"text":"Hel"/);
    assert.ok(text.trimEnd().endsWith('data: {"type":"message_stop"}'));
    const sent = upstream.requests.at(-1);
    assert.equal(sent?.path, '/v1/responses');
    assert.equal(sent?.headers.authorization, 'Bearer sk-test');
    assert.equal(sent?.headers['x-opencode-session'], 's-1');
    assert.equal(valueAt(sent?.body, 'prompt_cache_key'), 's-1');
    assert.deepEqual(valueAt(sent?.body, 'include'), ['reasoning.encrypted_content']);
  });

  it('keep the reasoning over a tool call, streamed and whole', async () => {
    for (const stream of [true, false]) {
      answer = stream ? { sse: responsesSse(first) } : responsesWhole(first);
      const body = await (await proxy.post({ ...request, stream })).text();
      const signature = /sw-responses:[\w-]+/.exec(body)?.[0] ?? '';
      assert.ok(body.includes('"tool_use"') && signature !== '');
      answer = stream ? responsesText('Done') : responsesWhole({ text: 'Done' });
      const content = [
        { type: 'thinking', thinking: 'Hm.', signature },
        { type: 'text', text: 'Look.' },
        { type: 'tool_use', id: 'call_1', name: 'Read', input: { path: '/a' } },
      ];
      const result = { type: 'tool_result', tool_use_id: 'call_1', content: 'ok' };
      const messages = [
        ...request.messages,
        { role: 'assistant', content },
        { role: 'user', content: [result] },
      ];
      assert.match(
        await (await proxy.post({ ...request, stream, messages })).text(),
        /Done|"text":"ne"/,
      );
      const input = valueAt(upstream.requests.at(-1)?.body, 'input');
      assert.equal(valueAt(input, 1, 'encrypted_content'), 'gAAAA');
      assert.equal(valueAt(input, 3, 'call_id'), 'call_1');
      assert.equal(valueAt(input, 4, 'output'), 'ok');
    }
  });

  it('agree on errors inside a stream before and after the first word', async () => {
    const words = 'Your input exceeds the context window of this model.';
    const overflow = responsesErrorEvent('context_length_exceeded', words);
    answer = { sse: [...responsesSse({ text: 'Hi' }).slice(0, 2), overflow] };
    const refused = await proxy.post(request);
    assert.equal(refused.status, 400);
    const error = objectAt(parseJson(await refused.text()), 'error');
    assert.match(stringAt(error, 'message') ?? '', /prompt is too long/);
    answer = { sse: [...responsesSse({ text: 'Hello' }).slice(0, 5), overflow] };
    const broken = await (await proxy.post(request)).text();
    assert.match(broken, /event: error/);
    assert.ok(!broken.includes('message_stop'));
  });
});
