import assert from 'node:assert/strict';
import { mergeProviders } from '../../../../src/proxy/providers';
import type { JsonObject } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import {
  responsesEvent,
  responsesSse,
  responsesWhole,
} from '../../../support/openaiResponsesAnswers';
import { toolResult, toolUse } from '../wire/chatRequests';
import { assertPaired, format, itemsOf, kindsOf } from '../wire/openaiResponsesRequests';
import { codecOf, eventsOf } from '../wire/replay';
import { bodyWith, encode, encodedBody } from '../wire/requests';

const read = (frames: readonly string[]) =>
  eventsOf(codecOf(format), [Buffer.from(frames.join(''))]);
const call = (id: string, name = 'Read') => ({ id, name, input: { of: id } });
const event = (type: string, fields: JsonObject) => responsesEvent(`response.${type}`, fields);

const cases: Readonly<Record<string, () => void | Promise<void>>> = {
  async 'pitfall 27 and pitfall 28: calls without or with the same output index stay apart'() {
    for (const index of [',', ',"output_index":0,']) {
      const frames = responsesSse({ toolCalls: [call('a'), call('b')] });
      const changed = frames.map((frame) => frame.replace(/,"output_index":\d,/, index));
      const content = collectMessage(await read(changed))?.content;
      const blocks = ['a', 'b'].map((id) => ({ type: 'tool_use', ...call(id) }));
      assert.deepEqual(content, blocks, index);
    }
  },
  async 'pitfall 32: a call that is cut off is neither mended nor a success'() {
    const frames = responsesSse({ toolCalls: [call('a')] });
    const begun = frames.slice(0, frames.findIndex((one) => one.includes('.delta')) + 1);
    const completed = event('completed', { response: {} });
    assert.equal((await read([...begun, completed])).at(-1)?.type, 'error');
    const response = { incomplete_details: { reason: 'max_output_tokens' } };
    const message = collectMessage(await read([...begun, event('incomplete', { response })]));
    assert.deepEqual([message?.stopReason, message?.content], ['max_tokens', []]);
  },
  'pitfall 33: arguments may be missing, an object, or a string in a string'() {
    const inputs: readonly (readonly [unknown, object])[] = [
      [null, {}],
      ['', {}],
      [{ a: 1 }, { a: 1 }],
      ['"{\\"a\\":1}"', { a: 1 }],
    ];
    for (const [sent, expected] of inputs) {
      const item = { type: 'function_call', call_id: 'c', name: 'Read', arguments: sent };
      const events = codecOf(format).decodeMessage({ output: [item] }, 'm', new Map());
      const [block] = collectMessage(events)?.content ?? [];
      assert.deepEqual(block?.type === 'tool_use' && block.input, expected);
    }
  },
  async 'pitfall 34 and pitfall 38: nameless calls are dropped, repeated ones are one, ids are made up'() {
    const item = { type: 'function_call', call_id: 'c', name: 'Read', arguments: '{"a":1}' };
    const done = (output_index: number, members: JsonObject) =>
      event('output_item.done', { output_index, item: { ...item, ...members } });
    const frames = [
      done(0, {}),
      done(1, {}),
      done(2, { call_id: 'd', name: '' }),
      done(3, { call_id: '' }),
      event('completed', { response: {} }),
    ];
    const ids = (collectMessage(await read(frames))?.content ?? []).map(
      (block) => block.type === 'tool_use' && block.id,
    );
    assert.deepEqual(ids, ['c', 'made-up']);
  },
  async 'pitfall 35: growing snapshots of the input are read as one'() {
    const added = { type: 'function_call', call_id: 'c', name: 'Read', arguments: '' };
    const pieces = ['{"a', '{"a":1', '{"a":1}'].map((delta) =>
      event('function_call_arguments.delta', { output_index: 0, delta }),
    );
    const item = { ...added, arguments: '{"a":1}' };
    const frames = [
      event('output_item.added', { output_index: 0, item: added }),
      ...pieces,
      event('output_item.done', { output_index: 0, item }),
      event('completed', { response: {} }),
    ];
    const [block] = collectMessage(await read(frames))?.content ?? [];
    assert.deepEqual(block?.type === 'tool_use' && block.input, { a: 1 });
  },
  'pitfall 36 and pitfall 37: the stop reason agrees with the blocks, whatever the status says'() {
    const stopOf = (body: unknown) =>
      collectMessage(codecOf(format).decodeMessage(body, 'm', new Map()))?.stopReason;
    assert.equal(stopOf(responsesWhole({ text: 'Hi' }).body), 'end_turn');
    assert.equal(stopOf(responsesWhole({ toolCalls: [call('a')] }).body), 'tool_use');
    assert.equal(stopOf({ status: 'novelty', output: [] }), 'end_turn');
  },
  async 'pitfall 39: reasoning ends before the call begins'() {
    const frames = responsesSse({ reasoning: 'Hm.', toolCalls: [call('a')] });
    const open = frames.filter((frame) => !/"rs_1".*done|done.*"rs_1"/s.test(frame));
    for (const sent of [frames, open]) {
      const types = (await read(sent)).map(({ type }) => type);
      assert.ok(types.indexOf('thinking-end') < types.indexOf('tool-start'));
      assert.equal(types.at(-1), 'message-end');
    }
  },
  'pitfall 41 and pitfall 42: outputs follow their calls, and none is missing or alone'() {
    const messages = [
      { role: 'user', content: [toolResult('gone', 'old')] },
      { role: 'assistant', content: [toolUse('a'), toolUse('b')] },
      { role: 'user', content: [{ type: 'text', text: 'Stop.' }, toolResult('b', 'B')] },
    ];
    const items = itemsOf(bodyWith({ messages }));
    assertPaired(items);
    assert.equal(kindsOf(items).at(-1), 'user');
  },
  'pitfall 47: a system message in the middle stays there'() {
    const note = { role: 'system', content: 'Note.' };
    const hi = { role: 'user', content: 'Hi' };
    const rawBody = bodyWith({ messages: [hi, { role: 'assistant', content: 'Yes?' }, note, hi] });
    assert.equal('instructions' in encodedBody(format, rawBody), false);
    const facts = { quirks: { midConversationSystem: true } };
    assert.deepEqual(kindsOf(itemsOf(rawBody, { facts })), [
      'user',
      'assistant',
      'developer',
      'user',
    ]);
  },
  'pitfall 54: the cache key is the session’s, the same in every request'() {
    const keys = [0, 1].map(() => encodedBody(format, bodyWith({}))['prompt_cache_key']);
    assert.deepEqual(keys, ['session', 'session']);
  },
  'pitfall 55: numeric bounds of schemas move into descriptions'() {
    const input_schema = { properties: { n: { type: 'integer', minimum: 1 } } };
    const { body } = encode(format, bodyWith({ tools: [{ name: 'A', input_schema }] }));
    assert.ok(!body.includes('"minimum"') && body.includes('at least 1'));
  },
  'pitfall 59: the output limit has its own name and is clamped'() {
    const body = encodedBody(format, bodyWith({ max_tokens: 9e5 }), { facts: { maxOutput: 500 } });
    assert.deepEqual([body['max_output_tokens'], 'max_tokens' in body], [500, false]);
  },
  'pitfall 60: models that refuse an effort beside tools on the chat endpoint are asked here'() {
    for (const id of ['opencode-go', 'opencode-zen']) {
      const provider = mergeProviders({}).get(id);
      const rules = provider?.formatRules ?? [];
      const rule = rules.find(([glob]) => glob === 'gpt-*');
      assert.equal(rule?.[1], format, id);
    }
  },
  'pitfall 60: tools and an effort go together'() {
    const rawBody = bodyWith({
      tools: [{ name: 'A', input_schema: {} }],
      output_config: { effort: 'high' },
    });
    const body = encodedBody(format, rawBody, { facts: { efforts: ['high'] } });
    assert.ok('tools' in body && 'reasoning' in body);
  },
};

describe('the pitfalls of Responses alone', () => {
  for (const [name, run] of Object.entries(cases)) {
    it(name, run);
  }
});
