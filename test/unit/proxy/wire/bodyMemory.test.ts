import assert from 'node:assert/strict';
import { type BodyMemory, createBodyMemory } from '../../../../src/proxy/wire/bodyMemory';
import { arrayAt, type JsonObject, objectAt } from '../../../../src/proxy/wire/json';

const limits = { maxBytes: 10_000, maxBodies: 2, leastBytes: 0 };
const tools = [{ name: 'a', description: 'long '.repeat(20) }, { name: 'b' }];

const said = (text: string) => ({ role: 'user', content: [{ type: 'text', text }] });

function read(memory: BodyMemory, body: object): JsonObject {
  const result = memory.read(Buffer.from(JSON.stringify(body)));
  assert.ok(result.ok);
  assert.deepEqual(result.body.value, body);
  return result.body.value;
}

function messagesAfter(memory: BodyMemory, ...texts: readonly string[]): readonly unknown[] {
  return arrayAt(read(memory, { model: 'm', tools, messages: texts.map(said) }), 'messages');
}

describe('the memory of bodies', () => {
  it('gives the same objects for what the turn before said already', () => {
    const memory = createBodyMemory(limits);
    const before = messagesAfter(memory, 'one', 'two');
    const after = messagesAfter(memory, 'one', 'two', 'three');
    assert.equal(after[0], before[0]);
    assert.equal(after[1], before[1]);
  });

  it('gives the same list where nothing in it is new', () => {
    const memory = createBodyMemory(limits);
    const before = read(memory, { tools, messages: [said('one')] });
    const after = read(memory, { messages: [said('one'), said('two')], tools });
    assert.equal(after['tools'], before['tools']);
    const shorter = read(memory, { messages: [said('one')], tools: tools.slice(0, 1) });
    assert.equal(arrayAt(shorter, 'tools')[0], tools[0] && arrayAt(before, 'tools')[0]);
  });

  it('reads a message anew that was changed, and knows those behind it', () => {
    const memory = createBodyMemory(limits);
    const before = messagesAfter(memory, 'one', 'two', 'three');
    const after = messagesAfter(memory, 'one', 'TWO!', 'three');
    assert.equal(after[0], before[0]);
    assert.deepEqual(after[1], said('TWO!'));
    assert.equal(after[2], before[2]);
  });

  it('does not take a number for another that begins like it', () => {
    const memory = createBodyMemory(limits);
    read(memory, { a: 12, b: [12, 5], c: -1 });
    read(memory, { a: 123, b: [12.5, 5], c: 1 });
  });

  it('shares tools between conversations, and keeps each conversation apart', () => {
    const memory = createBodyMemory(limits);
    const one = read(memory, { tools, messages: [said('first')] });
    const other = read(memory, { tools, messages: [said('second')] });
    assert.equal(other['tools'], one['tools']);
    const later = messagesAfter(memory, 'first', 'more');
    assert.equal(later[0], arrayAt(one, 'messages')[0]);
  });

  it('forgets the conversation that was silent for the longest', () => {
    const memory = createBodyMemory(limits);
    const [first] = messagesAfter(memory, 'first');
    messagesAfter(memory, 'second');
    messagesAfter(memory, 'third');
    assert.notEqual(messagesAfter(memory, 'first')[0], first);
  });

  it('holds no more bytes than it may', () => {
    const memory = createBodyMemory({ ...limits, maxBytes: 1_000 });
    const long = 'x'.repeat(600);
    const [first] = messagesAfter(memory, 'a', long);
    messagesAfter(memory, 'b', long);
    assert.notEqual(messagesAfter(memory, 'a', long)[0], first);
    const [kept] = messagesAfter(memory, 'small');
    messagesAfter(memory, 'huge', 'x'.repeat(2_000));
    assert.equal(messagesAfter(memory, 'small', 'er')[0], kept);
  });

  it('knows again, but does not remember, what is asked beside conversations', () => {
    const memory = createBodyMemory(limits);
    const [first] = messagesAfter(memory, 'one');
    const beside = Array.from({ length: 5 }, (_, index) => [said('one'), said(`${index}`)]);
    for (const messages of beside) {
      const read = memory.readBeside(Buffer.from(JSON.stringify({ messages })));
      assert.ok(read.ok);
      assert.equal(arrayAt(read.body.value, 'messages')[0], first);
    }
    const [other] = messagesAfter(memory, '4');
    assert.notEqual(other, first);
    assert.equal(messagesAfter(memory, 'one', 'two')[0], first);
  });

  it('does not remember what is small', () => {
    const memory = createBodyMemory({ ...limits, leastBytes: 5_000 });
    const [first] = messagesAfter(memory, 'one');
    assert.notEqual(messagesAfter(memory, 'one')[0], first);
  });

  it('reads bytes that are no text as text with a mark in their place', () => {
    const memory = createBodyMemory(limits);
    const result = memory.read(Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]));
    assert.ok(result.ok);
    assert.deepEqual(result.body.value, { a: '\uFFFD' });
    assert.equal(result.body.bytes.toString('utf8'), '{"a":"\uFFFD"}');
  });

  it('takes a member named like a part of every object for what it is', () => {
    const memory = createBodyMemory(limits);
    const text = '{"__proto__":{"x":1},"constructor":2}';
    const result = memory.read(Buffer.from(text));
    assert.ok(result.ok);
    assert.equal(JSON.stringify(result.body.value), text);
    assert.equal(objectAt(result.body.value, 'x'), undefined);
  });

  it('says what is wrong with a body that is none', () => {
    const memory = createBodyMemory(limits);
    for (const text of [
      '',
      '[]',
      '"x"',
      '{"a":1,}',
      '{"a":[1,]}',
      '{"a" 1}',
      '{} {}',
      '{"a":[1}',
    ]) {
      assert.deepEqual(memory.read(Buffer.from(text)), {
        ok: false,
        message: 'The request body is not a JSON object.',
      });
    }
  });
});
