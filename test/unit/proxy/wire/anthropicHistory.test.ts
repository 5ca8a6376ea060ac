import assert from 'node:assert/strict';
import { bodyWith, encodeRequest, type Overrides, parsed } from './requests';

const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };

function thinking(signature: string) {
  return { type: 'thinking', thinking: 'Hm', signature };
}

function result(id: string, content: readonly object[]) {
  return { type: 'tool_result', tool_use_id: id, content };
}

/** Every kind of block that one upstream gets otherwise than another. */
const text = bodyWith({
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Look' }, image] },
    { role: 'assistant', content: [thinking('first')] },
    { role: 'system', content: 'Be brief.' },
    {
      role: 'assistant',
      content: [
        thinking('first'),
        thinking('second'),
        { type: 'redacted_thinking', data: 'secret' },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'tool_use', id: 'call:1', name: 'Read', input: {} },
        { type: 'tool_use', id: 'call:2', name: 'Read', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        result('call:1', [image, thinking('first')]),
        result('call:2', [thinking('second')]),
      ],
    },
  ],
});

const blind = { images: false } as const;
const other: Overrides = { mayReplay: () => true };

/** Each differs from the one before it in one thing. */
const upstreams: readonly Overrides[] = [
  { isAnthropic: true, mayReplay: () => true },
  other,
  { mayReplay: (signature) => signature !== 'first' },
  { mayReplay: () => false },
  { mayReplay: () => false, facts: { quirks: { emptySignatureOk: true } } },
  { mayReplay: () => false },
  { mayReplay: (signature) => signature !== 'second' },
  other,
  { ...other, facts: blind },
  { ...other, facts: { ...blind, quirks: { adaptiveThinking: true } } },
  { ...other, facts: blind },
  { ...other, facts: { ...blind, quirks: { midConversationSystem: true } } },
];

describe('the history of a request that goes to one upstream after another', () => {
  it('is for each what it would be if the request had gone nowhere before', () => {
    const request = parsed(text);
    let before = '';
    // There and back: each message is found as it was made for the upstream before.
    for (const overrides of [...upstreams, ...upstreams.toReversed().slice(1)]) {
      const encoded = encodeRequest('anthropic-messages', request, overrides);
      assert.deepEqual(encoded, encodeRequest('anthropic-messages', parsed(text), overrides));
      assert.notEqual(encoded.body, before);
      before = encoded.body;
    }
  });

  it('tells each time what was left out', () => {
    const request = parsed(text);
    const omitted = () => encodeRequest('anthropic-messages', request, { facts: blind });
    assert.deepEqual(omitted().omitted, ['image', 'server_tool_use block']);
    assert.deepEqual(omitted().omitted, ['image', 'server_tool_use block']);
  });
});
