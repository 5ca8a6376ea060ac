import assert from 'node:assert/strict';
import { toolResult, toolUse } from './chatRequests';
import { assertPaired, format, itemsOf, kindsOf } from './openaiResponsesRequests';
import { bodyWith, encode, encodedBody } from './requests';

const userText = (...texts: readonly string[]) => ({
  type: 'message',
  role: 'user',
  content: texts.map((text) => ({ type: 'input_text', text })),
});

describe('the conversation as input items', () => {
  it('makes the system blocks instructions and keeps notes in the middle at their place', () => {
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
    assert.equal(encodedBody(format, rawBody)['instructions'], 'One.\n\nTwo.');
    const said = [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Yes?' }] },
      userText('Go'),
    ];
    const note = '<system-reminder>\nPlan mode.\n</system-reminder>';
    assert.deepEqual(itemsOf(rawBody), [userText('Hi', note), ...said]);
    const facts = { quirks: { midConversationSystem: true } };
    const developer = { ...userText('Plan mode.'), role: 'developer' };
    assert.deepEqual(itemsOf(rawBody, { facts }), [userText('Hi'), developer, ...said]);
  });

  it('puts outputs right behind their calls, in the order of the calls', () => {
    const items = itemsOf(
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
    assertPaired(items);
    assert.deepEqual(items.slice(1), [
      { type: 'function_call', call_id: 'a', name: 'Bash', arguments: '{"a":1}' },
      { type: 'function_call', call_id: 'b', name: 'Bash', arguments: '{"a":1}' },
      { type: 'function_call_output', call_id: 'a', output: 'A1\n\nA2' },
      { type: 'function_call_output', call_id: 'b', output: 'B' },
      userText('<system-reminder>\nNote.\n</system-reminder>', 'Also this.'),
    ]);
  });

  it('answers interrupted calls, and keeps results without a call as text', () => {
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'AAAA' },
    };
    const items = itemsOf(
      bodyWith({
        messages: [
          { role: 'user', content: [toolResult('gone', 'old news'), toolResult('too', [image])] },
          { role: 'assistant', content: [toolUse('a')] },
          { role: 'user', content: 'Never mind.' },
        ],
      }),
    );
    assertPaired(items);
    assert.deepEqual(kindsOf(items), ['user', 'function_call', 'function_call_output', 'user']);
    assert.match(JSON.stringify(items[0]), /old news.*input_image/);
    assert.match(String(items[2]?.['output']), /^Error: .*interrupted/);
  });

  it('marks errors and fills empty results', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } };
    const outputs = itemsOf(
      bodyWith({
        messages: [
          { role: 'assistant', content: ['a', 'b', 'c', 'd'].map((id) => toolUse(id)) },
          {
            role: 'user',
            content: [
              toolResult('a', 'No such file', { is_error: true }),
              toolResult('b', ''),
              toolResult('c', []),
              toolResult('d', [image], { is_error: true }),
            ],
          },
        ],
      }),
    ).flatMap((item) => ('output' in item ? [item['output']] : []));
    assert.deepEqual(outputs, [
      'Error: No such file',
      '(no output)',
      '(no output)',
      [
        { type: 'input_text', text: 'Error:' },
        { type: 'input_image', image_url: 'https://example.com/a.png', detail: 'auto' },
      ],
    ]);
  });

  it('drops empty texts and never sends an empty message', () => {
    const messages = [
      { role: 'user', content: '' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm.', signature: 's' }] },
      { role: 'user', content: [{ type: 'text', text: '' }] },
    ];
    assert.deepEqual(itemsOf(bodyWith({ messages })), [userText('(empty message)')]);
  });

  it('sends PDFs as files, text documents as text, and notes for the rest', () => {
    const source = { type: 'base64', media_type: 'image/png', data: 'AAAA' };
    const pdf = { type: 'base64', media_type: 'application/pdf', data: 'BBBB' };
    const word = { type: 'base64', media_type: 'application/msword', data: 'CCCC' };
    const plain = { type: 'text', media_type: 'text/plain', data: 'Contents' };
    const content = [
      { type: 'image', source },
      { type: 'image', source: { type: 'file', file_id: 'file_1' } },
      { type: 'document', source: plain, title: 'notes.txt' },
      { type: 'document', source: pdf, title: 'a.pdf' },
      { type: 'document', source: { type: 'url', url: 'https://example.com/b.pdf' } },
      { type: 'document', source: word, title: 'c.doc' },
      { type: 'search_result', title: 'T', source: 'S', content: [{ type: 'text', text: 'R' }] },
    ];
    const rawBody = bodyWith({ messages: [{ role: 'user', content }] });
    assert.deepEqual(itemsOf(rawBody)[0]?.['content'], [
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' },
      { type: 'input_text', text: '[image omitted: this model cannot read it]' },
      { type: 'input_text', text: 'notes.txt\nContents' },
      {
        type: 'input_file',
        filename: 'a.pdf',
        file_data: 'data:application/pdf;base64,BBBB',
      },
      { type: 'input_file', file_url: 'https://example.com/b.pdf' },
      { type: 'input_text', text: '[document c.doc omitted: this model cannot read it]' },
      { type: 'input_text', text: 'T\nS\nR' },
    ]);
    assert.deepEqual(encode(format, rawBody).omitted, ['image', 'document']);
    const blind = encode(format, rawBody, { facts: { images: false } });
    assert.ok(!blind.body.includes('input_file') && !blind.body.includes('input_image'));
  });

  it('shortens call ids that are refused, the same way in call and output', () => {
    const id = `call_${'x'.repeat(60)}|fc_1`;
    const items = itemsOf(
      bodyWith({
        messages: [
          { role: 'assistant', content: [toolUse(id)] },
          { role: 'user', content: [toolResult(id, 'ok')] },
        ],
      }),
    );
    assertPaired(items);
    assert.ok(String(items[0]?.['call_id']).length <= 64);
  });

  it('replaces halves of surrogate pairs', () => {
    assert.ok(encode(format, bodyWith({ system: 'cut \ud83d here' })).body.includes('\uFFFD'));
  });
});
