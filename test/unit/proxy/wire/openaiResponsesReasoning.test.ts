import assert from 'node:assert/strict';
import { objectAt, parseJson, stringAt } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { isOwnSignature } from '../../../../src/proxy/wire/ownSignatures';
import { decodeStream } from '../../../support/decodeStream';
import {
  type ResponsesContent,
  responsesSse,
  responsesWhole,
} from '../../../support/openaiResponsesAnswers';
import { toolResult } from './chatRequests';
import { assertPaired, format, itemsOf, kindsOf } from './openaiResponsesRequests';
import { chunksOf, codecOf } from './replay';
import { bodyWith, encode } from './requests';

const model = 'gpt-6-luna';
const reasoned: ResponsesContent = {
  reasoning: 'Hm.',
  encrypted: 'gAAAA-sealed',
  text: 'Look.',
  toolCalls: [{ id: 'call_1', name: 'Read', input: { path: '/a' } }],
};

/** What the client keeps of an answer, as it sends it back. */
function historyOf(content: ResponsesContent) {
  const { body } = responsesWhole(content);
  const events = codecOf(format).decodeMessage(body, model, new Map());
  return collectMessage(events)?.content ?? [];
}

function requestWith(...turns: readonly (readonly unknown[])[]): string {
  const messages = turns.flatMap((content) => [
    { role: 'assistant', content },
    { role: 'user', content: [toolResult('call_1', 'ok')] },
  ]);
  return bodyWith({ messages: [{ role: 'user', content: 'Hi' }, ...messages] });
}

describe('reasoning that travels through the client', () => {
  it('comes back to the same model as it was', async () => {
    const sealed = { encrypted_content: 'gAAAA-sealed' };
    const items = itemsOf(requestWith(historyOf(reasoned)), { model });
    assertPaired(items);
    assert.deepEqual(items[1], {
      type: 'reasoning',
      id: 'rs_1',
      summary: [{ type: 'summary_text', text: 'Hm.' }],
      ...sealed,
    });
    const events = [];
    const bytes = [Buffer.from(responsesSse(reasoned).join(''))];
    for await (const step of decodeStream(codecOf(format), chunksOf(bytes), model, new Map())) {
      events.push(...step.events);
    }
    assert.deepEqual(collectMessage(events)?.content, historyOf(reasoned));
  });

  it('comes back without a summary where there was none', () => {
    const [block] = historyOf({ ...reasoned, reasoning: '' });
    assert.equal(block?.type === 'thinking' && block.thinking, '');
    const items = itemsOf(requestWith(historyOf({ encrypted: 'gAAAA', text: 'Hi' })), { model });
    assert.deepEqual(items[1]?.['summary'], []);
    assert.deepEqual(kindsOf(items).slice(0, 3), ['user', 'reasoning', 'assistant']);
  });

  it('is not shown to another model of the format', () => {
    const { body } = encode(format, requestWith(historyOf(reasoned)), { model: 'grok-4.7' });
    assert.ok(!body.includes('"reasoning"') && !body.includes('gAAAA') && !body.includes('sw-'));
  });

  it('is not made of foreign or broken signatures', () => {
    for (const signature of ['', 'EqQBCg==', 'sw-responses:', 'sw-responses:!!', 'sw-gemini:e30']) {
      const content = [
        { type: 'thinking', thinking: 'Hm.', signature },
        { type: 'text', text: 'Hi' },
      ];
      const items = itemsOf(requestWith(content), { model });
      assert.deepEqual(kindsOf(items).slice(0, 2), ['user', 'assistant'], signature);
    }
  });

  it('is left out where nothing of its turn follows, and where a turn is repeated', () => {
    const history = historyOf(reasoned);
    const alone = itemsOf(requestWith(history.slice(0, 1)), { model });
    assert.ok(!kindsOf(alone).includes('reasoning'));
    const twice = [history.slice(0, 2), history.slice(0, 2)];
    const repeated = kindsOf(itemsOf(requestWith(...twice), { model }));
    assert.equal(repeated.filter((kind) => kind === 'reasoning').length, 1);
  });

  it('is not sealed without encrypted content', () => {
    const [block] = historyOf({ reasoning: 'Hm.', text: 'Hi' });
    assert.equal(block?.type === 'thinking' && block.signature, '');
  });

  it('never reaches an upstream that speaks Anthropic', () => {
    const rawBody = requestWith(historyOf(reasoned));
    for (const overrides of [
      { isAnthropic: true, model: 'claude-opus-5-5' },
      { facts: { quirks: { adaptiveThinking: true } } },
      { facts: { quirks: { emptySignatureOk: true } } },
    ]) {
      const { body } = encode('anthropic-messages', rawBody, overrides);
      assert.ok(!body.includes('sw-responses'), JSON.stringify(overrides));
    }
    const chat = encode('openai-chat', rawBody, {
      facts: { quirks: { reasoningContentInHistory: true } },
    });
    assert.ok(!chat.body.includes('sw-responses') && chat.body.includes('"Hm."'));
    const [block] = historyOf(reasoned);
    const signature = stringAt(block, 'signature') ?? '';
    assert.ok(isOwnSignature(signature));
    assert.equal(objectAt(parseJson(chat.body), 'reasoning'), undefined);
  });
});
