import assert from 'node:assert/strict';
import { render } from '../../../../src/proxy/phrase';
import { createStreamEncoder } from '../../../../src/proxy/wire/anthropic';
import { canPassWhole } from '../../../../src/proxy/wire/anthropicStream';
import { createOpenBlock } from '../../../../src/proxy/wire/openBlock';
import { noUsage } from '../../../../src/proxy/wire/streamEvent';
import { anthropicEvent } from '../../../support/anthropicAnswers';
import { codecOf, stepsOf } from './replay';

// What `npm run fuzz` has found, each cut down to what matters.

describe('answers that the fuzzer found', () => {
  it('leave no gap in the numbers of the blocks where one of them cannot be told', () => {
    const encoder = createStreamEncoder({ model: 'm', inputTokens: 1 });
    const text = encoder.encode([
      { type: 'message-start', id: 'm', model: 'm', usage: noUsage },
      { type: 'opaque-block', blockType: 'server_tool_use' },
      { type: 'text-start' },
      { type: 'text-delta', text: 'found' },
      { type: 'text-end' },
    ]);
    const numbers = [...text.matchAll(/"index":(\d+)/g)].map(([, index]) => index);
    assert.deepEqual(numbers, ['0', '0', '0']);
  });

  it('close the block that is open at the stop reason once, though the answer breaks off behind it', async () => {
    const answer = [
      anthropicEvent('message_start', { message: { id: 'm', usage: {} } }),
      anthropicEvent('content_block_start', {
        index: 0,
        content_block: { type: 'text', text: 'Hi' },
      }),
      anthropicEvent('message_delta', { delta: { stop_reason: 'end_turn' }, usage: {} }),
    ];
    const steps = await stepsOf(
      codecOf('anthropic-messages'),
      answer.map((event) => Buffer.from(event)),
    );
    const openBlock = createOpenBlock();
    for (const step of steps) openBlock.follow(step.events);
    const passed = Buffer.concat(steps.map(({ bytes }) => bytes ?? new Uint8Array())).toString();
    assert.equal(passed.split('"content_block_stop"').length, 2);
    assert.equal(openBlock.closing(), '');
  });

  it('count a -0 as 0', async () => {
    const usage = '{"input_tokens":1,"output_tokens":1,"cache_creation_input_tokens":-0}';
    const event = `event: message_start\ndata: {"type":"message_start","message":{"usage":${usage}}}\n\n`;
    const [step] = await stepsOf(codecOf('anthropic-messages'), [Buffer.from(event)]);
    const [start] = step?.events ?? [];
    assert.ok(start?.type === 'message-start' && Object.is(start.usage.cacheWriteTokens, 0));
  });

  it('are no answers when a call of a whole one has no name, and get an id where it has none', () => {
    const whole = (block: object) => ({
      type: 'message',
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
      content: [{ type: 'tool_use', input: {}, ...block }],
    });
    const { decodeMessage } = codecOf('anthropic-messages');
    const nameless = decodeMessage(whole({ id: 'c' }), 'm', new Map());
    assert.equal(
      nameless[0]?.type === 'error' && render(nameless[0].error.message),
      'a tool call has no name',
    );
    const unnumbered = whole({ name: 'Read' });
    const start = decodeMessage(unnumbered, 'm', new Map()).find(
      ({ type }) => type === 'tool-start',
    );
    assert.match(start?.type === 'tool-start' ? start.id : '', /^toolu_\w{32}$/);
    // As it came, it would crash the client.
    assert.equal(canPassWhole(unnumbered), false);
    assert.equal(canPassWhole(whole({ name: 'Read', id: 'c' })), true);
  });

  it('make no frames of their own by the names of their events', async () => {
    const forged = { type: 'x\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n' };
    for (const event of [forged, { type: '' }, { type: 'x'.repeat(100) }]) {
      const frame = Buffer.from(`data: ${JSON.stringify(event)}\n\n`);
      assert.deepEqual(await stepsOf(codecOf('anthropic-messages'), [frame]), []);
    }
  });
});
