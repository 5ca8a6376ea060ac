import assert from 'node:assert/strict';
import {
  createStreamEncoder,
  encodeErrorEvent,
  errorBody,
  pingFrame,
} from '../../../../src/proxy/wire/anthropic';
import { isObject, type JsonObject, parseJson } from '../../../../src/proxy/wire/json';
import { createSseParser, linesOf } from '../../../../src/proxy/wire/sse';
import { noUsage, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { objectOf } from './requests';

const start: StreamEvent = { type: 'message-start', id: 'msg_1', model: 'x', usage: noUsage };
const options = { model: 'claude-opus-5-5', inputTokens: 1234 };

function end(stopReason: 'end_turn' | 'tool_use' = 'end_turn', usage = noUsage): StreamEvent {
  return { type: 'message-end', stopReason, stopSequence: null, usage };
}

function framesOf(text: string): readonly JsonObject[] {
  return createSseParser()
    .push(Buffer.from(text))
    .map(linesOf)
    .map((lines) => {
      const data = objectOf(parseJson(lines.data ?? ''));
      assert.equal(data['type'], lines.event, 'the event line repeats the type');
      return data;
    });
}

function encoded(...events: readonly StreamEvent[]): readonly JsonObject[] {
  return framesOf(createStreamEncoder(options).encode(events));
}

/** Type and index of each frame, for the order. */
function outline(frames: readonly JsonObject[]): readonly string[] {
  return frames.map(({ type, index }) => (index === undefined ? `${type}` : `${type} ${index}`));
}

describe('the stream encoder', () => {
  it('numbers blocks one after the other and ends once', () => {
    const frames = encoded(
      start,
      { type: 'thinking-start' },
      { type: 'thinking-delta', text: 'Hm.' },
      { type: 'thinking-end', signature: 'c2ln' },
      { type: 'redacted-thinking', data: 'abc' },
      { type: 'text-start' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'text-end' },
      { type: 'tool-start', id: 'call_1', name: 'Bash' },
      { type: 'tool-delta', json: '{"a":1}' },
      { type: 'tool-end' },
      end('tool_use'),
      end('tool_use'),
      { type: 'text-start' },
    );
    assert.deepEqual(outline(frames), [
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'content_block_start 1',
      'content_block_stop 1',
      'content_block_start 2',
      'content_block_delta 2',
      'content_block_stop 2',
      'content_block_start 3',
      'content_block_delta 3',
      'content_block_stop 3',
      'message_delta',
      'message_stop',
    ]);
    assert.deepEqual(frames[3]?.['delta'], { type: 'signature_delta', signature: 'c2ln' });
  });

  it('sends the estimate as input usage until the real numbers are known', () => {
    const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 80, cacheWriteTokens: 7 };
    const frames = encoded(start, { type: 'text-start' }, end('end_turn', usage));
    assert.deepEqual(objectOf(frames[0]?.['message'])['usage'], {
      input_tokens: 1234,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
    });
    assert.deepEqual(frames.find((frame) => frame['type'] === 'message_delta')?.['usage'], {
      input_tokens: 10,
      cache_creation_input_tokens: 7,
      cache_read_input_tokens: 80,
      output_tokens: 5,
    });
  });

  it('estimates the usage of upstreams that never count', () => {
    const frames = encoded(
      start,
      { type: 'text-start' },
      { type: 'text-delta', text: 'x'.repeat(40) },
      { type: 'text-end' },
      end(),
    );
    const usage = objectOf(frames.find((frame) => frame['type'] === 'message_delta')?.['usage']);
    assert.equal(usage['input_tokens'], 1234);
    assert.equal(usage['output_tokens'], 10);
  });

  it('gives a tool without arguments an empty object', () => {
    const frames = encoded(
      start,
      { type: 'tool-start', id: 'a', name: 'Now' },
      { type: 'tool-end' },
    );
    assert.deepEqual(frames[2]?.['delta'], { type: 'input_json_delta', partial_json: '{}' });
  });

  it('makes the stop reason agree with the blocks', () => {
    const reason = (frames: readonly JsonObject[]) =>
      objectOf(frames.find(({ type }) => type === 'message_delta')?.['delta'])['stop_reason'];
    assert.equal(reason(encoded(start, { type: 'text-start' }, end('tool_use'))), 'end_turn');
    assert.equal(
      reason(encoded(start, { type: 'tool-start', id: 'a', name: 'b' }, end('end_turn'))),
      'tool_use',
    );
  });

  it('starts the message and opens a block on its own when an event lacks them', () => {
    assert.deepEqual(outline(encoded({ type: 'text-delta', text: 'Hi' }, end())), [
      'message_start',
      'content_block_start 0',
      'content_block_delta 0',
      'content_block_stop 0',
      'message_delta',
      'message_stop',
    ]);
  });

  it('writes one message_start only, and the model that the client knows', () => {
    const frames = encoded(start, start);
    assert.equal(frames.length, 1);
    assert.equal(objectOf(frames[0]?.['message'])['model'], 'claude-opus-5-5');
  });

  it('closes the open block before an error and is silent afterwards', () => {
    const encoder = createStreamEncoder(options);
    encoder.encode([start, { type: 'text-start' }, { type: 'text-delta', text: 'Hel' }]);
    const frames = framesOf(encoder.encodeError('overloaded_error', 'Later.'));
    assert.deepEqual(frames, [
      { type: 'content_block_stop', index: 0 },
      { type: 'error', error: { type: 'overloaded_error', message: 'Later.' } },
    ]);
    assert.equal(encoder.isFinished, true);
    assert.equal(encoder.encode([end()]), '');
    assert.equal(encoder.encodeError('api_error', 'Again.'), '');
  });

  it('skips error events, which the caller words', () => {
    const error = { origin: 'upstream', message: 'secret', raw: '' } as const;
    assert.equal(createStreamEncoder(options).encode([{ type: 'error', error }]), '');
  });

  it('keeps text on one line, whatever it holds', () => {
    const text = createStreamEncoder(options).encode([
      start,
      { type: 'text-delta', text: 'a\nb\r\n\u2028"\\' },
    ]);
    const delta = framesOf(text).at(-1)?.['delta'];
    assert.deepEqual(delta, { type: 'text_delta', text: 'a\nb\r\n\u2028"\\' });
  });
});

describe('the fixed frames', () => {
  it('are exactly what the API sends', () => {
    assert.equal(pingFrame, 'event: ping\ndata: {"type":"ping"}\n\n');
    assert.equal(
      encodeErrorEvent('api_error', 'No "luck"'),
      'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"No \\"luck\\""}}\n\n',
    );
    const body = parseJson(errorBody('api_error', 'x'));
    assert.ok(isObject(body) && body['type'] === 'error');
  });
});
