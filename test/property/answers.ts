// Answers of every kind, made at random, and what each looks like as neutral events.
import * as fc from 'fast-check';
import type { StopReason, StreamEvent, Usage } from '../../src/proxy/wire/streamEvent';

export type Block =
  | { readonly kind: 'text'; readonly pieces: readonly string[] }
  | { readonly kind: 'thinking'; readonly pieces: readonly string[]; readonly signature: string }
  | { readonly kind: 'redacted'; readonly data: string }
  | {
      readonly kind: 'tool';
      readonly id: string;
      readonly name: string;
      /** The input's JSON text. */
      readonly pieces: readonly string[];
    };

export interface Answer {
  readonly id: string;
  readonly model: string;
  readonly blocks: readonly Block[];
  readonly stopReason: StopReason;
  readonly stopSequence: string | null;
  readonly usage: Usage;
}

/** The events that say the same; deltas as they were cut. */
export function eventsOf(answer: Answer, startUsage: Usage): readonly StreamEvent[] {
  const { id, model, blocks, stopReason, stopSequence, usage } = answer;
  return [
    { type: 'message-start', id, model, usage: startUsage },
    ...blocks.flatMap(blockEvents),
    { type: 'message-end', stopReason, stopSequence, usage },
  ];
}

function blockEvents(block: Block): readonly StreamEvent[] {
  switch (block.kind) {
    case 'text':
      return [
        { type: 'text-start' },
        ...block.pieces.map((text) => ({ type: 'text-delta', text }) as const),
        { type: 'text-end' },
      ];
    case 'thinking':
      return [
        { type: 'thinking-start' },
        ...block.pieces.map((text) => ({ type: 'thinking-delta', text }) as const),
        { type: 'thinking-end', signature: block.signature },
      ];
    case 'redacted':
      return [{ type: 'redacted-thinking', data: block.data }];
    case 'tool':
      return [
        { type: 'tool-start', id: block.id, name: block.name },
        ...block.pieces.map((json) => ({ type: 'tool-delta', json }) as const),
        { type: 'tool-end' },
      ];
  }
}

/** Joins what was cut into deltas, so that two ways of cutting are equal. */
export function joinDeltas(events: readonly StreamEvent[]): readonly StreamEvent[] {
  const joined: StreamEvent[] = [];
  for (const event of events) {
    const last = joined.at(-1);
    if ('text' in event && event.text === '') continue;
    if ('json' in event && event.json === '') continue;
    if (event.type === 'text-delta' && last?.type === 'text-delta') {
      joined[joined.length - 1] = { type: 'text-delta', text: last.text + event.text };
    } else if (event.type === 'thinking-delta' && last?.type === 'thinking-delta') {
      joined[joined.length - 1] = { type: 'thinking-delta', text: last.text + event.text };
    } else if (event.type === 'tool-delta' && last?.type === 'tool-delta') {
      joined[joined.length - 1] = { type: 'tool-delta', json: last.json + event.json };
    } else joined.push(event);
  }
  return joined;
}

/** Any letters, control characters and halves of characters included. */
const letters = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.constantFrom('data: [DONE]', '\n\n', '\r\n', '\\', '"', '{}', '</think>', '\u2028', '\uFEFF'),
);
const words = fc.array(letters, { maxLength: 4 });
const ids = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
const count = fc.oneof(fc.nat(20), fc.nat(200_000));

const inputs = fc
  .tuple(
    fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
    fc.array(fc.nat(60), { maxLength: 4 }),
  )
  .map(([input, cuts]) => cutText(JSON.stringify(input), cuts));

function cutText(text: string, cuts: readonly number[]): readonly string[] {
  const places = [...new Set(cuts.map((cut) => Math.min(cut, text.length)))].sort((a, b) => a - b);
  return [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length));
}

const usages: fc.Arbitrary<Usage> = fc.record(
  {
    inputTokens: count,
    outputTokens: count,
    cacheReadTokens: count,
    cacheWriteTokens: count,
  },
  { noNullPrototype: true },
);

const textBlocks = words.map((pieces): Block => ({ kind: 'text', pieces }));
const toolBlocks = fc
  .tuple(ids, ids, inputs)
  .map(([id, name, pieces]): Block => ({ kind: 'tool', id, name, pieces }));
const thinkingBlocks = fc
  .tuple(words, fc.base64String({ maxLength: 20 }))
  .map(([pieces, signature]): Block => ({ kind: 'thinking', pieces, signature }));
const redactedBlocks = fc
  .base64String({ maxLength: 20 })
  .map((data): Block => ({ kind: 'redacted', data }));

const stopReasons = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const;

function answers(
  blocks: fc.Arbitrary<readonly Block[]>,
  reasons: readonly StopReason[],
): fc.Arbitrary<Answer> {
  return fc
    .record({
      id: ids,
      model: ids,
      blocks,
      stopReason: fc.constantFrom(...reasons),
      usage: usages,
      sequence: letters,
    })
    .map(({ sequence, stopReason, ...rest }) => {
      const hasTool = rest.blocks.some(({ kind }) => kind === 'tool');
      return {
        ...rest,
        stopReason: stopReason === 'end_turn' && hasTool ? 'tool_use' : stopReason,
        stopSequence: stopReason === 'stop_sequence' ? sequence : null,
      };
    });
}

/** Everything that an Anthropic stream can say. */
export const anthropicAnswers = answers(
  fc.array(fc.oneof(textBlocks, thinkingBlocks, redactedBlocks, toolBlocks), { maxLength: 5 }),
  stopReasons,
);

/**
 * Everything that a Chat Completions stream can say without a second way to read it: it has no block borders, so that two
 * texts in a row are one; no blank texts; no signatures.
 */
export const chatAnswers = answers(
  fc
    .array(fc.oneof(textBlocks, thinkingBlocks, toolBlocks), { maxLength: 5 })
    .map((blocks) => uniqueTools(blocks.filter(isSayable).map(withoutSignature)).filter(hasBorder)),
  ['end_turn', 'max_tokens', 'refusal', 'model_context_window_exceeded'],
);

function isSayable(block: Block): boolean {
  if (block.kind === 'redacted') return false;
  const text = block.pieces.join('');
  if (block.kind === 'tool') return true;
  // A content that begins with a tag is taken apart by it.
  return text.trim() !== '' && !text.trimStart().startsWith('<');
}

function withoutSignature(block: Block): Block {
  return block.kind === 'thinking' ? { ...block, signature: '' } : block;
}

function uniqueTools(blocks: readonly Block[]): readonly Block[] {
  return blocks.map((block, index) =>
    block.kind === 'tool' ? { ...block, id: `${block.id}${index}` } : block,
  );
}

/** Behind a call without input nothing but calls may come: hosts send `{}` first and the input later. */
function hasBorder(block: Block, index: number, blocks: readonly Block[]): boolean {
  const before = blocks.slice(0, index);
  if (block.kind === 'tool') return true;
  const hasEmptyCall = before.some(
    (other) => other.kind === 'tool' && /^\{?\}?$/.test(other.pieces.join('')),
  );
  return before.at(-1)?.kind !== block.kind && !hasEmptyCall;
}
