import assert from 'node:assert/strict';
import { createStreamEncoder } from '../../../../src/proxy/wire/anthropic';
import { collectMessage, type Message } from '../../../../src/proxy/wire/message';
import { noUsage, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { decodeStream } from '../../../support/decodeStream';
import { openaiChatSse } from '../../../support/openaiChatAnswers';
import { type Said, UPSTREAM_DIALECTS } from '../../../support/upstreamDialects';
import { codecOf, eventsOf } from './replay';

/** Type and content of each block. */
function said(message: Message | undefined): readonly unknown[] {
  return (message?.content ?? []).map((block) => {
    switch (block.type) {
      case 'text':
        return block.text;
      case 'thinking':
        return ['thinks', block.thinking];
      case 'tool_use':
        return [block.name, block.input];
      default:
        return block.type;
    }
  });
}

for (const { format, stream, whole, error, behindTheEnd } of UPSTREAM_DIALECTS) {
  const codec = codecOf(format);
  const read = (frames: readonly string[]) => eventsOf(codec, [Buffer.from(frames.join(''))]);
  const decode = (body: unknown) => codec.decodeMessage(body, 'asked', new Map());
  const typesOf = (events: readonly StreamEvent[]) => events.map((event) => event.type);

  describe(`every codec: ${format}`, () => {
    const answers: Readonly<
      Record<string, { answer: Said; expected: readonly unknown[]; stop: string }>
    > = {
      'a text': { answer: { text: 'Grüße 🌍' }, expected: ['Grüße 🌍'], stop: 'end_turn' },
      'an empty answer': { answer: {}, expected: [], stop: 'end_turn' },
      'thinking, then text': {
        answer: { thinking: 'Hm, well.', text: 'Yes.' },
        expected: [['thinks', 'Hm, well.'], 'Yes.'],
        stop: 'end_turn',
      },
      'thinking alone': {
        answer: { thinking: 'Hm, well.' },
        expected: [['thinks', 'Hm, well.']],
        stop: 'end_turn',
      },
      'text and two tool calls': {
        answer: {
          text: 'Look.',
          tools: [
            { id: 'a', name: 'Read', input: { path: '/ü', deep: [{ x: null }] } },
            { id: 'b', name: 'Bash', input: { command: 'ls "x"' } },
          ],
        },
        expected: [
          'Look.',
          ['Read', { path: '/ü', deep: [{ x: null }] }],
          ['Bash', { command: 'ls "x"' }],
        ],
        stop: 'tool_use',
      },
      'a tool call without arguments': {
        answer: { tools: [{ id: 'a', name: 'Now', input: {} }] },
        expected: [['Now', {}]],
        stop: 'tool_use',
      },
    };
    for (const [what, { answer, expected, stop }] of Object.entries(answers)) {
      it(`reads ${what}, streamed and whole`, async () => {
        for (const events of [await read(stream(answer)), decode(whole(answer))]) {
          const message = collectMessage(events);
          assert.deepEqual(said(message), expected);
          assert.equal(message?.stopReason, stop);
          assert.equal(message?.usage.inputTokens, 12);
          assert.equal(message?.usage.outputTokens, 7);
        }
      });

      it(`gives ${what} on to clients as it was`, async () => {
        const encoder = createStreamEncoder({ model: 'claude', inputTokens: 1 });
        const text = encoder.encode(await read(stream(answer)));
        const again = await eventsOf(codecOf('anthropic-messages'), [Buffer.from(text)]);
        assert.deepEqual(said(collectMessage(again)), expected);
      });
    }

    it('opens and closes every block before the next', async () => {
      const answer = answers['text and two tool calls']?.answer ?? {};
      let open = 0;
      for (const { type } of await read(stream(answer))) {
        open += type.endsWith('-start') && type !== 'message-start' ? 1 : 0;
        open -= type.endsWith('-end') && type !== 'message-end' ? 1 : 0;
        assert.ok(open === 0 || open === 1, type);
      }
    });

    it('reads nothing behind the end', async () => {
      const events = await read([
        ...stream({ text: 'Hi' }),
        behindTheEnd,
        ...stream({ text: 'Again' }),
      ]);
      assert.equal(events.at(-1)?.type, 'message-end');
      assert.equal(typesOf(events).filter((type) => type === 'message-end').length, 1);
    });

    it('tells an error in the stream and nothing after it', async () => {
      const frames = stream({ text: 'Hello' });
      const events = await read([...frames.slice(0, 3), error, ...frames.slice(3)]);
      const last = events.at(-1);
      assert.equal(last?.type === 'error' && last.error.message, 'Too busy');
      assert.equal(last?.type === 'error' && last.error.origin, 'upstream');
    });

    it('ends without an end when the body does', async () => {
      const frames = stream({ text: 'Hello' });
      for (
        let length = 0;
        length < frames.length - (format === 'openai-chat' ? 3 : 1);
        length += 1
      ) {
        const types = typesOf(await read(frames.slice(0, length)));
        assert.ok(!types.includes('message-end') && !types.includes('error'), String(length));
      }
    });

    it('tells a body that is no answer', async () => {
      const bodies = [
        { error: { message: 'Bad key', type: 'AuthError' } },
        {},
        [],
        'text',
        undefined,
        null,
      ];
      for (const body of bodies) {
        assert.deepEqual(typesOf(decode(body)), ['error']);
      }
      assert.deepEqual(typesOf(await read(['<html>Bad Gateway</html>'])), ['error']);
      assert.deepEqual(await read([]), []);
    });

    it('tells data that is not JSON', async () => {
      const events = await read([
        ...stream({ text: 'Hi' }).slice(0, 2),
        'event: x\ndata: {"choi\n\n',
      ]);
      const last = events.at(-1);
      assert.equal(last?.type === 'error' && last.error.origin, 'malformed');
    });

    it('lets errors of the connection through', async () => {
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield Buffer.from(stream({ text: 'Hi' })[0] ?? '');
        throw new Error('ECONNRESET');
      }
      await assert.rejects(async () => {
        for await (const step of decodeStream(codec, broken(), 'm', new Map())) {
          assert.ok(step.events.every((event) => event.type !== 'message-end'));
        }
      }, /ECONNRESET/);
    });
  });
}

describe('a Chat Completions stream', () => {
  it('is whole when the connection breaks behind the finish reason', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(openaiChatSse({ text: 'Hi' }, { usage: 'missing' }).slice(0, -1).join(''));
      throw new Error('ECONNRESET');
    }
    const types: string[] = [];
    for await (const step of decodeStream(codecOf('openai-chat'), broken(), 'm', new Map())) {
      types.push(...step.events.map((event) => event.type));
    }
    assert.equal(types.at(-1), 'message-end');
  });

  it('counts the cache keys of every vendor without counting twice', () => {
    const usages: readonly (readonly [object, object])[] = [
      [
        { prompt_tokens_details: { cached_tokens: 60, cache_write_tokens: 10 } },
        { inputTokens: 30, cacheReadTokens: 60, cacheWriteTokens: 10 },
      ],
      [{ cached_tokens: 60 }, { inputTokens: 40, cacheReadTokens: 60 }],
      [
        { prompt_cache_hit_tokens: 60, prompt_cache_miss_tokens: 40 },
        { inputTokens: 40, cacheReadTokens: 60 },
      ],
      [
        { prompt_tokens_details: { cached_tokens: 0, cache_creation_input_tokens: 25 } },
        { inputTokens: 75, cacheWriteTokens: 25 },
      ],
      [{ cached_tokens: 600 }, { inputTokens: 0, cacheReadTokens: 600 }],
    ];
    for (const [members, expected] of usages) {
      const usage = { prompt_tokens: 100, completion_tokens: 7, ...members };
      const body = { choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }], usage };
      const events = codecOf('openai-chat').decodeMessage(body, 'm', new Map());
      const message = collectMessage(events);
      assert.deepEqual(message?.usage, { ...noUsage, outputTokens: 7, ...expected });
    }
  });

  it('knows the finish reasons of every vendor', () => {
    const reasons: Readonly<Record<string, string>> = {
      stop: 'end_turn',
      eos: 'end_turn',
      end_turn: 'end_turn',
      novelty: 'end_turn',
      length: 'max_tokens',
      max_tokens: 'max_tokens',
      tool_calls: 'end_turn',
      content_filter: 'refusal',
      sensitive: 'refusal',
      model_context_window_exceeded: 'model_context_window_exceeded',
    };
    for (const [finish_reason, expected] of Object.entries(reasons)) {
      const body = { choices: [{ message: { content: 'Hi' }, finish_reason }] };
      const events = codecOf('openai-chat').decodeMessage(body, 'm', new Map());
      assert.equal(collectMessage(events)?.stopReason, expected, finish_reason);
    }
    for (const finish_reason of ['error', 'network_error', 'insufficient_system_resource']) {
      const body = { choices: [{ message: { content: 'Hi' }, finish_reason }] };
      const events = codecOf('openai-chat').decodeMessage(body, 'm', new Map());
      assert.equal(events.at(-1)?.type, 'error');
    }
  });
});
