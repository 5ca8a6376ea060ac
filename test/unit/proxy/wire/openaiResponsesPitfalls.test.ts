// The known pitfalls of translation, as far as the Responses codec can fall into them; by their numbers in the notes on wire
// formats. The others are not the codec's: 1, 6, 7, 10, 11, 30, 31 (events → client, framing: one place for all formats);
// 12–25 (server, chain, deadlines, classifier); 45, 46 (chat hosts and DeepSeek only); 49, 55's Gemini half (Gemini);
// 50–52 (pass-through); 61 (count_tokens).
import assert from 'node:assert/strict';
import { arrayAt, type JsonObject, stringAt } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import {
  RESPONSES_COST,
  responsesEvent,
  responsesSse,
  responsesWhole,
} from '../../../support/openaiResponsesAnswers';
import { toolResult, toolUse } from './chatRequests';
import { assertPaired, format, itemsOf, kindsOf } from './openaiResponsesRequests';
import { codecOf, eventsOf } from './replay';
import { bodyWith, encode, encodedBody, fixtureBody } from './requests';

const read = (frames: readonly string[]) =>
  eventsOf(codecOf(format), [Buffer.from(frames.join(''))]);
const call = (id: string, name = 'Read') => ({ id, name, input: { of: id } });
const event = (type: string, fields: JsonObject) => responsesEvent(`response.${type}`, fields);

const cases: Readonly<Record<string, () => void | Promise<void>>> = {
  async 'pitfall 2: input tokens do not count what was cached'() {
    const frames = responsesSse({ text: 'Hi' }, { inputTokens: 100, cachedTokens: 90 });
    const usage = collectMessage(await read(frames))?.usage;
    assert.deepEqual([usage?.inputTokens, usage?.cacheReadTokens], [10, 90]);
  },
  async 'pitfall 3: the usage of the last event is not lost'() {
    const message = collectMessage(await read(responsesSse({ text: 'Hi' }, { outputTokens: 33 })));
    assert.equal(message?.usage.outputTokens, 33);
  },
  async 'pitfall 4: usage in the middle ends nothing'() {
    const [created = '', progress = '', ...rest] = responsesSse({ text: 'Hello' });
    const usage = event('in_progress', { response: { usage: { input_tokens: 3 } } });
    const message = collectMessage(await read([created, progress, usage, ...rest]));
    assert.deepEqual(message?.content, [{ type: 'text', text: 'Hello' }]);
  },
  async 'pitfall 5: a second start and a second end are not passed on'() {
    const frames = responsesSse({ text: 'Hi' });
    const types = (await read([frames[0] ?? '', ...frames, ...frames])).map(({ type }) => type);
    assert.equal(types.filter((type) => type === 'message-start').length, 1);
    assert.equal(types.filter((type) => type === 'message-end').length, 1);
  },
  async 'pitfall 8: an event that is not JSON is an error'() {
    const frames = [...responsesSse({ text: 'Hi' }).slice(0, 4), 'data: {"type":"resp\n\n'];
    assert.equal((await read(frames)).at(-1)?.type, 'error');
  },
  async 'pitfall 9: a failure behind status 200 is an error, no empty answer'() {
    const frames = [...responsesSse({}).slice(0, 2), event('failed', { response: {} })];
    assert.equal((await read(frames)).at(-1)?.type, 'error');
  },
  async 'pitfall 26: input is streamed while it comes'() {
    const frames = responsesSse({ toolCalls: [call('a')] });
    const cut = frames.findIndex((frame) => frame.includes('arguments.delta'));
    assert.equal((await read(frames.slice(0, cut + 1))).at(-1)?.type, 'tool-delta');
  },
  async 'pitfalls 27 and 28: calls without or with the same output index stay apart'() {
    for (const index of [',', ',"output_index":0,']) {
      const frames = responsesSse({ toolCalls: [call('a'), call('b')] });
      const changed = frames.map((frame) => frame.replace(/,"output_index":\d,/, index));
      const content = collectMessage(await read(changed))?.content;
      const blocks = ['a', 'b'].map((id) => ({ type: 'tool_use', ...call(id) }));
      assert.deepEqual(content, blocks, index);
    }
  },
  async 'pitfall 29: every parallel call has a block of its own'() {
    const types = (await read(responsesSse({ toolCalls: [call('a'), call('b')] }))).map(
      ({ type }) => type,
    );
    assert.equal(types.filter((type) => type === 'tool-start').length, 2);
    assert.ok(types.indexOf('tool-end') < types.lastIndexOf('tool-start'));
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
  async 'pitfalls 34 and 38: nameless calls are dropped, repeated ones are one, ids are made up'() {
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
  'pitfalls 36 and 37: the stop reason agrees with the blocks, whatever the status says'() {
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
  async 'pitfall 40: an answer that only thinks keeps its thinking'() {
    const message = collectMessage(await read(responsesSse({ reasoning: 'Hm.' })));
    assert.deepEqual(message?.content, [{ type: 'thinking', thinking: 'Hm.', signature: '' }]);
  },
  'pitfalls 41 and 42: outputs follow their calls, and none is missing or alone'() {
    const messages = [
      { role: 'user', content: [toolResult('gone', 'old')] },
      { role: 'assistant', content: [toolUse('a'), toolUse('b')] },
      { role: 'user', content: [{ type: 'text', text: 'Stop.' }, toolResult('b', 'B')] },
    ];
    const items = itemsOf(bodyWith({ messages }));
    assertPaired(items);
    assert.equal(kindsOf(items).at(-1), 'user');
  },
  'pitfalls 43 and 44: foreign and redacted thinking is left out'() {
    const thinking = { type: 'thinking', thinking: 'Hm.', signature: 'EqQBCg==' };
    const redacted = { type: 'redacted_thinking', data: 'EqQB' };
    const content = [thinking, redacted, { type: 'text', text: 'Hi' }];
    const { body } = encode(format, bodyWith({ messages: [{ role: 'assistant', content }] }));
    assert.ok(!body.includes('Hm.') && !body.includes('EqQB'));
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
  'pitfall 48: images in tool results arrive'() {
    assert.match(encode(format, fixtureBody('image-in-tool-result')).body, /"input_image"/);
  },
  'pitfall 53: the billing line is gone'() {
    const { body } = encode(format, fixtureBody('first-turn'));
    assert.ok(!body.includes('x-anthropic-billing-header'));
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
  'pitfalls 56 and 57: no server tool and no reference becomes an empty function'() {
    assert.ok(!encode(format, fixtureBody('web-search-server-tool')).body.includes('"tools"'));
    const tools = arrayAt(encodedBody(format, fixtureBody('tool-reference')), 'tools');
    assert.ok(tools.every((tool) => stringAt(tool, 'type') === 'function'));
  },
  'pitfall 58: no user id leaves'() {
    const { body } = encode(format, bodyWith({ metadata: { user_id: 'x'.repeat(200) } }));
    assert.ok(!body.includes('xxx'));
  },
  'pitfall 59: the output limit has its own name and is clamped'() {
    const body = encodedBody(format, bodyWith({ max_tokens: 9e5 }), { facts: { maxOutput: 500 } });
    assert.deepEqual([body['max_output_tokens'], 'max_tokens' in body], [500, false]);
  },
  'pitfall 60: tools and an effort go together'() {
    const rawBody = bodyWith({
      tools: [{ name: 'A', input_schema: {} }],
      output_config: { effort: 'high' },
    });
    const body = encodedBody(format, rawBody, { facts: { efforts: ['high'] } });
    assert.ok('tools' in body && 'reasoning' in body);
  },
  async 'pitfall 62: the model is the first member, and the cost behind the end is not read'() {
    assert.ok(encode(format, bodyWith({})).body.startsWith('{"model":"some-model"'));
    const events = await read([...responsesSse({ text: 'Hi' }), RESPONSES_COST]);
    assert.equal(events.at(-1)?.type, 'message-end');
  },
};

describe('the pitfalls of Responses', () => {
  for (const [name, run] of Object.entries(cases)) {
    it(name, run);
  }
});
