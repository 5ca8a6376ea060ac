import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createChatClient } from '../../../../src/proxy/wire/chatClient';
import {
  arrayAt,
  isObject,
  type JsonObject,
  parseJson,
  stringAt,
} from '../../../../src/proxy/wire/json';
import { encodedBody, objectOf, readBy } from './requests';

const folder = join(__dirname, '../../../fixtures/requests/chat');
const picture = 'data:image/png;base64,iVBORw0KGgo=';

/** What no captured request holds: several kinds of content, and results that are not plain. */
const synthetic: JsonObject = {
  model: 'gpt-6',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'developer', content: [{ type: 'text', text: 'Be kind.' }] },
    {
      role: 'user',
      content: [
        { type: 'text', text: 'What is this?' },
        { type: 'image_url', image_url: { url: picture } },
        { type: 'text', text: 'And that?' },
        { type: 'image_url', image_url: { url: 'https://example.com/b.png', detail: 'high' } },
      ],
    },
    {
      role: 'assistant',
      content: 'I look.',
      tool_calls: [
        call('call_b', 'look', { path: '/b "c"', deep: [{ n: 1 }] }),
        call('call_a', 'look', {}),
      ],
    },
    { role: 'tool', tool_call_id: 'call_b', content: [{ type: 'text', text: 'a cat' }] },
    { role: 'tool', tool_call_id: 'call_a', content: 'a dog' },
    { role: 'user', content: 'Sure?' },
    { role: 'assistant', content: 'Yes.' },
    { role: 'user', content: 'Good 🧵.' },
  ],
};

function call(id: string, name: string, input: object): JsonObject {
  return { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

/** One thing said, called, answered or shown. */
type Atom = readonly [kind: 'text' | 'call' | 'result' | 'image', ...parts: readonly unknown[]];

/** All that a Chat Completions conversation says, in its order. */
function chatAtoms(body: JsonObject): readonly Atom[] {
  return arrayAt(body, 'messages').flatMap((message): readonly Atom[] => {
    const content = contentOf(objectOf(message)['content']);
    const calls = arrayAt(message, 'tool_calls').map(
      (item): Atom => [
        'call',
        stringAt(item, 'id'),
        stringAt(objectOf(item)['function'], 'name'),
        parseJson(stringAt(objectOf(item)['function'], 'arguments') ?? ''),
      ],
    );
    const id = stringAt(message, 'tool_call_id');
    return id === undefined ? [...content.map(chatPart), ...calls] : [resultAtom(id, content)];
  });
}

function chatPart(part: unknown): Atom {
  const text = stringAt(part, 'text');
  return text === undefined
    ? ['image', stringAt(objectOf(part)['image_url'], 'url')]
    : ['text', text];
}

/** The same of an Anthropic Messages request. */
function anthropicAtoms(body: JsonObject): readonly Atom[] {
  const system = contentOf(body['system']);
  const said = arrayAt(body, 'messages').flatMap((message) =>
    contentOf(objectOf(message)['content']),
  );
  return [...system, ...said].map((block): Atom => {
    const { type, id, name, input, source, content, text } = objectOf(block);
    if (type === 'tool_use') return ['call', id, name, input];
    if (type === 'tool_result') {
      return resultAtom(stringAt(block, 'tool_use_id') ?? '', contentOf(content));
    }
    if (type !== 'image') return ['text', text];
    const url = stringAt(source, 'url');
    const data = `data:${stringAt(source, 'media_type')};base64,${stringAt(source, 'data')}`;
    return ['image', url ?? data];
  });
}

function contentOf(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content;
  return typeof content === 'string' ? [{ type: 'text', text: content }] : [];
}

function resultAtom(id: string, content: readonly unknown[]): Atom {
  return ['result', id, content.map((part) => stringAt(part, 'text')).join('')];
}

/** Formats differ in how they cut and join texts: neighbours count as one, and white space not at all. */
function joined(atoms: readonly Atom[]): readonly Atom[] {
  const result: Atom[] = [];
  for (const atom of atoms) {
    const last = result.at(-1);
    if (atom[0] !== 'text') {
      result.push(atom);
    } else {
      const text = String(atom[1]).replace(/\s+/g, '');
      if (last?.[0] === 'text') result.splice(-1, 1, ['text', `${last[1]}${text}`]);
      else result.push(['text', text]);
    }
  }
  return result;
}

const captured = readdirSync(folder).map((file): readonly [string, JsonObject] => {
  const fixture = objectOf(parseJson(readFileSync(join(folder, file), 'utf8')));
  return [file.replace('.json', ''), objectOf(fixture['body'])];
});

describe('a Chat Completions request on its way to an upstream', () => {
  for (const [name, body] of [...captured, ['with images and lists', synthetic] as const]) {
    const read = () => {
      const result = readBy(createChatClient(), JSON.stringify(body));
      assert.ok(result.ok, result.ok ? '' : result.message);
      return result.messagesText;
    };

    it(`keeps every text, call, result, image and their order: ${name}, to Chat Completions`, () => {
      const sent = encodedBody('openai-chat', read());
      assert.deepEqual(joined(chatAtoms(sent)), joined(chatAtoms(body)));
      assert.deepEqual(toolNames(sent), toolNames(body));
      assert.deepEqual(sent['max_tokens'], body['max_tokens'] ?? body['max_completion_tokens']);
    });

    it(`keeps every text, call, result, image and their order: ${name}, to Anthropic Messages`, () => {
      const sent = encodedBody('anthropic-messages', read());
      assert.deepEqual(joined(anthropicAtoms(sent)), joined(chatAtoms(body)));
      const names = arrayAt(sent, 'tools').map((tool) => stringAt(tool, 'name'));
      assert.deepEqual(names, toolNames(body));
    });

    it(`is the same text each time, so that prefixes stay cached: ${name}`, () => {
      assert.equal(read(), read());
    });
  }

  function toolNames(body: JsonObject): readonly unknown[] {
    return arrayAt(body, 'tools').map(
      (tool) => isObject(tool) && stringAt(tool['function'], 'name'),
    );
  }
});
