import assert from 'node:assert/strict';
import { arrayAt, objectAt, parseJson, stringAt } from '../../../../src/proxy/wire/json';
import { createResponsesClient } from '../../../../src/proxy/wire/responsesClient';
import { noUsage, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { objectOf, readBy } from './requests';

const options = { model: 'the-model', inputTokens: 40 };

/** The codec after a request with these members. */
function clientAfter(members: object = {}) {
  const client = createResponsesClient();
  const read = readBy(client, JSON.stringify({ model: 'm', input: 'Hi', ...members }));
  assert.ok(read.ok);
  return client;
}

/** The data of every event; the event's name must be its type, and the numbers must be without a gap. */
function framesOf(sse: string) {
  const blocks = sse.split('\n\n').slice(0, -1);
  return blocks.map((block, index) => {
    const [, name, json = ''] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
    const data = objectOf(parseJson(json));
    assert.equal(data['type'], name);
    assert.equal(data['sequence_number'], index);
    return data;
  });
}

function streamed(events: readonly StreamEvent[], members: object = {}) {
  const encoder = clientAfter(members).createStreamEncoder(options);
  const frames = framesOf(events.map((event) => encoder.encode([event])).join(''));
  return {
    encoder,
    frames,
    types: frames.map((frame) => stringAt(frame, 'type')?.replace('response.', '')),
    /** Of the last event. */
    response: objectAt(frames.at(-1), 'response') ?? {},
  };
}

const start: StreamEvent = { type: 'message-start', id: 'msg_1', model: 'x', usage: noUsage };

function end(stopReason: 'end_turn' | 'tool_use' | 'max_tokens' | 'refusal'): StreamEvent {
  const usage = { inputTokens: 10, cacheReadTokens: 80, cacheWriteTokens: 5, outputTokens: 7 };
  return { type: 'message-end', stopReason, stopSequence: null, usage };
}

const text: readonly StreamEvent[] = [
  { type: 'text-start' },
  { type: 'text-delta', text: 'Hel' },
  { type: 'text-delta', text: 'lo' },
  { type: 'text-end' },
];
const thinking: readonly StreamEvent[] = [
  { type: 'thinking-start' },
  { type: 'thinking-delta', text: 'Hm.' },
  { type: 'thinking-end', signature: 'sig' },
];

function tool(name: string, ...pieces: readonly string[]): readonly StreamEvent[] {
  return [
    { type: 'tool-start', id: 'call_1', name },
    ...pieces.map((json): StreamEvent => ({ type: 'tool-delta', json })),
    { type: 'tool-end' },
  ];
}

describe('writing a Responses stream', () => {
  it('writes a text as the exact sequence of events', () => {
    const { frames, types, response } = streamed([start, ...text, end('end_turn')]);
    assert.deepEqual(types, [
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ]);
    assert.equal(frames[6]?.['text'], 'Hello');
    assert.equal(response['status'], 'completed');
    assert.equal(response['model'], 'the-model');
    assert.equal(stringAt(arrayAt(arrayAt(response, 'output')[0], 'content')[0], 'text'), 'Hello');
  });

  it('counts what was cached as input', () => {
    const { response } = streamed([start, ...text, end('end_turn')]);
    assert.deepEqual(response['usage'], {
      input_tokens: 95,
      input_tokens_details: { cached_tokens: 80, cache_write_tokens: 5 },
      output_tokens: 7,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 102,
    });
  });

  it('writes thinking as a reasoning item, sealed for those who ask for it', () => {
    const include = ['reasoning.encrypted_content'];
    const { types, response } = streamed([start, ...thinking, end('end_turn')], { include });
    assert.deepEqual(types.slice(2), [
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'completed',
    ]);
    const [item] = arrayAt(response, 'output');
    assert.equal(stringAt(item, 'encrypted_content'), 'sw-thinking:sig');
    assert.deepEqual(arrayAt(item, 'summary'), [{ type: 'summary_text', text: 'Hm.' }]);
    const plain = streamed([start, ...thinking, end('end_turn')]);
    const [unsealed] = arrayAt(plain.response, 'output');
    assert.equal(stringAt(unsealed, 'encrypted_content'), undefined);
  });

  it('gives a sealed thought without words an item, and an empty thought none', () => {
    const include = ['reasoning.encrypted_content'];
    const events: readonly StreamEvent[] = [
      start,
      { type: 'thinking-start' },
      { type: 'thinking-end', signature: 'sig' },
      { type: 'redacted-thinking', data: 'data' },
      { type: 'thinking-start' },
      { type: 'thinking-end', signature: '' },
      { type: 'text-start' },
      { type: 'text-end' },
      end('end_turn'),
    ];
    const { response } = streamed(events, { include });
    assert.deepEqual(
      arrayAt(response, 'output').map((item) => stringAt(item, 'encrypted_content')),
      ['sw-thinking:sig', 'sw-redacted:data'],
    );
  });

  it('writes a call with its namespace and its pieces', () => {
    const tools = [
      { type: 'namespace', name: 'clock', tools: [{ type: 'function', name: 'tick' }] },
    ];
    const events = [start, ...tool('clock__tick', '{"a"', ':1}'), end('tool_use')];
    const { types, frames, response } = streamed(events, { tools });
    assert.deepEqual(types.slice(2), [
      'output_item.added',
      'function_call_arguments.delta',
      'function_call_arguments.delta',
      'function_call_arguments.done',
      'output_item.done',
      'completed',
    ]);
    assert.equal(stringAt(objectAt(frames[2], 'item'), 'arguments'), '');
    const [item] = arrayAt(response, 'output').map(objectOf);
    assert.deepEqual(
      { ...item, id: '' },
      {
        id: '',
        type: 'function_call',
        call_id: 'call_1',
        name: 'tick',
        namespace: 'clock',
        arguments: '{"a":1}',
        status: 'completed',
      },
    );
  });

  it('writes a free-text call as plain text, even if the model misnames its member', () => {
    const tools = [{ type: 'custom', name: 'patch' }];
    for (const json of ['{"input":"*** \\"x\\""}', '{"patch":"*** \\"x\\""}']) {
      const events = [start, ...tool('patch', json), end('tool_use')];
      const { types, response } = streamed(events, { tools });
      assert.deepEqual(types.slice(2), [
        'output_item.added',
        'custom_tool_call_input.delta',
        'custom_tool_call_input.done',
        'output_item.done',
        'completed',
      ]);
      const [item] = arrayAt(response, 'output');
      assert.equal(stringAt(item, 'type'), 'custom_tool_call');
      assert.equal(stringAt(item, 'input'), '*** "x"');
    }
  });

  it('gives a call without arguments an empty object', () => {
    const { response, types } = streamed([start, ...tool('list'), end('tool_use')]);
    assert.equal(stringAt(arrayAt(response, 'output')[0], 'arguments'), '{}');
    assert.ok(types.includes('function_call_arguments.delta'));
  });

  it('leaves out a call that the output limit cut off', () => {
    const { types, response } = streamed([
      start,
      ...text,
      ...tool('a', '{"b":'),
      end('max_tokens'),
    ]);
    assert.equal(types.filter((type) => type === 'output_item.done').length, 1);
    assert.equal(types.at(-1), 'incomplete');
    assert.deepEqual(response['incomplete_details'], { reason: 'max_output_tokens' });
  });

  it('calls a refusal incomplete by a content filter', () => {
    const { response } = streamed([start, ...text, end('refusal')]);
    assert.equal(response['status'], 'incomplete');
    assert.deepEqual(response['incomplete_details'], { reason: 'content_filter' });
  });

  it('ends with an error once, keeps what was complete and finishes no open call', () => {
    const { encoder } = streamed([start, ...text, { type: 'tool-start', id: 'a', name: 'b' }]);
    const [frame, ...others] = encoder.encodeError('api_error', 'It broke.').split('\n\n');
    assert.deepEqual(others, ['']);
    const response = objectAt(parseJson(frame?.split('data: ')[1] ?? ''), 'response');
    assert.equal(response?.['status'], 'failed');
    assert.deepEqual(response['error'], { code: 'server_error', message: 'It broke.' });
    assert.equal(arrayAt(response, 'output').length, 1);
    assert.equal(encoder.isFinished, true);
    assert.equal(encoder.encode([end('end_turn')]), '');
    assert.equal(encoder.encodeError('api_error', 'Again'), '');
  });

  it('begins before it fails, with codes at which Codex stops', () => {
    const codeOf = (type: string, message = 'Sorry.') => {
      const encoder = clientAfter().createStreamEncoder(options);
      const frames = framesOf(encoder.encodeError(type, message));
      assert.deepEqual(
        frames.map((frame) => frame['type']),
        ['response.created', 'response.in_progress', 'response.failed'],
      );
      return stringAt(objectAt(objectAt(frames[2], 'response'), 'error'), 'code');
    };
    assert.equal(codeOf('authentication_error'), 'invalid_prompt');
    assert.equal(codeOf('billing_error'), 'invalid_prompt');
    assert.equal(codeOf('overloaded_error'), 'server_error');
    assert.equal(
      codeOf('invalid_request_error', 'prompt is too long: 2 tokens > 1 maximum'),
      'context_length_exceeded',
    );
  });

  it('says the same whole as streamed', () => {
    const events = [start, ...thinking, ...text, ...tool('list', '{"a":1}'), end('tool_use')];
    const { response } = streamed(events);
    const usage = { inputTokens: 10, cacheReadTokens: 80, cacheWriteTokens: 5, outputTokens: 7 };
    const whole = clientAfter().encodeMessage(
      {
        id: 'msg_1',
        model: 'x',
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'text', text: 'Hello' },
          { type: 'tool_use', id: 'call_1', name: 'list', input: { a: 1 } },
        ],
        stopReason: 'tool_use',
        stopSequence: null,
        usage,
      },
      options,
    );
    const level = (value: unknown) =>
      JSON.stringify(value).replace(/(msg_|fc_|rs_sw|resp_)[0-9a-f]{32}|"created_at":\d+/g, '$1');
    assert.equal(level(parseJson(whole)), level(response));
  });
});
