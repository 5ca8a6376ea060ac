import assert from 'node:assert/strict';
import { render } from '../../../../src/proxy/phrase';
import { anthropicEvent } from '../../../support/anthropicAnswers';
import { geminiEvent } from '../../../support/geminiAnswers';
import { openaiChatChunk } from '../../../support/openaiChatAnswers';
import { responsesEvent } from '../../../support/openaiResponsesAnswers';
import { codecOf, eventsOf } from './replay';

// Each of these answers is of a few megabytes. Where the work grew with the square of their length, they took minutes; the
// time limit of the test run is what notices.

const chat = (delta: object) => openaiChatChunk({ choices: [{ delta }] });
const call = (index: number, fields: object) => chat({ tool_calls: [{ index, ...fields }] });
const many = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join('');

const added = (output_index: number, item: object) =>
  responsesEvent('response.output_item.added', { output_index, item });
const textDelta = (output_index: number, delta: string, content_index = 0) =>
  responsesEvent('response.output_text.delta', { output_index, content_index, delta });

describe('an answer that is made to be slow', () => {
  it('may keep a text waiting behind an open call, piece by piece (openai-responses)', async () => {
    const answer =
      added(0, { type: 'function_call', id: 'i', call_id: 'c', name: 'Read' }) +
      responsesEvent('response.function_call_arguments.delta', {
        output_index: 0,
        delta: '{"a":',
      }) +
      many(60_000, () => textDelta(1, 'fifty letters of text, fifty letters of text, more')) +
      responsesEvent('response.function_call_arguments.delta', { output_index: 0, delta: '1}' }) +
      responsesEvent('response.completed', { response: { output: [] } });
    const events = await eventsOf(codecOf('openai-responses'), [Buffer.from(answer)]);
    const text = events.find(({ type }) => type === 'text-delta');
    assert.equal(text?.type === 'text-delta' && text.text.length, 60_000 * 50);
  });

  it('may complete its parts one by one (openai-responses)', async () => {
    const answer = many(60_000, (index) =>
      responsesEvent('response.output_text.done', {
        output_index: 0,
        content_index: index,
        text: `part ${index}`,
      }),
    );
    const events = await eventsOf(codecOf('openai-responses'), [Buffer.from(answer)]);
    assert.ok(events.length > 100);
  });

  it('may end with more items than anybody has (openai-responses)', async () => {
    const item = { type: 'message', content: [{ type: 'output_text', text: 'x' }] };
    const answer = responsesEvent('response.completed', {
      response: { output: Array.from({ length: 100_000 }, () => item) },
    });
    const events = await eventsOf(codecOf('openai-responses'), [Buffer.from(answer)]);
    assert.equal(events.at(-1)?.type, 'error');
  });

  it('may hold input whose every piece looks like its end, while another call waits (openai-chat)', async () => {
    const answer =
      call(0, { id: 'c', function: { name: 'Read', arguments: '{"a":"' } }) +
      call(1, { id: 'd', function: { name: 'Read', arguments: '{}' } }) +
      many(60_000, () => call(0, { function: { arguments: 'some letters, then}' } })) +
      call(0, { function: { arguments: '"}' } }) +
      openaiChatChunk({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] }) +
      'data: [DONE]\n\n';
    const events = await eventsOf(codecOf('openai-chat'), [Buffer.from(answer)]);
    assert.deepEqual(
      events.filter(({ type }) => type === 'tool-start' || type === 'message-end').length,
      3,
    );
  });

  it('may hold input as a text inside a text (openai-chat)', async () => {
    const answer =
      call(0, { id: 'c', function: { name: 'Read', arguments: '"{\\"a\\":\\"' } }) +
      many(60_000, () => call(0, { function: { arguments: 'letters, many letters' } })) +
      call(0, { function: { arguments: '\\"}"' } }) +
      'data: [DONE]\n\n';
    const events = await eventsOf(codecOf('openai-chat'), [Buffer.from(answer)]);
    assert.equal(events.at(-1)?.type, 'message-end');
  });

  for (const [format, piece] of [
    ['openai-chat', chat({ content: ' '.repeat(200) })],
    ['gemini', geminiEvent({ candidates: [{ content: { parts: [{ text: ' '.repeat(200) }] } }] })],
    ['openai-responses', textDelta(0, ' '.repeat(200))],
  ] as const) {
    it(`may begin with white space without end (${format})`, async () => {
      const events = await eventsOf(codecOf(format), [Buffer.from(piece.repeat(30_000))]);
      assert.ok(events.every(({ type }) => type === 'message-start'));
    });
  }
});

describe('an answer that is made to be long', () => {
  const megabyte = 'x'.repeat(1024 * 1024);

  it('ends where the input of one call is longer than 16 MiB (anthropic-messages)', async () => {
    const delta = (partial_json: string) =>
      anthropicEvent('content_block_delta', {
        index: 0,
        delta: { type: 'input_json_delta', partial_json },
      });
    const answer = [
      anthropicEvent('message_start', { message: { id: 'm', usage: {} } }),
      anthropicEvent('content_block_start', {
        index: 0,
        content_block: { type: 'tool_use', id: 'c', name: 'Read', input: {} },
      }),
      ...Array.from({ length: 17 }, () => delta(megabyte)),
    ];
    const events = await eventsOf(
      codecOf('anthropic-messages'),
      answer.map((one) => Buffer.from(one)),
    );
    const last = events.at(-1);
    assert.match(last?.type === 'error' ? render(last.error.message) : '', /longer than 16 MiB/);
  });

  it('gives no more input to the client than that (openai-chat, openai-responses)', async () => {
    const first = { id: 'c', function: { name: 'Read', arguments: '{"a":"' } };
    const answers = {
      'openai-chat': [
        call(0, first),
        ...Array.from({ length: 17 }, () => call(0, { function: { arguments: megabyte } })),
        call(0, { function: { arguments: '"}' } }),
        openaiChatChunk({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] }),
      ],
      'openai-responses': [
        added(0, { type: 'function_call', id: 'i', call_id: 'c', name: 'Read' }),
        ...['{"a":"', ...Array.from({ length: 17 }, () => megabyte), '"}'].map((delta) =>
          responsesEvent('response.function_call_arguments.delta', { output_index: 0, delta }),
        ),
        responsesEvent('response.completed', { response: { output: [] } }),
      ],
    } as const;
    for (const format of ['openai-chat', 'openai-responses'] as const) {
      const chunks = answers[format].map((one) => Buffer.from(one));
      const events = await eventsOf(codecOf(format), chunks);
      const given = events.reduce(
        (sum, event) => sum + (event.type === 'tool-delta' ? event.json.length : 0),
        0,
      );
      assert.ok(given <= 16 * megabyte.length, String(given));
      assert.ok(events.every(({ type }) => type !== 'message-end'));
    }
  });

  it('has an error message of any length cut to what anybody reads', async () => {
    for (const [format, event] of [
      ['openai-chat', `data: {"error":{"message":"${megabyte}"}}\n\n`],
      ['anthropic-messages', anthropicEvent('error', { error: { type: 'x', message: megabyte } })],
    ] as const) {
      const last = (await eventsOf(codecOf(format), [Buffer.from(event)])).at(-1);
      assert.ok(last?.type === 'error' && render(last.error.message).length <= 8192);
      assert.ok(last.error.raw.length <= 4096);
    }
  });
});
