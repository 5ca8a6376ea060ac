import assert from 'node:assert/strict';
import { Anthropic } from '@anthropic-ai/sdk';
import * as fc from 'fast-check';
import { createStreamEncoder } from '../../src/proxy/wire/anthropic';
import { codecs } from '../../src/proxy/wire/formats';
import { noUsage, type StreamEvent, type Usage } from '../../src/proxy/wire/streamEvent';
import { decodeStream } from '../support/decodeStream';
import { type Answer, anthropicAnswers, eventsOf } from './answers';
import { encodeAnthropic } from './encoders';
import { casesPlayed, holds } from './run';

/** What the official SDK makes of a body: the message, or the error that it throws. */
async function readBySdk(body: string | Uint8Array) {
  const client = new Anthropic({
    apiKey: 'not-a-key',
    maxRetries: 0,
    fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  });
  return client.messages
    .stream({ model: 'any', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] })
    .finalMessage();
}

type SdkMessage = Awaited<ReturnType<typeof readBySdk>>;

/** The content in the words of the answers; inputs as JSON, since that is all that reaches a tool. */
function contentOf(message: SdkMessage): readonly unknown[] {
  return message.content.map((block) => {
    switch (block.type) {
      case 'text':
        return { kind: 'text', text: block.text };
      case 'thinking':
        return { kind: 'thinking', text: block.thinking, signature: block.signature };
      case 'redacted_thinking':
        return { kind: 'redacted', data: block.data };
      case 'tool_use':
        return { kind: 'tool', id: block.id, name: block.name, input: JSON.stringify(block.input) };
      default:
        return { kind: block.type };
    }
  });
}

function contentOfAnswer(answer: Answer): readonly unknown[] {
  return answer.blocks.map((block) => {
    if (block.kind === 'redacted') return block;
    const text = block.pieces.join('');
    if (block.kind === 'text') return { kind: 'text', text };
    if (block.kind === 'thinking') return { kind: 'thinking', text, signature: block.signature };
    const { id, name } = block;
    return { kind: 'tool', id, name, input: JSON.stringify(JSON.parse(text === '' ? '{}' : text)) };
  });
}

const options = { model: 'told-model', inputTokens: 99 } as const;

const usageKeys = [
  ['input_tokens', 'inputTokens'],
  ['output_tokens', 'outputTokens'],
  ['cache_read_input_tokens', 'cacheReadTokens'],
  ['cache_creation_input_tokens', 'cacheWriteTokens'],
] as const;

function checkMessage(message: SdkMessage, answer: Answer): void {
  assert.deepEqual(contentOf(message), contentOfAnswer(answer));
  assert.equal(message.stop_reason, answer.stopReason);
  assert.equal(message.stop_sequence, answer.stopSequence);
  for (const [theirs, ours] of usageKeys) {
    assert.equal(typeof message.usage[theirs], 'number');
    // A zero is replaced by an estimate.
    if (answer.usage[ours] > 0) assert.equal(message.usage[theirs], answer.usage[ours]);
  }
}

function startUsageOf({ usage }: Answer): Usage {
  return { ...usage, outputTokens: 0 };
}

/** Any event at any time, as no decoder should ever send them. */
const anyEvents: fc.Arbitrary<readonly StreamEvent[]> = fc.array(
  fc.oneof(
    fc.constantFrom<StreamEvent>(
      { type: 'message-start', id: 'msg_1', model: 'm', usage: noUsage },
      { type: 'text-start' },
      { type: 'text-end' },
      { type: 'thinking-start' },
      { type: 'tool-end' },
      { type: 'tool-start', id: 'call_1', name: 'run' },
      // However often: the beginning of some JSON, which is all that decoders let through.
      { type: 'tool-delta', json: '{"a":' },
      { type: 'tool-delta', json: '{"b":' },
      { type: 'redacted-thinking', data: 'x' },
      { type: 'message-end', stopReason: 'tool_use', stopSequence: null, usage: noUsage },
      { type: 'message-end', stopReason: 'end_turn', stopSequence: null, usage: noUsage },
      { type: 'error', error: { origin: 'upstream', message: 'm', raw: '{}' } },
    ),
    fc.string().map((text): StreamEvent => ({ type: 'text-delta', text })),
    fc.string().map((text): StreamEvent => ({ type: 'thinking-delta', text })),
    fc.string().map((signature): StreamEvent => ({ type: 'thinking-end', signature })),
  ),
  { maxLength: 14 },
);

const runs = 2_000;
const timeoutMs = 60_000;

describe("the official SDK's stream parser", () => {
  it('accumulates what the encoder wrote to the same message', async () => {
    await holds(runs, anthropicAnswers, async (answer) => {
      const encoder = createStreamEncoder(options);
      const events = eventsOf(answer, startUsageOf(answer));
      const body = events.map((event) => encoder.encode([event])).join('');
      const message = await readBySdk(body);
      checkMessage(message, answer);
      assert.equal(message.model, options.model);
    });
  }).timeout(timeoutMs);

  it('accumulates what was passed through to the same message', async () => {
    await holds(runs, anthropicAnswers, async (answer) => {
      const codec = codecs['anthropic-messages'];
      assert.ok(codec !== undefined);
      async function* sent() {
        yield Buffer.from(encodeAnthropic(answer).join(''));
      }
      const passed: Uint8Array[] = [];
      for await (const step of decodeStream(codec, sent(), 'asked', new Map())) {
        if (step.bytes !== undefined) passed.push(step.bytes);
      }
      checkMessage(await readBySdk(Buffer.concat(passed)), answer);
    });
  }).timeout(timeoutMs);

  it('accepts whatever the encoder makes of events in any order', async () => {
    await holds(runs, anyEvents, async (events) => {
      const encoder = createStreamEncoder(options);
      const end = { stopReason: 'end_turn', stopSequence: null, usage: noUsage } as const;
      const body = encoder.encode([...events, { type: 'message-end', ...end }]);
      const message = await readBySdk(body);
      assert.equal(message.role, 'assistant');
      assert.equal(typeof message.usage.output_tokens, 'number');
      assert.notEqual(message.stop_reason, null);
    });
  }).timeout(timeoutMs);

  it('throws our own error, and no other, when an answer breaks off', async () => {
    const cases = fc.tuple(fc.oneof(anyEvents, anthropicAnswers), fc.nat());
    await holds(runs, cases, async ([source, at]) => {
      const events = 'blocks' in source ? eventsOf(source, startUsageOf(source)) : source;
      const begun = events
        .slice(0, at % (events.length + 1))
        .filter(({ type }) => type !== 'message-end');
      const encoder = createStreamEncoder(options);
      const body =
        encoder.encode(begun) + encoder.encodeError('api_error', 'the words of the proxy');
      assert.equal(encoder.encode([{ type: 'text-delta', text: 'late' }]), '');
      await assert.rejects(readBySdk(body), (error: unknown) => {
        assert.ok(error instanceof Anthropic.APIError, String(error));
        assert.match(error.message, /the words of the proxy/);
        return true;
      });
    });
  }).timeout(timeoutMs);

  after(() => {
    console.log(`      ${casesPlayed()} cases of all properties`);
  });
});
