import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../../../../src/proxy/wire/json';
import { collectMessage, type Message } from '../../../../src/proxy/wire/message';
import { geminiChunk, geminiSse } from '../../../support/geminiAnswers';
import {
  assertLegalSchema,
  assertWellFormed,
  contentsOf,
  declarationsOf,
  format,
  partsOf,
  toolResult,
  toolUse,
} from '../wire/geminiRequests';
import { codecOf, eventsOf } from '../wire/replay';
import { bodyWith, encodedBody } from '../wire/requests';

const codec = codecOf(format);
const read = async (text: string) => collectMessage(await eventsOf(codec, [Buffer.from(text)]));
const replay = (name: string) =>
  read(readFileSync(join(__dirname, '../../../fixtures/wire', format, `${name}.sse`), 'utf8'));
const toolsOf = (message: Message | undefined) =>
  (message?.content ?? []).flatMap((block) => (block.type === 'tool_use' ? [block] : []));

describe('the pitfalls of Gemini alone', () => {
  it('pitfall 3: counts behind the finish reason are counted', async () => {
    assert.notEqual((await replay('usage-behind-the-finish'))?.usage.outputTokens, 0);
  });

  it('pitfall 31: text and a call in one event are both there', async () => {
    const functionCall = { id: 'a', name: 'Read', args: { a: 1 } };
    const both = geminiChunk([{ text: 'Look.' }, { functionCall }]);
    const message = await read(both + geminiSse({}).slice(1).join(''));
    assert.deepEqual(message?.content, [
      { type: 'text', text: 'Look.' },
      { type: 'tool_use', id: 'a', name: 'Read', input: { a: 1 } },
    ]);
  });

  it('pitfall 32: a call that Google itself calls malformed is an error', async () => {
    assert.equal(await replay('malformed-function-call'), undefined);
    assert.equal(await replay('broken-arguments'), undefined);
  });

  it('pitfall 33: arguments are an object, whatever came in their place', async () => {
    const tools = toolsOf(await replay('odd-arguments'));
    assert.ok(tools.length > 0);
    assert.ok(tools.every(({ input }) => isObject(input)));
  });

  it('pitfall 34: nameless calls are dropped, and ids are never the same', async () => {
    const named = toolsOf(await replay('nameless-call-beside-a-named-one'));
    assert.ok(named.length > 0 && named.every(({ name }) => name !== ''));
    const ids = toolsOf(await replay('repeated-and-clashing-ids')).map(({ id }) => id);
    const own = ids.filter((id) => id !== 'made-up');
    assert.equal(new Set(own).size, own.length);
  });

  it('pitfall 35: several calls in one event are several', async () => {
    assert.ok(toolsOf(await replay('parallel-calls-in-one-response')).length > 1);
  });

  it('pitfall 37: a finish reason that nobody knows still ends the answer', async () => {
    assert.notEqual(await replay('new-finish-reason'), undefined);
  });

  it('pitfall 38: calls without ids get one', async () => {
    const tools = toolsOf(await replay('calls-without-ids'));
    assert.ok(tools.length > 0 && tools.every(({ id }) => id !== ''));
  });

  it('pitfall 41 and pitfall 42: responses follow their calls, and none is missing or alone', () => {
    const messages = [
      { role: 'user', content: [toolResult('gone', 'old news')] },
      { role: 'assistant', content: [toolUse('a'), toolUse('b')] },
      { role: 'user', content: [{ type: 'text', text: 'Stop.' }, toolResult('b', 'B')] },
    ];
    const contents = contentsOf(bodyWith({ messages }));
    assertWellFormed(contents);
    assert.match(JSON.stringify(contents[0]), /old news/);
  });

  it('pitfall 49: a call goes back with its own signature, and never without any', () => {
    const signed = { type: 'thinking', thinking: '', signature: 'sw-gemini:some-model:c2ln' };
    const messages = [[signed, toolUse('a')], [toolUse('a')]].map((content) =>
      contentsOf(
        bodyWith({
          messages: [
            { role: 'user', content: 'Go' },
            { role: 'assistant', content },
            { role: 'user', content: [toolResult('a', 'A')] },
          ],
        }),
      ),
    );
    const signatures = messages.map((contents) => partsOf(contents[1])[0]?.['thoughtSignature']);
    assert.deepEqual(signatures, ['c2ln', 'skip_thought_signature_validator']);
  });

  it('pitfall 55: a schema holds only what Google knows', () => {
    const input_schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      additionalProperties: false,
      propertyNames: { pattern: '^a' },
      properties: {
        n: { type: 'integer', exclusiveMinimum: 0, format: 'int53' },
        c: { const: 'x' },
        u: { type: 'array', uniqueItems: true },
      },
    };
    const body = encodedBody(format, bodyWith({ tools: [{ name: 'A', input_schema }] }));
    assertLegalSchema(declarationsOf(body).get('A')?.['parameters']);
  });
});
