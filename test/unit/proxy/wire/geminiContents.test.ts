import assert from 'node:assert/strict';
import { createStreamEncoder } from '../../../../src/proxy/wire/anthropic';
import { objectAt } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { decodeStream } from '../../../support/decodeStream';
import { type GeminiContent, geminiSse } from '../../../support/geminiAnswers';
import {
  assertWellFormed,
  contentsOf,
  format,
  partsOf,
  toolResult,
  toolUse,
} from './geminiRequests';
import { codecOf, eventsOf } from './replay';
import { bodyWith, encode, encodedBody } from './requests';

const dummy = 'skip_thought_signature_validator';

describe('the conversation as Gemini contents', () => {
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
    assert.deepEqual(encodedBody(format, rawBody)['systemInstruction'], {
      parts: [{ text: 'One.\n\nTwo.' }],
    });
    assert.deepEqual(contentsOf(rawBody), [
      {
        role: 'user',
        parts: [{ text: 'Hi' }, { text: '<system-reminder>\nPlan mode.\n</system-reminder>' }],
      },
      { role: 'model', parts: [{ text: 'Yes?' }] },
      { role: 'user', parts: [{ text: 'Go' }] },
    ]);
  });

  it('puts responses first, in the order of the calls, with name and id, whatever the client’s order', () => {
    const contents = contentsOf(
      bodyWith({
        messages: [
          { role: 'user', content: 'Go' },
          {
            role: 'assistant',
            content: [{ type: 'text', text: 'Look.' }, toolUse('a', 'Read'), toolUse('b')],
          },
          { role: 'system', content: 'Note.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Also this.' },
              toolResult('b', 'No such file', { is_error: true }),
              toolResult('a', [
                { type: 'text', text: 'A1' },
                { type: 'text', text: 'A2' },
              ]),
            ],
          },
        ],
      }),
    );
    assertWellFormed(contents);
    assert.deepEqual(contents.slice(1), [
      {
        role: 'model',
        parts: [
          { text: 'Look.' },
          { functionCall: { id: 'a', name: 'Read', args: { a: 1 } }, thoughtSignature: dummy },
          { functionCall: { id: 'b', name: 'Bash', args: { a: 1 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'Read', response: { output: 'A1\n\nA2' } } },
          { functionResponse: { id: 'b', name: 'Bash', response: { error: 'No such file' } } },
          { text: '<system-reminder>\nNote.\n</system-reminder>' },
          { text: 'Also this.' },
        ],
      },
    ]);
  });

  it('answers interrupted calls, and keeps results without a call as text', () => {
    const contents = contentsOf(
      bodyWith({
        messages: [
          { role: 'user', content: [toolResult('gone', 'old news')] },
          { role: 'assistant', content: [toolUse('a')] },
          { role: 'user', content: 'Never mind.' },
          { role: 'assistant', content: [toolUse('b')] },
        ],
      }),
    );
    assertWellFormed(contents.slice(0, 3));
    assert.match(String(partsOf(contents[0])[0]?.['text']), /old news/);
    const response = objectAt(partsOf(contents[2])[0], 'functionResponse');
    assert.match(String(objectAt(response, 'response')?.['error']), /interrupted/);
    assert.deepEqual(partsOf(contents[2])[1], { text: 'Never mind.' });
    assert.equal(contents.at(-1)?.['role'], 'user');
  });

  it('begins with the user, alternates the roles and never sends an empty content', () => {
    const contents = contentsOf(
      bodyWith({
        messages: [
          { role: 'assistant', content: 'Hello.' },
          { role: 'assistant', content: [toolUse('a')] },
          { role: 'user', content: [toolResult('a', '')] },
          { role: 'assistant', content: [{ type: 'thinking', thinking: 'x', signature: 'y' }] },
          { role: 'user', content: '' },
        ],
      }),
    );
    assertWellFormed(contents);
    assert.deepEqual(partsOf(contents[0]), [{ text: '(empty message)' }]);
    const response = objectAt(partsOf(contents[2])[0], 'functionResponse');
    assert.deepEqual(response?.['response'], { output: '(no output)' });
  });

  it('carries pictures and PDFs, and says what it cannot carry', () => {
    const base64 = (media_type: string) => ({ type: 'base64', media_type, data: 'QUJD' });
    const url = (name: string) => ({ type: 'url', url: `https://example.com/${name}` });
    const content = [
      { type: 'image', source: base64('image/jpg') },
      { type: 'image', source: base64('image/gif') },
      { type: 'image', source: url('a.PNG?x=1') },
      { type: 'image', source: url('a') },
      { type: 'document', source: base64('application/pdf') },
      { type: 'document', source: url('a.pdf') },
      { type: 'document', title: 'Notes', source: { type: 'text', data: 'Hello' } },
      { type: 'document', title: 'Sheet', source: base64('application/vnd.ms-excel') },
      { type: 'image', source: { type: 'file', file_id: 'f' } },
    ];
    const rawBody = bodyWith({ messages: [{ role: 'user', content }] });
    assert.deepEqual(partsOf(contentsOf(rawBody)[0]), [
      { inlineData: { mimeType: 'image/jpeg', data: 'QUJD' } },
      { text: '[image omitted: this model cannot read it]' },
      { fileData: { mimeType: 'image/png', fileUri: 'https://example.com/a.PNG?x=1' } },
      { fileData: { fileUri: 'https://example.com/a' } },
      { inlineData: { mimeType: 'application/pdf', data: 'QUJD' } },
      { fileData: { mimeType: 'application/pdf', fileUri: 'https://example.com/a.pdf' } },
      { text: 'Notes\nHello' },
      { text: '[document Sheet omitted: this model cannot read it]' },
      { text: '[image omitted: this model cannot read it]' },
    ]);
    assert.deepEqual(encode(format, rawBody).omitted, ['image', 'document']);
  });

  it('puts the pictures of all results behind the last response, each with its call', () => {
    const image = (data: string) => ({
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data },
    });
    const contents = contentsOf(
      bodyWith({
        messages: [
          { role: 'user', content: 'Go' },
          { role: 'assistant', content: [toolUse('a'), toolUse('b')] },
          { role: 'user', content: [toolResult('a', [image('A')]), toolResult('b', [image('B')])] },
        ],
      }),
    );
    assertWellFormed(contents);
    const response = { output: '[The image follows.]' };
    assert.deepEqual(partsOf(contents[2]), [
      { functionResponse: { id: 'a', name: 'Bash', response } },
      { functionResponse: { id: 'b', name: 'Bash', response } },
      { text: '[From the result of tool call a]' },
      { inlineData: { mimeType: 'image/png', data: 'A' } },
      { text: '[From the result of tool call b]' },
      { inlineData: { mimeType: 'image/png', data: 'B' } },
    ]);
  });
});

describe('pitfall 49: a thought signature', () => {
  /** What the model says, as the client sends it back: through the proxy's own stream and the client's memory. */
  async function historyOf(content: GeminiContent, model = 'some-model'): Promise<string> {
    const codec = codecOf(format);
    const events = [];
    const bytes = (async function* () {
      yield Buffer.from(geminiSse(content).join(''));
    })();
    for await (const step of decodeStream(codec, bytes, model, new Map())) {
      events.push(...step.events);
    }
    const frames = createStreamEncoder({ model: 'claude', inputTokens: 1 }).encode(events);
    const read = await eventsOf(codecOf('anthropic-messages'), [Buffer.from(frames)]);
    return bodyWith({
      messages: [
        { role: 'user', content: 'Go' },
        { role: 'assistant', content: collectMessage(read)?.content },
      ],
    });
  }

  const call = { id: 'fc1', name: 'Read', input: { path: '/a' }, signature: 'c2lnMQ==' };
  const said = (text: string) => ({ text });

  it('comes back on its call, with thinking, text or neither before it', async () => {
    const functionCall = { id: 'fc1', name: 'Read', args: { path: '/a' } };
    const signed = { functionCall, thoughtSignature: 'c2lnMQ==' };
    for (const [before, parts] of [
      [{ thought: 'Hm.' }, []],
      [{ text: 'Look.' }, [said('Look.')]],
      [{ thought: 'Hm.', text: 'Look.' }, [said('Look.')]],
      [{}, []],
    ] as const) {
      const contents = contentsOf(await historyOf({ ...before, toolCalls: [call] }));
      assertWellFormed(contents);
      assert.deepEqual(partsOf(contents[1]), [...parts, signed]);
    }
  });

  it('stays on the first of parallel calls', async () => {
    const toolCalls = [call, { id: 'fc2', name: 'Bash', input: {} }];
    const signatures = partsOf(contentsOf(await historyOf({ toolCalls }))[1]).map(
      (part) => part['thoughtSignature'],
    );
    assert.deepEqual(signatures, ['c2lnMQ==', undefined]);
  });

  it('never reaches another model, nor another wire format', async () => {
    const rawBody = await historyOf({ thought: 'Hm.', toolCalls: [call] }, 'other-model');
    const parts = partsOf(contentsOf(rawBody)[1]);
    assert.deepEqual(parts[0]?.['thoughtSignature'], dummy);
    for (const other of ['anthropic-messages', 'openai-chat', 'openai-responses'] as const) {
      assert.ok(!encode(other, rawBody).body.includes('sw-gemini'), other);
    }
    const anthropic = encode('anthropic-messages', rawBody, { isAnthropic: true });
    assert.ok(!anthropic.body.includes('thinking') && anthropic.body.includes('"fc1"'));
    const facts = { quirks: { emptySignatureOk: true } };
    const unsigned = encode('anthropic-messages', rawBody, { facts }).body;
    assert.ok(unsigned.includes('{"type":"thinking","thinking":"Hm.","signature":""}'));
    const bare = await historyOf({ toolCalls: [call] });
    assert.ok(!encode('anthropic-messages', bare, { facts }).body.includes('thinking'));
  });

  it('is the documented dummy where another vendor made the call', () => {
    const thinking = { type: 'thinking', thinking: 'x', signature: 'EqQBCkYIAxgC' };
    const contents = contentsOf(
      bodyWith({
        messages: [
          { role: 'user', content: 'Go' },
          { role: 'assistant', content: [thinking, toolUse('a'), toolUse('b')] },
        ],
      }),
    );
    const signatures = partsOf(contents[1]).map((part) => part['thoughtSignature']);
    assert.deepEqual(signatures, [dummy, undefined]);
  });
});
