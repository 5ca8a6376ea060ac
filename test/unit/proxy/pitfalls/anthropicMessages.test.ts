import assert from 'node:assert/strict';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { anthropicEvent, anthropicSse } from '../../../support/anthropicAnswers';
import { codecOf, eventsOf } from '../wire/replay';
import { bodyWith, encode, fixtureBody } from '../wire/requests';

const format = 'anthropic-messages';
const codec = codecOf(format);
const read = async (frames: readonly string[]) =>
  collectMessage(await eventsOf(codec, [Buffer.from(frames.join(''))]));
const whole = (body: unknown) => collectMessage(codec.decodeMessage(body, 'asked', new Map()));
const tool = (id: string) => ({ type: 'tool_use', id, name: 'Read', input: { of: id } }) as const;

describe('the pitfalls of Anthropic Messages alone', () => {
  it('pitfall 28: blocks that all have the number 0 stay apart', async () => {
    const frames = anthropicSse([tool('a'), tool('b')]).map((frame) =>
      frame.replace('"index":1', '"index":0'),
    );
    assert.deepEqual((await read(frames))?.content, [tool('a'), tool('b')]);
  });

  it('pitfall 34: a call without a name is an error, and one that is opened twice is one', async () => {
    const frames = anthropicSse([tool('a')]);
    const nameless = frames.map((frame) => frame.replace('"name":"Read"', '"name":""'));
    assert.equal(await read(nameless), undefined);
    const twice = frames.flatMap((frame) =>
      frame.includes('content_block_start') ? [frame, frame] : [frame],
    );
    assert.deepEqual((await read(twice))?.content, [tool('a')]);
  });

  it('pitfall 37: a stop reason that nobody knows still ends the answer', async () => {
    const text = { type: 'text', text: 'Hi' } as const;
    const message = await read(anthropicSse([text], { stopReason: 'novelty' }));
    assert.equal(message?.stopReason, 'end_turn');
    const body = { type: 'message', role: 'assistant', content: [text], stop_reason: 'novelty' };
    assert.equal(whole(body)?.stopReason, 'end_turn');
  });

  it('pitfall 38: a call without an id gets one', async () => {
    const frames = anthropicSse([tool('a')]).map((frame) => frame.replace('"id":"a"', '"id":null'));
    const [block] = (await read(frames))?.content ?? [];
    assert.equal(block?.type === 'tool_use' && block.id, 'made-up');
  });

  it('pitfall 36: a stop reason that the blocks contradict is mended', async () => {
    const text = { type: 'text', text: 'Hi' } as const;
    const claimed = await read(anthropicSse([text], { stopReason: 'tool_use' }));
    assert.equal(claimed?.stopReason, 'end_turn');
    const unclaimed = await read(anthropicSse([tool('a')], { stopReason: 'end_turn' }));
    assert.equal(unclaimed?.stopReason, 'tool_use');
  });

  it('pitfall 4: a count in the middle of a call leaves its input whole', async () => {
    const count = anthropicEvent('message_delta', { delta: {}, usage: { output_tokens: 3 } });
    const frames = anthropicSse([tool('a')]).flatMap((frame) =>
      frame.includes('input_json_delta') ? [frame, count] : [frame],
    );
    const message = await read(frames);
    assert.deepEqual(message?.content, [tool('a')]);
    assert.equal(message?.usage.outputTokens, 7);
  });

  it('pitfall 43: Anthropic gets its own thinking back, and nobody else’s', () => {
    const thinking = (signature: string) => ({ type: 'thinking', thinking: 'Hm.', signature });
    const content = ['EqQBCg==', '', 'sw-gemini:m:c2ln'].map(thinking);
    const text = { type: 'text', text: 'Yes.' };
    const messages = [{ role: 'assistant', content: [...content, text] }];
    const { body } = encode(format, bodyWith({ messages }), { isAnthropic: true });
    assert.ok(body.includes(JSON.stringify([content[0], text])), body);
  });

  it('pitfall 44: Anthropic gets its redacted thinking back', () => {
    const content = [
      { type: 'redacted_thinking', data: 'EqQB' },
      { type: 'text', text: 'Yes.' },
    ];
    const rawBody = bodyWith({ messages: [{ role: 'assistant', content }] });
    const { body } = encode(format, rawBody, { isAnthropic: true });
    assert.ok(body.includes(JSON.stringify(content)));
  });

  it('pitfall 45: a model that wants its unsigned thinking back gets it', () => {
    for (const quirk of ['emptySignatureOk', 'reasoningContentInHistory']) {
      const facts = { quirks: { [quirk]: true } };
      assert.match(encode(format, fixtureBody('unsigned-thinking'), { facts }).body, /"hmm"/);
    }
  });

  it('pitfall 50 and pitfall 51: to Anthropic itself only the model changes, byte for byte', () => {
    for (const name of ['first-turn', 'tool-error', 'auto-mode-safeguards', 'long-conversation']) {
      const rawBody = fixtureBody(name);
      const facts = {};
      const { body } = encode(format, rawBody, { isAnthropic: true, model: 'other', facts });
      assert.equal(body, rawBody.replace(/"model":"[^"]*"/, '"model":"other"'), name);
    }
  });
});
