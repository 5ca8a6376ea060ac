import assert from 'node:assert/strict';
import { parseJson } from '../../../../src/proxy/wire/json';
import { collectMessage, encodeMessage } from '../../../../src/proxy/wire/message';
import { noUsage, type StopReason, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { objectOf } from './requests';

const start: StreamEvent = { type: 'message-start', id: 'm', model: 'x', usage: noUsage };

function end(stopReason: StopReason): StreamEvent {
  return { type: 'message-end', stopReason, stopSequence: null, usage: noUsage };
}

function tool(json: string): readonly StreamEvent[] {
  return [
    { type: 'tool-start', id: 'call_1', name: 'Bash' },
    { type: 'tool-delta', json },
    { type: 'tool-end' },
  ];
}

describe('a collected message', () => {
  it('holds every block in order', () => {
    const message = collectMessage([
      start,
      { type: 'thinking-start' },
      { type: 'thinking-delta', text: 'H' },
      { type: 'thinking-delta', text: 'm' },
      { type: 'thinking-end', signature: 's' },
      { type: 'redacted-thinking', data: 'd' },
      { type: 'text-start' },
      { type: 'text-delta', text: 'Hi' },
      { type: 'text-end' },
      ...tool('{"a":1}'),
      ...tool(''),
      end('end_turn'),
    ]);
    assert.deepEqual(message?.content, [
      { type: 'thinking', thinking: 'Hm', signature: 's' },
      { type: 'redacted_thinking', data: 'd' },
      { type: 'text', text: 'Hi' },
      { type: 'tool_use', id: 'call_1', name: 'Bash', input: { a: 1 } },
      { type: 'tool_use', id: 'call_1', name: 'Bash', input: {} },
    ]);
    assert.equal(message?.stopReason, 'tool_use');
  });

  it('does not exist without an end, after an error, or with a tool call that is cut off', () => {
    const error = { origin: 'upstream', message: '', raw: '' } as const;
    assert.equal(collectMessage([start, { type: 'text-start' }]), undefined);
    assert.equal(collectMessage([start, { type: 'error', error }, end('end_turn')]), undefined);
    assert.equal(collectMessage([start, ...tool('{"a":'), end('tool_use')]), undefined);
  });

  it('leaves out the tool call that the output limit cut off', () => {
    const message = collectMessage([start, ...tool('{"a":'), end('max_tokens')]);
    assert.deepEqual(message?.content, []);
    assert.equal(message?.stopReason, 'max_tokens');
  });

  // A refusal that could not be collected would have been put to the next model of the chain. Found by fuzzing.
  for (const reason of ['refusal', 'model_context_window_exceeded', 'stop_sequence'] as const) {
    it(`leaves out the tool call that was cut off with the answer: ${reason}`, () => {
      const message = collectMessage([start, ...tool('{"a":'), end(reason)]);
      assert.deepEqual(message?.content, []);
      assert.equal(message?.stopReason, reason);
    });
  }

  it('is written with numeric usage, estimates where the upstream counted nothing', () => {
    const message = collectMessage([
      start,
      { type: 'text-start' },
      { type: 'text-end' },
      end('end_turn'),
    ]);
    assert.ok(message !== undefined);
    const body = objectOf(parseJson(encodeMessage(message, { model: 'claude', inputTokens: 9 })));
    assert.equal(body['model'], 'claude');
    assert.equal(body['stop_reason'], 'end_turn');
    assert.equal(objectOf(body['usage'])['input_tokens'], 9);
    assert.equal(objectOf(body['usage'])['cache_read_input_tokens'], 0);
  });
});
