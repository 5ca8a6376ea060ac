import assert from 'node:assert/strict';
import { createChatClient } from '../../../../src/proxy/wire/chatClient';
import { parseJson } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { noUsage, type StopReason, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { valueAt } from '../../../support/scriptedUpstream';
import { arrayOf, objectOf, readBy } from './requests';

const start: StreamEvent = { type: 'message-start', id: 'resp_1', model: 'x', usage: noUsage };

function end(stopReason: StopReason, usage = noUsage): StreamEvent {
  return { type: 'message-end', stopReason, stopSequence: null, usage };
}

function said(text: string): readonly StreamEvent[] {
  return [{ type: 'text-start' }, { type: 'text-delta', text }, { type: 'text-end' }];
}

function thought(text: string): readonly StreamEvent[] {
  return [
    { type: 'thinking-start' },
    { type: 'thinking-delta', text },
    { type: 'thinking-end', signature: 's' },
  ];
}

function called(id: string, ...pieces: readonly string[]): readonly StreamEvent[] {
  return [
    { type: 'tool-start', id, name: 'look' },
    ...pieces.map((json): StreamEvent => ({ type: 'tool-delta', json })),
    { type: 'tool-end' },
  ];
}

function clientFor(includeUsage: boolean) {
  const client = createChatClient();
  const messages = [{ role: 'user', content: 'Hi' }];
  const stream_options = { include_usage: includeUsage };
  readBy(client, JSON.stringify({ model: 'm', messages, stream: true, stream_options }));
  return client;
}

function streamed(events: readonly StreamEvent[], includeUsage = false): string {
  const encoder = clientFor(includeUsage).createStreamEncoder({ model: 'glm', inputTokens: 42 });
  return events.map((event) => encoder.encode([event])).join('');
}

/** The data of each frame; `[DONE]` as it is. */
function chunksOf(text: string): readonly unknown[] {
  assert.ok(text.endsWith('\n\n'));
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((frame) => {
      assert.ok(frame.startsWith('data: '), frame);
      const data = frame.slice('data: '.length);
      return data === '[DONE]' ? data : parseJson(data);
    });
}

function deltasOf(chunks: readonly unknown[]): readonly unknown[] {
  return chunks.flatMap((chunk) => valueAt(chunk, 'choices', 0, 'delta') ?? []);
}

describe('a Chat Completions stream', () => {
  it('gives the role first, then each delta, the finish reason, and [DONE]', () => {
    const chunks = chunksOf(streamed([start, ...thought('Hm'), ...said('Hello'), end('end_turn')]));
    assert.deepEqual(deltasOf(chunks), [
      { role: 'assistant', content: '' },
      { reasoning_content: 'Hm' },
      { content: 'Hello' },
      {},
    ]);
    assert.equal(chunks.at(-1), '[DONE]');
    const reasons = chunks
      .slice(0, -1)
      .map((chunk) => valueAt(chunk, 'choices', 0, 'finish_reason'));
    assert.deepEqual(reasons, [null, null, null, 'stop']);
    for (const chunk of chunks.slice(0, -1)) {
      const { id, object, model, created } = objectOf(chunk);
      assert.deepEqual([id, object, model], ['resp_1', 'chat.completion.chunk', 'glm']);
      assert.ok(Number.isInteger(created));
      assert.ok(!Object.hasOwn(objectOf(chunk), 'usage'));
    }
  });

  it('counts its tool calls, names each once, and gives {} for one without arguments', () => {
    const events = [...said('A'), ...called('call_1', '{"a"', ':1}'), ...called('call_2')];
    const chunks = chunksOf(streamed([start, ...events, end('tool_use')]));
    const named = (index: number, id: string) => ({
      index,
      id,
      type: 'function',
      function: { name: 'look', arguments: '' },
    });
    assert.deepEqual(
      deltasOf(chunks).flatMap((delta) => valueAt(delta, 'tool_calls') ?? []),
      [
        named(0, 'call_1'),
        { index: 0, function: { arguments: '{"a"' } },
        { index: 0, function: { arguments: ':1}' } },
        named(1, 'call_2'),
        { index: 1, function: { arguments: '{}' } },
      ],
    );
    assert.equal(valueAt(chunks.at(-2), 'choices', 0, 'finish_reason'), 'tool_calls');
  });

  it('tells the usage in a chunk of its own, and only to who asked', () => {
    const usage = { inputTokens: 5, outputTokens: 7, cacheReadTokens: 20, cacheWriteTokens: 3 };
    const chunks = chunksOf(streamed([start, ...said('A'), end('end_turn', usage)], true));
    assert.deepEqual(objectOf(chunks[0])['usage'], null);
    assert.deepEqual(objectOf(chunks.at(-2))['choices'], []);
    assert.deepEqual(objectOf(chunks.at(-2))['usage'], {
      prompt_tokens: 28,
      completion_tokens: 7,
      total_tokens: 35,
      prompt_tokens_details: { cached_tokens: 20 },
    });
  });

  it('estimates what the upstream does not count: usage is always numbers', () => {
    const chunks = chunksOf(streamed([start, ...said('12345678'), end('end_turn')], true));
    const usage = objectOf(objectOf(chunks.at(-2))['usage']);
    assert.equal(usage['prompt_tokens'], 42);
    assert.equal(usage['completion_tokens'], 2);
    assert.equal(usage['total_tokens'], 44);
  });

  it('is whole even when the upstream says nothing at all', () => {
    const chunks = chunksOf(streamed([end('end_turn')]));
    assert.deepEqual(deltasOf(chunks), [{ role: 'assistant', content: '' }, {}]);
    assert.match(String(objectOf(chunks[0])['id']), /^chatcmpl-[0-9a-f]{32}$/);
  });

  it('begins once and ends once', () => {
    const text = streamed([
      start,
      start,
      ...said('A'),
      end('end_turn'),
      ...said('B'),
      end('end_turn'),
    ]);
    assert.equal(text.split('"role"').length, 2);
    assert.equal(text.split('[DONE]').length, 2);
    assert.ok(!text.includes('"B"'));
  });

  it('ends with an error in place of [DONE], and says nothing more', () => {
    const encoder = clientFor(true).createStreamEncoder({ model: 'glm', inputTokens: 1 });
    encoder.encode([start, ...said('A')]);
    assert.equal(encoder.isFinished, false);
    const chunks = chunksOf(encoder.encodeError('overloaded_error', 'Too busy.'));
    assert.deepEqual(chunks, [
      {
        error: {
          message: 'Too busy.',
          type: 'server_error',
          param: null,
          code: 'server_overloaded',
        },
      },
    ]);
    assert.equal(encoder.isFinished, true);
    assert.equal(encoder.encodeError('api_error', 'Again') + encoder.encode([end('end_turn')]), '');
  });

  const reasons: readonly (readonly [StopReason, string])[] = [
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    // Without any call, a client would wait for one.
    ['tool_use', 'stop'],
  ];
  for (const [reason, expected] of reasons) {
    it(`tells ${reason} as ${expected}, streamed and whole`, () => {
      const events = [start, ...said('A'), end(reason)];
      const chunks = chunksOf(streamed(events));
      assert.equal(valueAt(chunks.at(-2), 'choices', 0, 'finish_reason'), expected);
      assert.equal(valueAt(whole(events), 'choices', 0, 'finish_reason'), expected);
    });
  }
});

function whole(events: readonly StreamEvent[]): unknown {
  const message = collectMessage(events);
  assert.ok(message);
  return parseJson(createChatClient().encodeMessage(message, { model: 'glm', inputTokens: 42 }));
}

describe('a whole chat completion', () => {
  it('holds reasoning, text and calls', () => {
    const completion = whole([
      start,
      ...thought('Hm'),
      ...said('Hello'),
      ...called('call_1', '{"a":1}'),
      end('end_turn'),
    ]);
    assert.deepEqual(arrayOf(objectOf(completion)['choices']), [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: 'Hello',
          refusal: null,
          reasoning_content: 'Hm',
          tool_calls: [
            { id: 'call_1', type: 'function', function: { name: 'look', arguments: '{"a":1}' } },
          ],
        },
        logprobs: null,
        finish_reason: 'tool_calls',
      },
    ]);
    assert.equal(valueAt(completion, 'object'), 'chat.completion');
    assert.equal(valueAt(completion, 'model'), 'glm');
    assert.equal(valueAt(completion, 'usage', 'prompt_tokens'), 42);
  });

  it('has null for the content of nothing but calls, and "" for nothing at all', () => {
    const calls = whole([start, ...called('call_1'), end('tool_use')]);
    assert.equal(valueAt(calls, 'choices', 0, 'message', 'content'), null);
    assert.equal(valueAt(whole([start, end('end_turn')]), 'choices', 0, 'message', 'content'), '');
  });
});

describe('an error of a Chat Completions answer', () => {
  const names: readonly (readonly [ours: string, type: string, code: string | null])[] = [
    ['invalid_request_error', 'invalid_request_error', null],
    ['authentication_error', 'authentication_error', 'invalid_api_key'],
    ['billing_error', 'insufficient_quota', 'insufficient_quota'],
    ['not_found_error', 'not_found_error', 'model_not_found'],
    ['rate_limit_error', 'requests', 'limit_reached'],
    ['api_error', 'server_error', null],
    ['constructor', 'constructor', null],
  ];
  it('has none of the words by which opencode retries where no retry can help', () => {
    const client = createChatClient();
    for (const type of [
      'authentication_error',
      'billing_error',
      'permission_error',
      'rate_limit_error',
    ]) {
      const words = /rate.?limit|too many requests|overloaded|server.?error|internal.?error/i;
      assert.doesNotMatch(client.errorBody(type, ''), words);
    }
  });
  for (const [ours, type, code] of names) {
    it(`names ${ours} as ${type}`, () => {
      assert.deepEqual(parseJson(createChatClient().errorBody(ours, 'What happened.')), {
        error: { message: 'What happened.', type, param: null, code },
      });
    });
  }
});
