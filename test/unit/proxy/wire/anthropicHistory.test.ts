import assert from 'node:assert/strict';
import { bodyWith, encodeRequest, type Overrides, parsed } from './requests';

const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } };

/** Every kind of block that one upstream gets otherwise than another. */
const text = bodyWith({
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Look' }, image] },
    { role: 'system', content: 'Be brief.' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm', signature: 'sealed' },
        { type: 'redacted_thinking', data: 'secret' },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'tool_use', id: 'call:1', name: 'Read', input: {} },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'call:1', content: [image] }] },
  ],
});

/** Upstreams each of which differs from the one before it in one thing. */
const upstreams: readonly Overrides[] = [
  { isAnthropic: true },
  { isAnthropic: true, mayReplay: () => false },
  { isAnthropic: false, mayReplay: () => false },
  { isAnthropic: false },
  { facts: { images: false } },
  { facts: { images: false, quirks: { midConversationSystem: true } } },
  { facts: { images: false, quirks: { adaptiveThinking: true } } },
  { facts: { images: false, quirks: { emptySignatureOk: true } }, mayReplay: () => false },
];

describe('the history of a request that goes to one upstream after another', () => {
  it('is for each what it would be if the request had gone nowhere before', () => {
    const request = parsed(text);
    const different = new Set<string>();
    // Twice over: the second round finds each message as it was made for another upstream.
    for (const overrides of [...upstreams, ...upstreams.toReversed()]) {
      const encoded = encodeRequest('anthropic-messages', request, overrides);
      assert.deepEqual(encoded, encodeRequest('anthropic-messages', parsed(text), overrides));
      different.add(encoded.body);
    }
    assert.equal(different.size, upstreams.length);
  });

  it('tells each time what was left out', () => {
    const request = parsed(text);
    const omitted = () =>
      encodeRequest('anthropic-messages', request, { facts: { images: false } });
    assert.deepEqual(omitted().omitted, ['image', 'server_tool_use block']);
    assert.deepEqual(omitted().omitted, ['image', 'server_tool_use block']);
  });
});
