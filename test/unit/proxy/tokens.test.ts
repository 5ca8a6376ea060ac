import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { textTokens } from '../../../src/proxy/textTokens';
import { createTokenCounter, estimateInput, type InputEstimate } from '../../../src/proxy/tokens';
import {
  parseMessagesRequest,
  readMessagesRequest,
} from '../../../src/proxy/wire/anthropicRequest';
import { createBodyMemory } from '../../../src/proxy/wire/bodyMemory';

describe('textTokens', () => {
  it('counts nothing for nothing and about one token for a letter', () => {
    assert.equal(textTokens(''), 0);
    assert.equal(Math.ceil(textTokens('a')), 1);
  });

  it('counts base64 far denser than prose of the same length', () => {
    const base64 = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7919) % 251)).toString(
      'base64',
    );
    assert.ok(textTokens(base64) > base64.length / 2);
  });

  it('counts rulers and indentation for next to nothing', () => {
    assert.ok(textTokens('-'.repeat(80)) < 6);
    assert.ok(textTokens(`\n${' '.repeat(40)}`) < 2);
  });

  it('takes text of every script, whole or cut between the halves of a character', () => {
    for (const text of [
      'größer',
      'привет',
      '漢字かな',
      '안녕',
      'हिन्दी',
      'שלום',
      '😀',
      '\ud83d',
      '\0',
    ]) {
      const tokens = textTokens(text);
      assert.ok(tokens > 0 && tokens < text.length * 2, `${text}: ${tokens}`);
    }
  });
});

const fixtures = path.resolve(__dirname, '../../fixtures/requests');

/** A request in the form in which clients send it, estimated. */
function estimate(body: object, count = estimateInput): InputEstimate {
  const parsed = parseMessagesRequest(
    JSON.stringify({ model: 'm', messages: [{ role: 'user', content: '' }], ...body }),
  );
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return count(parsed.request);
}

function inputTokens(body: object): number {
  return estimate(body).inputTokens;
}

function userBlocks(...content: readonly object[]): object {
  return { messages: [{ role: 'user', content }] };
}

describe('estimateInput', () => {
  const filler = 'some words of a prompt '.repeat(100);
  const fillerTokens = Math.ceil(textTokens(filler));

  const parts: readonly (readonly [string, object])[] = [
    ['a system text', { system: filler }],
    ['system blocks', { system: [{ type: 'text', text: filler }] }],
    ['a message text', { messages: [{ role: 'user', content: filler }] }],
    ['text blocks', userBlocks({ type: 'text', text: filler })],
    ['system messages between others', { messages: [{ role: 'system', content: filler }] }],
    ['thinking', userBlocks({ type: 'thinking', thinking: filler, signature: 'x' })],
    [
      'tool inputs',
      userBlocks({ type: 'tool_use', id: 'a', name: 'b', input: { text: [filler] } }),
    ],
    [
      'tool results with a text',
      userBlocks({ type: 'tool_result', tool_use_id: 'a', content: filler }),
    ],
    [
      'tool results with blocks',
      userBlocks({
        type: 'tool_result',
        tool_use_id: 'a',
        content: [{ type: 'text', text: filler }],
      }),
    ],
    ['tool descriptions', { tools: [{ name: 'a', description: filler, input_schema: {} }] }],
    [
      'tool schemas',
      { tools: [{ name: 'a', input_schema: { properties: { b: { description: filler } } } }] },
    ],
    [
      'the schema of a structured answer',
      { output_config: { format: { type: 'json_schema', schema: { description: filler } } } },
    ],
    ['text documents', userBlocks({ type: 'document', source: { type: 'text', data: filler } })],
    [
      'search results',
      userBlocks({
        type: 'search_result',
        title: 't',
        source: 's',
        content: [{ type: 'text', text: filler }],
      }),
    ],
    ['blocks of server tools', userBlocks({ type: 'code_execution_result', stdout: filler })],
    ['blocks of unknown types', userBlocks({ type: 'new', words: filler })],
  ];
  for (const [name, body] of parts) {
    it(`counts ${name}`, () => {
      const tokens = inputTokens(body);
      assert.ok(tokens >= fillerTokens, `${tokens} < ${fillerTokens}`);
      assert.ok(tokens < fillerTokens + 60, `${tokens} is far more than ${fillerTokens}`);
    });
  }

  it('counts what only the host can read by what it seals, not by its letters', () => {
    const sealed = 'Ab1+'.repeat(1000);
    for (const block of [
      { type: 'redacted_thinking', data: sealed },
      {
        type: 'web_search_tool_result',
        content: [{ type: 'web_search_result', encrypted_content: sealed }],
      },
    ]) {
      const tokens = inputTokens(userBlocks(block));
      assert.ok(tokens > 700 && tokens < 850, `${block.type}: ${tokens}`);
    }
  });

  it('leaves out the signature of thinking', () => {
    const block = { type: 'thinking', thinking: 'hm' };
    assert.equal(
      inputTokens(userBlocks({ ...block, signature: 'A'.repeat(4000) })),
      inputTokens(userBlocks({ ...block, signature: '' })),
    );
  });

  it('counts images by their size and not by their base64 text, in tool results too', () => {
    const image = { type: 'image', source: { type: 'base64', data: 'A'.repeat(400_000) } };
    const result = { type: 'tool_result', tool_use_id: 'a', content: [image] };
    const { inputTokens: tokens, imageSizes } = estimate(userBlocks(image, result));
    assert.equal(imageSizes.length, 2);
    assert.ok(tokens > 2900 && tokens < 3300, String(tokens));
  });

  it('counts a PDF by its pages, or by its size where their list is compressed', () => {
    const pdf = (data: string) =>
      userBlocks({ type: 'document', source: { type: 'base64', data } });
    const page = '<< /Type /Page /Parent 2 0 R >>\n';
    const named = `%PDF-1.4\n<< /Type /Pages /Count 4 >>\n${page.repeat(4)}`;
    const tokens = inputTokens(pdf(Buffer.from(named).toString('base64')));
    assert.ok(tokens >= 12_000 && tokens < 12_050, String(tokens));
    const compressed = inputTokens(pdf('A'.repeat(1_000_000)));
    assert.ok(compressed > 40_000 && compressed < 70_000, String(compressed));
  });

  it('takes any input and schema without a throw', () => {
    for (const odd of [null, 1, 'text', [null, 1, [[]]], { a: { b: [true] } }]) {
      const body = { tools: [{ name: 'a', input_schema: { odd } }] };
      assert.ok(inputTokens(body) > 0);
    }
  });
});

describe('the token counter', () => {
  /** A long conversation: prompts, thinking, calls and results of a real one, with results of some kilobytes. */
  function conversation(turns: number): object {
    const text = readFileSync(path.join(fixtures, 'long-conversation.json'), 'utf8');
    const { system, tools }: { system: unknown; tools: unknown } = JSON.parse(text).body;
    const messages = Array.from({ length: turns }, (_, turn) => [
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: `I look at file ${turn} next.`, signature: 's' },
          { type: 'tool_use', id: `t${turn}`, name: 'Read', input: { file_path: `/f${turn}.ts` } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: `t${turn}`, content: fileOf(turn) }],
      },
    ]);
    const first = { role: 'user', content: 'Read all the files and tell what they do.' };
    return { system, tools, messages: [first, ...messages.flat()] };
  }

  function fileOf(turn: number): string {
    return Array.from({ length: 100 }, (_, line) => `${line}\tconst value${turn} = ${line};`).join(
      '\n',
    );
  }

  it('reads only what is new in a turn', () => {
    let read = 0;
    const count = createTokenCounter((text) => {
      read += text.length;
      return textTokens(text);
    });
    const memory = createBodyMemory();
    const perTurn: number[] = [];
    let tookMs = 0;
    for (let turns = 1; turns <= 50; turns += 1) {
      read = 0;
      const body = Buffer.from(JSON.stringify({ model: 'm', ...conversation(turns) }));
      const startedAt = performance.now();
      const turn = readMessagesRequest(memory.read(body));
      assert.ok(turn.ok);
      count(turn.request);
      tookMs = performance.now() - startedAt;
      perTurn.push(read);
    }
    // The short texts of all turns, and one long one, however many there are.
    const newPart = fileOf(50).length;
    const shortParts = 60;
    for (const [index, characters] of perTurn.entries()) {
      const known = perTurn[0] ?? 0;
      assert.ok(
        characters <= known + newPart + index * shortParts,
        `turn ${index + 1}: ${characters}`,
      );
    }
    assert.ok(JSON.stringify(conversation(50)).length > 100_000);
    if (process.env['SWITCHYARD_TABLES'] !== undefined) {
      process.stdout.write(`turn 50, parsing included: ${tookMs.toFixed(2)} ms\n`);
    }
  });

  it('gives the same count as one that remembers nothing', () => {
    const count = createTokenCounter();
    const memory = createBodyMemory();
    for (let turns = 1; turns <= 5; turns += 1) {
      const text = JSON.stringify({ model: 'm', ...conversation(turns) });
      const turn = readMessagesRequest(memory.read(Buffer.from(text)));
      assert.ok(turn.ok);
      assert.deepEqual(count(turn.request), estimate(conversation(turns)));
    }
  });
});
