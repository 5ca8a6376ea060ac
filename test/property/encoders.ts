// Writes an answer in an upstream's wire format, by the format's documentation and without the code under test.
import type { Answer, Block } from './answers';

/** The events of a Messages stream, each one frame. */
export function encodeAnthropic(answer: Answer): readonly string[] {
  const { id, model, blocks, stopReason, stopSequence, usage } = answer;
  const counts = {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
  };
  const message = { id, type: 'message', role: 'assistant', model, content: [] };
  return [
    event('message_start', {
      message: {
        ...message,
        stop_reason: null,
        stop_sequence: null,
        usage: { ...counts, output_tokens: 0 },
      },
    }),
    ...blocks.flatMap(anthropicBlock),
    event('message_delta', {
      delta: { stop_reason: stopReason, stop_sequence: stopSequence },
      usage: { ...counts, output_tokens: usage.outputTokens },
    }),
    event('message_stop', {}),
  ];
}

function event(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function anthropicBlock(block: Block, index: number): readonly string[] {
  const delta = (fields: Readonly<Record<string, string>>) =>
    event('content_block_delta', { index, delta: fields });
  const wrap = (start: Readonly<Record<string, unknown>>, deltas: readonly string[]) => [
    event('content_block_start', { index, content_block: start }),
    ...deltas,
    event('content_block_stop', { index }),
  ];
  switch (block.kind) {
    case 'text':
      return wrap(
        { type: 'text', text: '' },
        block.pieces.map((text) => delta({ type: 'text_delta', text })),
      );
    case 'thinking':
      return wrap({ type: 'thinking', thinking: '', signature: '' }, [
        ...block.pieces.map((thinking) => delta({ type: 'thinking_delta', thinking })),
        delta({ type: 'signature_delta', signature: block.signature }),
      ]);
    case 'redacted':
      return wrap({ type: 'redacted_thinking', data: block.data }, []);
    case 'tool':
      return wrap(
        { type: 'tool_use', id: block.id, name: block.name, input: {} },
        ['', ...block.pieces].map((json) =>
          delta({ type: 'input_json_delta', partial_json: json }),
        ),
      );
  }
}

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  tool_use: 'tool_calls',
  max_tokens: 'length',
  refusal: 'content_filter',
  model_context_window_exceeded: 'model_context_window_exceeded',
};

/** The events of a Chat Completions stream, each one frame. */
export function encodeChat(answer: Answer): readonly string[] {
  const { id, model, blocks, stopReason, usage } = answer;
  const chunk = (fields: Readonly<Record<string, unknown>>) =>
    `data: ${JSON.stringify({ id, object: 'chat.completion.chunk', model, ...fields })}\n\n`;
  const delta = (fields: Readonly<Record<string, unknown>>, finish: string | null = null) =>
    chunk({ choices: [{ index: 0, delta: fields, finish_reason: finish }] });
  const tools = blocks.filter(({ kind }) => kind === 'tool');
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens } = usage;
  const prompt = inputTokens + cacheReadTokens + cacheWriteTokens;
  return [
    delta({ role: 'assistant', content: '' }),
    ...blocks.flatMap((block) => chatDeltas(block, tools.indexOf(block)).map((one) => delta(one))),
    delta({}, finishReasons[stopReason] ?? 'stop'),
    chunk({
      choices: [],
      usage: {
        prompt_tokens: prompt,
        completion_tokens: outputTokens,
        prompt_tokens_details: {
          cached_tokens: cacheReadTokens,
          cache_write_tokens: cacheWriteTokens,
        },
      },
    }),
    'data: [DONE]\n\n',
  ];
}

function chatDeltas(block: Block, index: number): readonly Readonly<Record<string, unknown>>[] {
  switch (block.kind) {
    case 'text':
      return block.pieces.map((content) => ({ content }));
    case 'thinking':
      return block.pieces.map((reasoning_content) => ({ reasoning_content }));
    case 'redacted':
      return [];
    case 'tool':
      return [
        {
          tool_calls: [
            {
              index,
              id: block.id,
              type: 'function',
              function: { name: block.name, arguments: '' },
            },
          ],
        },
        ...block.pieces.map((piece) => ({
          tool_calls: [{ index, function: { arguments: piece } }],
        })),
      ];
  }
}
