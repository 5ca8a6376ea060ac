import assert from 'node:assert/strict';
import OpenAI from 'openai';
import { wireFormats } from '../../../../src/proxy/types';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../../../support/testProxy';
import { dialects, usage } from './chatClientDialects';

const text = 'Ünïcode and 🧵: here is what I found.';
const reasoning = 'Let me think about it.';
const toolCalls = [
  { id: 'call_one', name: 'read', input: { path: '/a b', lines: [1, 2], quote: '"ü"' } },
  { id: 'call_two', name: 'list', input: {} },
];
const tools = toolCalls.map(({ name }) => ({
  type: 'function' as const,
  function: { name, description: `Tool ${name}`, parameters: { type: 'object', properties: {} } },
}));
const ask = {
  model: 'gpt-6',
  messages: [{ role: 'user' as const, content: 'What is in /a?' }],
  tools,
};

for (const wireFormat of wireFormats) {
  const { stream, whole } = dialects[wireFormat];

  describe(`the openai SDK and a model that speaks ${wireFormat}`, () => {
    let upstream: ScriptedUpstream;
    let proxy: TestProxy;
    let sdk: OpenAI;

    beforeEach(async () => {
      upstream = await startScriptedUpstream();
      proxy = await startTestProxy({
        settings: {
          providers: { own: { baseUrl: upstream.url, credential: 'none', wireFormat } },
          scenarios: { default: { models: ['own/the-model'] } },
        },
      });
      sdk = new OpenAI({ apiKey: testToken, baseURL: `${proxy.url}/v1` });
    });
    afterEach(async () => {
      await proxy.close();
      await upstream.close();
    });

    it('streams reasoning, text, two tool calls and usage, as its stream helper reads them', async () => {
      upstream.answerAlways(stream({ reasoning, text, toolCalls }));
      const runner = sdk.chat.completions.stream({
        ...ask,
        stream_options: { include_usage: true },
      });
      let thought = '';
      const heard: string[] = [];
      runner.on('chunk', (chunk) => {
        const piece = valueAt(chunk, 'choices', 0, 'delta', 'reasoning_content');
        thought += typeof piece === 'string' ? piece : '';
      });
      runner.on('content', (piece) => heard.push(piece));
      const completion = await runner.finalChatCompletion();
      assert.equal(thought, reasoning);
      assert.equal(heard.join(''), text);
      assert.equal(completion.model, 'the-model');
      assertAnswer(completion);
    });

    it('gives the same answer whole', async () => {
      upstream.answerAlways(whole({ reasoning, text, toolCalls }));
      const completion = await sdk.chat.completions.create(ask);
      assert.equal(valueAt(completion, 'choices', 0, 'message', 'reasoning_content'), reasoning);
      assertAnswer(completion);
    });

    it('runs the loop of its tool runner: the result goes back behind its own call', async () => {
      upstream.answer(stream({ toolCalls: toolCalls.slice(0, 1) }), stream({ text: 'Done.' }));
      const runner = sdk.chat.completions.runTools({
        ...ask,
        stream: true,
        tools: [
          {
            type: 'function',
            function: {
              name: 'read',
              description: 'Reads a file',
              parameters: { type: 'object', properties: {} },
              function: (json: string) => `result of ${json.length} letters`,
            },
          },
        ],
      });
      assert.equal(await runner.finalContent(), 'Done.');
      assert.equal(upstream.requests.length, 2);
      assert.match(upstream.requests[1]?.text ?? '', /result of \d+ letters/);
    });
  });
}

function assertAnswer(completion: OpenAI.ChatCompletion): void {
  const [choice] = completion.choices;
  assert.equal(choice?.finish_reason, 'tool_calls');
  assert.equal(choice.message.content, text);
  const calls = (choice.message.tool_calls ?? []).flatMap((call) =>
    call.type === 'function'
      ? [{ id: call.id, name: call.function.name, input: JSON.parse(call.function.arguments) }]
      : [],
  );
  assert.deepEqual(calls, toolCalls);
  const { usage: told } = completion;
  assert.equal(told?.prompt_tokens, usage.input + usage.cached);
  assert.equal(told.prompt_tokens_details?.cached_tokens, usage.cached);
  assert.equal(told.completion_tokens, usage.output);
  assert.equal(told.total_tokens, usage.input + usage.cached + usage.output);
}
