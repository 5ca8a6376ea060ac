import assert from 'node:assert/strict';
import { assertPaired, format, messagesOf, rolesOf, toolResult, toolUse } from './chatRequests';
import { bodyWith, encode } from './requests';

describe('the conversation as chat messages', () => {
  it('joins the system blocks and keeps notes in the middle at their place', () => {
    const rawBody = bodyWith({
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=1;' },
        { type: 'text', text: 'One.' },
        { type: 'text', text: 'Two.' },
      ],
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Plan mode.' },
        { role: 'assistant', content: 'Yes?' },
        { role: 'user', content: 'Go' },
      ],
    });
    assert.deepEqual(messagesOf(rawBody), [
      { role: 'system', content: 'One.\n\nTwo.' },
      { role: 'user', content: 'Hi\n\n<system-reminder>\nPlan mode.\n</system-reminder>' },
      { role: 'assistant', content: 'Yes?' },
      { role: 'user', content: 'Go' },
    ]);
    const facts = { quirks: { midConversationSystem: true } };
    assert.deepEqual(rolesOf(messagesOf(rawBody, { facts })), [
      'system',
      'user',
      'system',
      'assistant',
      'user',
    ]);
  });

  it('puts tool results first, in the order of the calls, whatever the client’s order', () => {
    const messages = messagesOf(
      bodyWith({
        messages: [
          {
            role: 'assistant',
            content: [{ type: 'text', text: 'Look.' }, toolUse('a'), toolUse('b')],
          },
          { role: 'system', content: 'Note.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Also this.' },
              toolResult('b', 'B'),
              toolResult('a', [
                { type: 'text', text: 'A1' },
                { type: 'text', text: 'A2' },
              ]),
            ],
          },
        ],
      }),
    );
    assertPaired(messages);
    assert.deepEqual(messages.slice(1), [
      { role: 'tool', tool_call_id: 'a', content: 'A1\n\nA2' },
      { role: 'tool', tool_call_id: 'b', content: 'B' },
      { role: 'user', content: '<system-reminder>\nNote.\n</system-reminder>\n\nAlso this.' },
    ]);
    assert.deepEqual(messages[0], {
      role: 'assistant',
      content: 'Look.',
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'Bash', arguments: '{"a":1}' } },
        { id: 'b', type: 'function', function: { name: 'Bash', arguments: '{"a":1}' } },
      ],
    });
  });

  it('answers interrupted calls, and keeps results without a call as text', () => {
    const messages = messagesOf(
      bodyWith({
        messages: [
          { role: 'user', content: [toolResult('gone', 'old news')] },
          { role: 'assistant', content: [toolUse('a')] },
          { role: 'user', content: 'Never mind.' },
        ],
      }),
    );
    assertPaired(messages);
    assert.match(String(messages[0]?.['content']), /old news/);
    assert.equal(messages[1]?.['content'], null);
    assert.match(String(messages[2]?.['content']), /^Error: .*interrupted/);
    assert.equal(messages[3]?.['content'], 'Never mind.');
  });

  it('marks errors and fills empty results', () => {
    const contents = messagesOf(
      bodyWith({
        messages: [
          { role: 'assistant', content: [toolUse('a'), toolUse('b'), toolUse('c')] },
          {
            role: 'user',
            content: [
              toolResult('a', 'No such file', { is_error: true }),
              toolResult('b', ''),
              toolResult('c', []),
            ],
          },
        ],
      }),
    ).map(({ content }) => content);
    assert.deepEqual(contents, [null, 'Error: No such file', '(no output)', '(no output)']);
  });

  it('drops empty texts and never sends an empty user message', () => {
    const messages = messagesOf(
      bodyWith({
        messages: [
          { role: 'user', content: '' },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }] },
          {
            role: 'user',
            content: [
              { type: 'text', text: '' },
              { type: 'text', text: 'Hi' },
            ],
          },
        ],
      }),
    );
    assert.deepEqual(messages, [{ role: 'user', content: '(empty message)\n\nHi' }]);
  });

  it('gives back reasoning to the models that want it, to every assistant message', () => {
    const rawBody = bodyWith({
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'assistant',
          content: [{ type: 'thinking', thinking: 'Hm.', signature: '' }, toolUse('a')],
        },
        { role: 'user', content: [toolResult('a', 'x')] },
        {
          role: 'assistant',
          content: [
            { type: 'redacted_thinking', data: 'x' },
            { type: 'text', text: 'Done.' },
          ],
        },
        { role: 'user', content: 'Thanks' },
      ],
    });
    const facts = { quirks: { reasoningContentInHistory: true } };
    const reasoning = messagesOf(rawBody, { facts })
      .filter(({ role }) => role === 'assistant')
      .map((message) => message['reasoning_content']);
    assert.deepEqual(reasoning, ['Hm.', '']);
    assert.ok(!encode(format, rawBody).body.includes('reasoning_content'));
  });

  it('sends images as data URLs, text documents as text, and notes for the rest', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'AAAA' };
    const plain = { type: 'text', media_type: 'text/plain', data: 'Contents' };
    const rawBody = bodyWith({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'image', source },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
            { type: 'document', source: plain, title: 'notes.txt' },
            { type: 'document', source: pdf, title: 'a.pdf' },
            {
              type: 'search_result',
              title: 'T',
              source: 'S',
              content: [{ type: 'text', text: 'R' }],
            },
          ],
        },
      ],
    });
    assert.deepEqual(messagesOf(rawBody)[0]?.['content'], [
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      { type: 'text', text: 'notes.txt\nContents' },
      { type: 'text', text: '[document a.pdf omitted: this model cannot read it]' },
      { type: 'text', text: 'T\nS\nR' },
    ]);
    assert.deepEqual(encode(format, rawBody).omitted, ['document']);
  });

  it('replaces halves of surrogate pairs and leaves texts that only look like them', () => {
    const { body } = encode(
      format,
      bodyWith({ system: 'cut \ud83d here', messages: [{ role: 'user', content: '\\ud83d 🌍' }] }),
    );
    assert.ok(body.includes('cut \uFFFD here'));
    assert.ok(body.includes('\\\\ud83d 🌍'));
  });
});
