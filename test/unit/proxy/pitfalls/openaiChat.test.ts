import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectMessage, type Message } from '../../../../src/proxy/wire/message';
import { openaiChatChunk, openaiChatSse } from '../../../support/openaiChatAnswers';
import {
  assertPaired,
  format,
  messagesOf,
  rolesOf,
  toolResult,
  toolUse,
} from '../wire/chatRequests';
import { codecOf, eventsOf } from '../wire/replay';
import { bodyWith, encode, encodedBody, fixtureBody } from '../wire/requests';

const codec = codecOf(format);
const read = async (text: string) => collectMessage(await eventsOf(codec, [Buffer.from(text)]));
const replay = (name: string) =>
  read(readFileSync(join(__dirname, '../../../fixtures/wire', format, `${name}.sse`), 'utf8'));
const toolsOf = (message: Message | undefined) =>
  (message?.content ?? []).flatMap((block) => (block.type === 'tool_use' ? [block] : []));
const delta = (fields: object) =>
  openaiChatChunk({ choices: [{ index: 0, delta: fields, finish_reason: null }] });

describe('the pitfalls of Chat Completions alone', () => {
  it('pitfall 3: the usage of a chunk behind the finish reason is counted', async () => {
    assert.notEqual((await replay('text-with-late-usage-and-cost'))?.usage.outputTokens, 0);
  });

  it('pitfall 4: usage on every chunk cuts no call short', async () => {
    const message = await replay('usage-on-every-chunk');
    assert.equal(message?.stopReason, 'tool_use');
    assert.equal(toolsOf(message).length, 1);
  });

  it('pitfall 27: calls without an index stay apart', async () => {
    assert.ok(toolsOf(await replay('no-index-no-ids')).length > 1);
  });

  it('pitfall 28: calls of one index and two ids stay apart', async () => {
    const ids = toolsOf(await replay('same-index-different-ids')).map(({ id }) => id);
    assert.deepEqual(ids, ['call_a', 'call_b']);
  });

  it('pitfall 31: text and the beginning of a call in one chunk are both there', async () => {
    const called = { index: 0, id: 'a', function: { name: 'Read', arguments: '{"a":' } };
    const rest = delta({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] });
    const end = openaiChatSse({}).slice(-3).join('');
    const message = await read(delta({ content: 'Look.', tool_calls: [called] }) + rest + end);
    assert.deepEqual(message?.content, [
      { type: 'text', text: 'Look.' },
      { type: 'tool_use', id: 'a', name: 'Read', input: { a: 1 } },
    ]);
  });

  it('pitfall 32: a call cut off at the limit says max_tokens, one called whole is an error', async () => {
    assert.equal((await replay('truncated-tool-call-at-limit'))?.stopReason, 'max_tokens');
    assert.equal(await replay('truncated-tool-call-as-success'), undefined);
  });

  it('pitfall 33: arguments that were encoded twice are an object', async () => {
    for (const { input } of toolsOf(await replay('double-encoded-arguments'))) {
      assert.notDeepEqual(input, {});
    }
  });

  it('pitfall 34: nameless calls are dropped', async () => {
    const tools = toolsOf(await replay('zero-argument-and-nameless-calls'));
    assert.ok(tools.length > 0 && tools.every(({ name }) => name !== ''));
  });

  it('pitfall 35: snapshots are read as one, two calls in one event as two, think tags as thinking', async () => {
    assert.equal(toolsOf(await replay('cumulative-snapshots')).length, 1);
    assert.equal(toolsOf(await replay('two-calls-in-one-chunk')).length, 2);
    const [thinking, text] = (await replay('think-tags'))?.content ?? [];
    assert.equal(thinking?.type, 'thinking');
    assert.deepEqual(text, { type: 'text', text: 'The <think> tag' });
  });

  it('pitfall 37: finish reasons of gateways are understood, an error among them', async () => {
    const ended = (finish_reason: string) =>
      read(
        delta({ content: 'Hi' }) +
          openaiChatChunk({ choices: [{ index: 0, delta: {}, finish_reason }] }) +
          'data: [DONE]\n\n',
      );
    assert.equal((await ended('end_turn'))?.stopReason, 'end_turn');
    assert.equal(await ended('error'), undefined);
  });

  it('pitfall 38: calls without ids get one', async () => {
    const tools = toolsOf(await replay('no-index-no-ids'));
    assert.ok(tools.every(({ id }) => id !== ''));
  });

  it('pitfall 41 and pitfall 42: results follow their calls, and none is missing or alone', () => {
    const messages = [
      { role: 'user', content: [toolResult('gone', 'old news')] },
      { role: 'assistant', content: [toolUse('a'), toolUse('b')] },
      { role: 'user', content: [{ type: 'text', text: 'Stop.' }, toolResult('b', 'B')] },
    ];
    const sent = messagesOf(bodyWith({ messages }));
    assertPaired(sent);
    assert.deepEqual(rolesOf(sent), ['user', 'assistant', 'tool', 'tool', 'user']);
    assert.match(JSON.stringify(sent[0]), /old news/);
  });

  it('pitfall 45: where it must come back, every assistant message has its reasoning_content', () => {
    const facts = { quirks: { reasoningContentInHistory: true } };
    const sent = messagesOf(fixtureBody('parallel-tools'), { facts });
    const assistants = sent.filter(({ role }) => role === 'assistant');
    assert.ok(assistants.length > 0);
    assert.ok(assistants.every((message) => typeof message['reasoning_content'] === 'string'));
  });

  it('pitfall 55: numeric bounds of schemas move into descriptions', () => {
    const input_schema = { properties: { n: { type: 'integer', minimum: 1 } } };
    const { body } = encode(format, bodyWith({ tools: [{ name: 'A', input_schema }] }));
    assert.ok(!body.includes('"minimum"') && body.includes('at least 1'));
  });

  it('pitfall 59: a host that wants the newer name of the output limit gets it', () => {
    const body = encodedBody(format, bodyWith({}), { maxTokensField: 'max_completion_tokens' });
    assert.deepEqual([body['max_completion_tokens'], 'max_tokens' in body], [1000, false]);
  });

  it('pitfall 60: a model that refuses an effort beside tools gets none', () => {
    const rawBody = bodyWith({
      tools: [{ name: 'A', input_schema: {} }],
      output_config: { effort: 'high' },
    });
    const facts = { efforts: ['high'] as const, quirks: { noReasoningEffort: true } };
    const body = encodedBody(format, rawBody, { facts });
    assert.ok('tools' in body && !('reasoning_effort' in body));
  });
});
