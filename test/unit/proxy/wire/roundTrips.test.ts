// What every recorded request says arrives, in its order, in every wire format, and what is nobody else's business does not.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type WireFormat, wireFormats } from '../../../../src/proxy/types';
import { loadedTool, toolIdOf } from '../../../../src/proxy/wire/anthropicContent';
import { createChatClient } from '../../../../src/proxy/wire/chatClient';
import { anthropicClient, type ClientCodec } from '../../../../src/proxy/wire/clients';
import {
  arrayAt,
  isObject,
  type JsonObject,
  objectAt,
  parseJson,
  stringAt,
} from '../../../../src/proxy/wire/json';
import { callableTools, isBillingLine } from '../../../../src/proxy/wire/requestRules';
import { createResponsesClient } from '../../../../src/proxy/wire/responsesClient';
import { shortId } from '../../../../src/proxy/wire/toolNames';
import { encode, fixture, fixtureBody, objectOf, parsed, readBy } from './requests';

/** Requests of clients that speak another format, in the form that their codec gives them. */
const codecs: Readonly<Record<string, () => ClientCodec>> = {
  '': () => anthropicClient,
  'chat/': createChatClient,
  'responses/': createResponsesClient,
};

const names = Object.keys(codecs).flatMap((folder) =>
  readdirSync(join(__dirname, '../../../fixtures/requests', folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => `${folder}${file.replace('.json', '')}`)
    // Answered by Switchyard itself; and a greeting without any word.
    .filter((name) => name !== 'count-tokens' && name !== 'responses/codex-warm-up'),
);

/** The request as a Messages request. */
function messagesText(name: string): string {
  const folder = name.slice(0, name.indexOf('/') + 1);
  const codec = codecs[folder]?.();
  assert.ok(codec !== undefined);
  const read = readBy(codec, fixtureBody(name));
  assert.ok(read.ok, `${name} is not read`);
  return read.messagesText;
}

/** The member that holds the conversation. */
const conversations: Readonly<Record<WireFormat, string>> = {
  'anthropic-messages': 'messages',
  'openai-chat': 'messages',
  'openai-responses': 'input',
  gemini: 'contents',
};

/** How a tool id is written in each format. */
const ids: Readonly<Record<WireFormat, (id: string) => string>> = {
  'anthropic-messages': toolIdOf,
  'openai-chat': shortId,
  'openai-responses': shortId,
  gemini: (id) => id,
};

/** All strings of a value in their order, and the inputs of tools as JSON text. */
function leavesOf(value: unknown, key = ''): readonly string[] {
  if (key === 'arguments') {
    return [JSON.stringify(parseJson(String(value)))];
  }
  if (key === 'input' || key === 'args') {
    return [JSON.stringify(value)];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item) => leavesOf(item));
  }
  if (isObject(value)) {
    return Object.entries(value).flatMap(([name, item]) => leavesOf(item, name));
  }
  return typeof value === 'string' ? [value] : [];
}

function blocksOf(content: unknown): readonly JsonObject[] {
  return typeof content === 'string'
    ? [{ type: 'text', text: content }]
    : arrayAt({ content }, 'content').map(objectOf);
}

/** What a block says, but for pictures. */
function saidIn(block: JsonObject, idOf: (id: string) => string): readonly string[] {
  switch (block['type']) {
    case 'text':
      return [stringAt(block, 'text') ?? ''];
    case 'tool_use':
      return [
        idOf(stringAt(block, 'id') ?? ''),
        stringAt(block, 'name') ?? '',
        JSON.stringify(block['input']),
      ];
    case 'tool_result':
      return blocksOf(block['content']).flatMap((inner) => saidIn(inner, idOf));
    case 'tool_reference':
      return [loadedTool(stringAt(block, 'tool_name') ?? '')];
    default:
      return [];
  }
}

/** What the messages say. Other formats want the results first, in the order of their calls. */
function saidBy(messages: readonly JsonObject[], format: WireFormat): readonly string[] {
  const calls = messages
    .flatMap((message) => blocksOf(message['content']))
    .map((block) => stringAt(block, 'id'));
  const rank = (block: JsonObject): number => {
    const isResult = block['type'] === 'tool_result';
    const isAsSent = format === 'anthropic-messages';
    return !isResult ? calls.length : isAsSent ? 0 : calls.indexOf(stringAt(block, 'tool_use_id'));
  };
  return messages
    .flatMap((message) => blocksOf(message['content']).toSorted((a, b) => rank(a) - rank(b)))
    .flatMap((block) => saidIn(block, ids[format]))
    .filter((text) => text !== '');
}

/** Every call and every result has its id, as often as the client named it. */
function assertIds(messages: readonly JsonObject[], format: WireFormat, sent: readonly string[]) {
  for (const block of messages.flatMap((message) => blocksOf(message['content']))) {
    const id = stringAt(block, 'id') ?? stringAt(block, 'tool_use_id');
    if (id !== undefined) {
      assert.equal(sent.filter((leaf) => leaf === ids[format](id)).length, 2, id);
    }
  }
}

function assertInOrder(pieces: readonly string[], text: string): void {
  let from = 0;
  for (const piece of pieces) {
    const at = text.indexOf(piece, from);
    assert.ok(at >= 0, `${text.includes(piece) ? 'out of order' : 'lost'}: ${piece}`);
    from = at + piece.length;
  }
}

function picturesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap(picturesIn);
  }
  if (!isObject(value)) {
    return [];
  }
  const source = value['type'] === 'image' ? objectAt(value, 'source') : undefined;
  const data = stringAt(source, 'data');
  return data === undefined ? Object.values(value).flatMap(picturesIn) : [data];
}

/** What only Anthropic may see. */
const privateWords: readonly RegExp[] = [
  /"safeguards"/,
  /classifier_context/,
  /x-anthropic-billing-header/,
  /"metadata"/,
  /user_id|device_id|account_uuid/,
  /context_management/,
  /anthropic-beta|"betas"/,
];

for (const format of wireFormats) {
  describe(`recorded requests to another vendor of ${format}`, () => {
    for (const name of names) {
      const rawBody = messagesText(name);
      const client = objectOf(parseJson(rawBody));
      const { body, headers } = encode(format, rawBody, {
        anthropicBeta: stringAt(fixture(name)['headers'], 'anthropic-beta'),
      });

      it(`keep every word, tool id, input and picture of ${name}, in order`, () => {
        const sent = objectOf(parseJson(body));
        const leaves = leavesOf(sent[conversations[format]]);
        const messages = arrayAt(client, 'messages').map(objectOf);
        assertInOrder(saidBy(messages, format), leaves.join('\u0000'));
        assertIds(messages, format, leaves);
        assertInOrder(picturesIn(messages), body);
        const everything = leavesOf(sent).join('\u0000');
        const system = blocksOf(client['system']).map((block) => stringAt(block, 'text') ?? '');
        assertInOrder(
          system.filter((text) => !isBillingLine(text)),
          everything,
        );
        const { tools } = callableTools(parsed(rawBody));
        assertInOrder(
          tools.map((tool) => JSON.stringify(tool.name)),
          JSON.stringify(sent['tools'] ?? []),
        );
      });

      it(`carry nothing private of ${name}`, () => {
        for (const word of privateWords) {
          assert.doesNotMatch(body, word);
        }
        const betas = (headers['anthropic-beta'] ?? '').split(',').filter((beta) => beta !== '');
        assert.ok(
          betas.every((beta) => beta.startsWith('interleaved-thinking')),
          betas.join(),
        );
      });
    }
  });
}
