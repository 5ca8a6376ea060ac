import assert from 'node:assert/strict';
import { geminiResponse } from '../../support/geminiAnswers';
import { openaiChatCompletion, openaiChatText } from '../../support/openaiChatAnswers';
import { responsesWhole } from '../../support/openaiResponsesAnswers';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy } from '../../support/testProxy';

/** Text, and a call whose input is no object. */
const content = { text: 'Half', toolCalls: [{ id: 'a', name: 'Read', input: [1] }] };
const cases = [
  ['openai-chat', openaiChatCompletion(content).body, 'an object'],
  ['openai-responses', responsesWhole(content).body, 'an object'],
  ['gemini', geminiResponse(content).body, 'an object'],
  ['gemini', [geminiResponse(content).body], 'a list'],
] as const;

describe('a stream request that is answered with a JSON body', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy | undefined;
  beforeEach(async () => {
    upstream = await startScriptedUpstream();
  });
  afterEach(async () => {
    await proxy?.close();
    await upstream.close();
  });

  for (const [wireFormat, body, form] of cases) {
    it(`is served by the next model when the body is broken behind its first words (${wireFormat}, ${form})`, async () => {
      const provider = { baseUrl: upstream.url, credential: 'none' };
      proxy = await startTestProxy({
        settings: {
          providers: {
            broken: { ...provider, wireFormat },
            sound: { ...provider, wireFormat: 'openai-chat' },
          },
          scenarios: { default: { models: ['broken/m', 'sound/m'] } },
        },
      });
      upstream.answer({ status: 200, body });
      upstream.answerAlways(openaiChatText('Whole'));
      const response = await proxy.post({
        model: 'claude',
        max_tokens: 100,
        stream: true,
        messages: [{ role: 'user', content: 'Hi' }],
      });
      const text = await response.text();
      assert.equal(upstream.requests.length, 2);
      assert.ok(text.includes('message_stop') && !text.includes('Half'), text);
    });
  }
});
