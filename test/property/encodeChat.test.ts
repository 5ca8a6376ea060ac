import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import OpenAI from 'openai';
import { createChatClient } from '../../src/proxy/wire/chatClient';
import { collectMessage } from '../../src/proxy/wire/message';
import { noUsage, type StreamEvent } from '../../src/proxy/wire/streamEvent';
import { type Answer, chatAnswers, eventsOf } from './answers';
import { holds } from './run';

/** What the official SDK makes of a stream: the completion, or the error that it throws. */
async function readBySdk(body: string): Promise<OpenAI.ChatCompletion> {
  const client = new OpenAI({
    apiKey: 'not-a-key',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  });
  return client.chat.completions.stream({ model: 'any', messages: [] }).finalChatCompletion();
}

const options = { model: 'told-model', inputTokens: 99 } as const;

function clientThatWantsUsage() {
  const client = createChatClient();
  const stream_options = { include_usage: true };
  client.readRequest(Buffer.from(JSON.stringify({ model: 'm', messages: [], stream_options })));
  return client;
}

/** What a chat client can learn of an answer: one text, and its calls. */
function meaningOf({ choices: [choice] }: OpenAI.ChatCompletion) {
  const calls = (choice?.message.tool_calls ?? []).map((call) => {
    assert.equal(call.type, 'function');
    const { name, arguments: json } = call.function;
    return { id: call.id, name, input: JSON.stringify(JSON.parse(json)) };
  });
  return { text: choice?.message.content ?? '', calls };
}

function meaningOfAnswer({ blocks }: Answer) {
  const text = blocks.map((block) => (block.kind === 'text' ? block.pieces.join('') : ''));
  const calls = blocks.flatMap((block) => {
    if (block.kind !== 'tool') return [];
    const json = block.pieces.join('');
    const input = JSON.stringify(JSON.parse(json === '' ? '{}' : json));
    return [{ id: block.id, name: block.name, input }];
  });
  return { text: text.join(''), calls };
}

/** Any event at any time, as no decoder should ever send them. */
const anyEvents: fc.Arbitrary<readonly StreamEvent[]> = fc.array(
  fc.oneof(
    fc.constantFrom<StreamEvent>(
      { type: 'message-start', id: 'msg_1', model: 'm', usage: noUsage },
      { type: 'text-start' },
      { type: 'thinking-end', signature: 's' },
      { type: 'tool-start', id: 'call_1', name: 'run' },
      { type: 'tool-delta', json: '{"a":' },
      { type: 'tool-end' },
      { type: 'redacted-thinking', data: 'x' },
      { type: 'message-end', stopReason: 'tool_use', stopSequence: null, usage: noUsage },
      { type: 'error', error: { origin: 'upstream', message: 'm', raw: '{}' } },
    ),
    fc.string().map((text): StreamEvent => ({ type: 'text-delta', text })),
    fc.string().map((text): StreamEvent => ({ type: 'thinking-delta', text })),
  ),
  { maxLength: 14 },
);

const runs = 1_000;
const timeoutMs = 60_000;

describe("the openai SDK's stream parser", () => {
  it('accumulates what the encoder wrote to what the upstream meant, streamed and whole', async () => {
    await holds(runs, chatAnswers, async (answer) => {
      const events = eventsOf(answer, noUsage);
      const client = clientThatWantsUsage();
      const encoder = client.createStreamEncoder(options);
      const streamed = await readBySdk(events.map((event) => encoder.encode([event])).join(''));
      assert.deepEqual(meaningOf(streamed), meaningOfAnswer(answer));
      assert.equal(streamed.model, options.model);
      const message = collectMessage(events);
      assert.ok(message !== undefined);
      const whole: OpenAI.ChatCompletion = JSON.parse(client.encodeMessage(message, options));
      assert.deepEqual(meaningOf(whole), meaningOfAnswer(answer));
      assert.equal(whole.choices[0]?.finish_reason, streamed.choices[0]?.finish_reason);
      for (const { usage } of [streamed, whole]) {
        assert.equal(
          usage?.total_tokens,
          (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0),
        );
      }
    });
  }).timeout(timeoutMs);

  it('accepts whatever the encoder makes of events in any order', async () => {
    await holds(runs, anyEvents, async (events) => {
      const encoder = clientThatWantsUsage().createStreamEncoder(options);
      const end = { stopReason: 'end_turn', stopSequence: null, usage: noUsage } as const;
      const body = encoder.encode([...events, { type: 'message-end', ...end }]);
      const completion = await readBySdk(body);
      assert.ok(completion.choices[0]?.finish_reason);
      assert.equal(body.split('data: [DONE]').length, 2);
    });
  }).timeout(timeoutMs);

  it('throws our own error, and no other, when an answer breaks off', async () => {
    await holds(runs, fc.tuple(anyEvents, fc.nat()), async ([events, at]) => {
      const begun = events
        .slice(0, at % (events.length + 1))
        .filter(({ type }) => type !== 'message-end');
      const encoder = clientThatWantsUsage().createStreamEncoder(options);
      const body =
        encoder.encode(begun) + encoder.encodeError('api_error', 'the words of the proxy');
      await assert.rejects(readBySdk(body), (error: unknown) => {
        assert.ok(error instanceof OpenAI.APIError, String(error));
        assert.match(error.message, /the words of the proxy/);
        return true;
      });
    });
  }).timeout(timeoutMs);
});
