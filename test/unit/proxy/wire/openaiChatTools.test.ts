import assert from 'node:assert/strict';
import { type JsonObject, objectAt } from '../../../../src/proxy/wire/json';
import { collectMessage } from '../../../../src/proxy/wire/message';
import { decodeStream } from '../../../support/decodeStream';
import {
  assertPaired,
  format,
  messagesOf,
  type Overrides,
  toolResult,
  toolUse,
} from './chatRequests';
import { chunksOf, codecOf } from './replay';
import { arrayOf, bodyWith, encode, encodedBody } from './requests';

describe('tools as functions', () => {
  const tool = (name: string, schema: JsonObject = { type: 'object' }) => ({
    name,
    description: 'Does.',
    input_schema: schema,
  });

  it('shortens names that are too long or illegal, in calls and choices too, and finds them again', async () => {
    const long = `mcp__${'server'.repeat(12)}__tool`;
    const encoded = encode(
      format,
      bodyWith({
        tools: [tool(long), tool('a.b'), tool('Bash')],
        tool_choice: { type: 'tool', name: 'a.b' },
        messages: [{ role: 'assistant', content: [toolUse('x', long)] }],
      }),
    );
    const names = [...encoded.toolNames.keys()];
    assert.deepEqual([...encoded.toolNames.values()].sort(), ['a.b', long].sort());
    assert.ok(names.every((name) => /^[a-zA-Z0-9_-]{1,64}$/.test(name)));
    assert.ok(!encoded.body.includes(long) && !encoded.body.includes('"a.b"'));
    const call = { index: 0, id: 'c', function: { name: names[0], arguments: '{}' } };
    const chunk = { choices: [{ delta: { tool_calls: [call] }, finish_reason: 'tool_calls' }] };
    const bytes = Buffer.from(`data: ${JSON.stringify(chunk)}\n\ndata: [DONE]\n\n`);
    const events = [];
    for await (const step of decodeStream(
      codecOf(format),
      chunksOf([bytes]),
      'm',
      encoded.toolNames,
    )) {
      events.push(...step.events);
    }
    const block = collectMessage(events)?.content[0];
    assert.equal(block?.type === 'tool_use' && block.name, encoded.toolNames.get(names[0] ?? ''));
  });

  it('shortens tool ids that OpenAI refuses, the same way in call and result', () => {
    const id = `call_${'x'.repeat(60)}|fc_1`;
    const messages = messagesOf(
      bodyWith({
        messages: [
          { role: 'assistant', content: [toolUse(id)] },
          { role: 'user', content: [toolResult(id, 'ok')] },
        ],
      }),
    );
    assertPaired(messages);
    assert.equal(String(messages[1]?.['tool_call_id']).length, 40);
    assert.equal(messages[1]?.['content'], 'ok');
  });

  it('moves numeric bounds into descriptions and completes schemas', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: {
        limit: { type: 'integer', description: 'How many', minimum: 1, maximum: 9007199254740991 },
        minimum: { type: ['number', 'null'], exclusiveMinimum: 0 },
        mode: { enum: ['a'], default: { minimum: 1 } },
        nested: { anyOf: [{ type: 'array', items: { type: 'number', maximum: 5 } }] },
      },
    };
    const body = encodedBody(format, bodyWith({ tools: [tool('A', schema), tool('B')] }));
    const [first, second] = arrayOf(body['tools']).map((item) =>
      objectAt(objectAt(item, 'function'), 'parameters'),
    );
    assert.deepEqual(first, {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: {
        limit: { type: 'integer', description: 'How many (at least 1)' },
        minimum: { type: ['number', 'null'], description: '(more than 0)' },
        mode: { enum: ['a'], default: { minimum: 1 } },
        nested: {
          anyOf: [{ type: 'array', items: { type: 'number', description: '(at most 5)' } }],
        },
      },
      type: 'object',
    });
    assert.deepEqual(second, { type: 'object', properties: {} });
  });

  it('maps the tool choice, and asks for no forced call of a model that thinks', () => {
    const choose = (choice: JsonObject, overrides: Overrides = {}) =>
      encodedBody(format, bodyWith({ tools: [tool('A')], tool_choice: choice }), overrides);
    assert.equal(choose({ type: 'auto' })['tool_choice'], 'auto');
    assert.equal(choose({ type: 'any' })['tool_choice'], 'required');
    assert.equal(choose({ type: 'none' })['tool_choice'], 'none');
    assert.deepEqual(choose({ type: 'tool', name: 'A' })['tool_choice'], {
      type: 'function',
      function: { name: 'A' },
    });
    const facts = { quirks: { thinkingAlwaysOn: true } };
    assert.equal(choose({ type: 'any' }, { facts })['tool_choice'], 'auto');
    assert.equal(
      choose({ type: 'auto', disable_parallel_tool_use: true })['parallel_tool_calls'],
      false,
    );
    assert.equal('parallel_tool_calls' in choose({ type: 'auto' }), false);
  });
});
