import { render, type Words } from '../phrase';
import { assertNever } from '../types';
import { noUsage, type StreamEvent, settleStopReason, type Usage } from './streamEvent';

export interface EncoderOptions {
  /** The model that the client is told. */
  readonly model: string;
  /** The estimate that stands in for input usage as long as the upstream tells none. */
  readonly inputTokens: number;
}

/** One state machine per client response. After the end every method gives ''. */
export interface StreamEncoder {
  /**
   * Anthropic SSE text for these events. `error` events are skipped: the caller words them and calls `encodeError`.
   */
  encode(events: readonly StreamEvent[]): string;
  /** Ends the stream with an error frame; closes the open block first. */
  encodeError(type: string, message: Words): string;
  /** True once `message_stop` or an error frame was written. */
  readonly isFinished: boolean;
}

/** Gives the encoder of one response: one `message_start`, strictly growing block indexes, one end. */
export function createStreamEncoder(options: EncoderOptions): StreamEncoder {
  const state: State = {
    ...options,
    phase: 'idle',
    index: 0,
    tools: 0,
    hasInput: false,
    length: 0,
  };
  return {
    encode(events) {
      let text = '';
      for (const event of events) {
        text += state.phase === 'finished' ? '' : encodeEvent(state, event);
      }
      return text;
    },
    encodeError(type, message) {
      if (state.phase === 'finished') {
        return '';
      }
      // Structural parsers want the block closed before the error: tombii/better-ccflare#274.
      const closing = close(state);
      state.phase = 'finished';
      return closing + encodeErrorEvent(type, render(message));
    },
    get isFinished() {
      return state.phase === 'finished';
    },
  };
}

/** A keep-alive frame. */
export const pingFrame = 'event: ping\ndata: {"type":"ping"}\n\n';

/** The error envelope of JSON answers, as JSON text. */
export function errorBody(type: string, message: string): string {
  return JSON.stringify({ type: 'error', error: { type, message } });
}

/** An error frame for a stream in which no block is open. */
export function encodeErrorEvent(type: string, message: string): string {
  return `event: error\ndata: ${errorBody(type, message)}\n\n`;
}

/** One Anthropic frame; `fields` hold everything but the type. */
export function frame(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** Usage as the wire names it: always four numbers, since clients crash on null (anthropics/claude-code#45623). */
export function usageMembers(usage: Usage) {
  return {
    input_tokens: usage.inputTokens,
    cache_creation_input_tokens: usage.cacheWriteTokens,
    cache_read_input_tokens: usage.cacheReadTokens,
    output_tokens: usage.outputTokens,
  };
}

/**
 * The usage with estimates in place of what the upstream did not count; clients time their compaction by it. Four letters
 * per token is the usual rule for English and code.
 */
export function completeUsage(usage: Usage, inputTokens: number, outputLength: number): Usage {
  const isInputKnown = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens > 0;
  return {
    ...usage,
    inputTokens: isInputKnown ? usage.inputTokens : inputTokens,
    outputTokens: usage.outputTokens > 0 ? usage.outputTokens : Math.ceil(outputLength / 4),
  };
}

type BlockKind = 'text' | 'thinking' | 'tool';

interface State extends EncoderOptions {
  phase: 'idle' | 'started' | 'finished';
  /** Index of the open block, or of the next one. */
  index: number;
  open?: BlockKind | undefined;
  tools: number;
  /** Whether the open tool block has got any input. */
  hasInput: boolean;
  /** Letters written so far. */
  length: number;
}

function encodeEvent(state: State, event: StreamEvent): string {
  switch (event.type) {
    case 'message-start':
      return start(state, event.id, event.usage);
    case 'text-start':
      return open(state, 'text', { type: 'text', text: '' });
    case 'text-delta':
      return event.text === '' ? '' : delta(state, 'text', event.text);
    case 'text-end':
    case 'tool-end':
      return close(state);
    case 'thinking-start':
      return open(state, 'thinking', { type: 'thinking', thinking: '', signature: '' });
    case 'thinking-delta':
      return event.text === '' ? '' : delta(state, 'thinking', event.text);
    case 'thinking-end':
      return endThinking(state, event.signature);
    case 'redacted-thinking':
      return open(state, 'text', { type: 'redacted_thinking', data: event.data }) + close(state);
    case 'tool-start':
      state.tools += 1;
      return open(state, 'tool', { type: 'tool_use', id: event.id, name: event.name, input: {} });
    case 'tool-delta':
      return event.json === '' ? '' : delta(state, 'tool', event.json);
    case 'opaque-block':
      // Only an answer that passes as it came can carry it; a number of its own would leave a gap between the others.
      return '';
    case 'message-end':
      return finish(state, event);
    case 'error':
      return '';
    default:
      return assertNever(event);
  }
}

function start(state: State, id: string, usage: Usage): string {
  // A second start makes the SDK throw "Unexpected event order": QuantumNous/new-api#5482.
  if (state.phase !== 'idle') {
    return '';
  }
  state.phase = 'started';
  const message = {
    id: id === '' ? `msg_${crypto.randomUUID().replaceAll('-', '')}` : id,
    type: 'message',
    role: 'assistant',
    model: state.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: usageMembers(completeUsage(usage, state.inputTokens, 0)),
  };
  return frame('message_start', { message });
}

function ensureStarted(state: State): string {
  return state.phase === 'idle' ? start(state, '', noUsage) : '';
}

function open(state: State, kind: BlockKind, block: Readonly<Record<string, unknown>>): string {
  const before = ensureStarted(state) + close(state);
  state.open = kind;
  state.hasInput = false;
  return before + frame('content_block_start', { index: state.index, content_block: block });
}

const deltaStart = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":';

const deltaMembers: Readonly<Record<BlockKind, string>> = {
  text: ',"delta":{"type":"text_delta","text":',
  thinking: ',"delta":{"type":"thinking_delta","thinking":',
  tool: ',"delta":{"type":"input_json_delta","partial_json":',
};

const emptyBlocks = {
  text: { type: 'text', text: '' },
  thinking: { type: 'thinking', thinking: '', signature: '' },
} as const;

function delta(state: State, kind: BlockKind, value: string): string {
  let before = '';
  if (state.open !== kind) {
    // A piece of tool input outside a tool block belongs to nothing.
    if (kind === 'tool') {
      return '';
    }
    before = open(state, kind, emptyBlocks[kind]);
  }
  state.hasInput = true;
  state.length += value.length;
  // By hand: nearly every event is one, and writing it as an object takes three times as long.
  return `${before}${deltaStart}${state.index}${deltaMembers[kind]}${JSON.stringify(value)}}}\n\n`;
}

function endThinking(state: State, signature: string): string {
  if (state.open !== 'thinking') {
    return '';
  }
  const fields = { index: state.index, delta: { type: 'signature_delta', signature } };
  return (signature === '' ? '' : frame('content_block_delta', fields)) + close(state);
}

function close(state: State): string {
  if (state.open === undefined) {
    return '';
  }
  const index = state.index;
  // A tool without arguments: parsers want an object, and "" is none.
  const input = { index, delta: { type: 'input_json_delta', partial_json: '{}' } };
  const isEmptyTool = state.open === 'tool' && !state.hasInput;
  state.open = undefined;
  state.index += 1;
  return (
    (isEmptyTool ? frame('content_block_delta', input) : '') +
    frame('content_block_stop', { index })
  );
}

function finish(state: State, event: Extract<StreamEvent, { type: 'message-end' }>): string {
  const before = ensureStarted(state) + close(state);
  state.phase = 'finished';
  const delta = {
    stop_reason: settleStopReason(event.stopReason, state.tools),
    stop_sequence: event.stopSequence,
  };
  const usage = usageMembers(completeUsage(event.usage, state.inputTokens, state.length));
  return before + frame('message_delta', { delta, usage }) + frame('message_stop', {});
}
