import assert from 'node:assert/strict';
import { readChatParts } from '../../../../src/lm/chatParts';
import { render, type Words } from '../../../../src/proxy/phrase';
import { partsClient } from '../../../../src/proxy/wire/partsClient';
import { noUsage, type StopReason, type StreamEvent } from '../../../../src/proxy/wire/streamEvent';
import { inChinese } from '../../../support/inChinese';

function encode(events: readonly StreamEvent[]) {
  const encoder = partsClient.createStreamEncoder({ model: 'm', inputTokens: 0 });
  return readChatParts(events.map((event) => encoder.encode([event])).join(''));
}

const end = (stopReason: StopReason): StreamEvent => ({
  type: 'message-end',
  stopReason,
  stopSequence: null,
  usage: noUsage,
});

const call = (...pieces: readonly string[]): readonly StreamEvent[] => [
  { type: 'tool-start', id: 'call_1', name: 'read' },
  ...pieces.map((json) => ({ type: 'tool-delta', json }) as const),
];

/** The words with which the answer ends. */
function failureOf(events: readonly StreamEvent[]): Words {
  const last = encode(events).at(-1);
  assert.ok(last?.kind === 'failed');
  return last.message;
}

describe('the parts of a chat’s answer', () => {
  it('are text as it comes, calls when they are whole, and one end', () => {
    const parts = encode([
      { type: 'message-start', id: 'a', model: 'm', usage: noUsage },
      { type: 'thinking-start' },
      { type: 'thinking-delta', text: 'hm' },
      { type: 'thinking-end', signature: 's' },
      { type: 'text-start' },
      { type: 'text-delta', text: 'line one\nline' },
      { type: 'text-delta', text: ' two' },
      { type: 'text-end' },
      ...call('{"pa', 'th":"a"}'),
      { type: 'tool-end' },
      ...call(),
      { type: 'tool-end' },
      end('tool_use'),
      { type: 'text-delta', text: 'too late' },
    ]);
    assert.deepEqual(parts, [
      { kind: 'text', text: 'line one\nline' },
      { kind: 'text', text: ' two' },
      { kind: 'toolCall', id: 'call_1', name: 'read', input: { path: 'a' } },
      { kind: 'toolCall', id: 'call_1', name: 'read', input: {} },
      { kind: 'end' },
    ]);
  });

  it('hold no call that was cut off, and say so', () => {
    const [part, ...others] = encode([
      ...call('{"path":"a'),
      { type: 'tool-end' },
      end('max_tokens'),
    ]);
    assert.deepEqual(others, []);
    assert.ok(part?.kind === 'failed');
    assert.match(
      render(part.message),
      /“read” was cut off by the output limit, so nothing was called/,
    );
  });

  it('say why there is nothing to show', () => {
    assert.match(render(failureOf([end('refusal')])), /refused to answer/);
    assert.match(render(failureOf([end('max_tokens')])), /whole output limit for thinking/);
    assert.match(render(failureOf([end('end_turn')])), /said nothing/);
  });

  it('say it in the person’s language', () => {
    const cutOff = [...call('{"path":"a'), { type: 'tool-end' } as const];
    const said = [
      [end('refusal')],
      [end('max_tokens')],
      [end('end_turn')],
      [...cutOff, end('max_tokens')],
      [...cutOff, end('tool_use')],
    ].map((events) => inChinese(failureOf(events)));
    assert.equal(new Set(said).size, said.length);
    assert.match(said[4] ?? '', /“read”/);
  });

  it('end with what went wrong, once', () => {
    const encoder = partsClient.createStreamEncoder({ model: 'm', inputTokens: 0 });
    const lines = encoder.encodeError('overloaded_error', 'Busy.') + encoder.encodeError('x', 'y');
    assert.deepEqual(readChatParts(lines), [
      { kind: 'failed', type: 'overloaded_error', message: 'Busy.' },
    ]);
  });

  it('are read past the lines that only keep a connection alive, and never by a guess', () => {
    assert.deepEqual(readChatParts(`${partsClient.pingFrame}{"kind":"end"}\n`), [{ kind: 'end' }]);
    const [odd] = readChatParts('{"kind":"surprise"}\n');
    assert.equal(odd?.kind, 'failed');
  });
});
