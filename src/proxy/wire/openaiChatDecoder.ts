import { phrase } from '../phrase';
import type { ToolNames } from './formats';
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from './json';
import { contentText, reasoningText, type TextParts } from './openaiChatText';
import { createToolCalls, type ToolCalls, toolDeltasOf } from './openaiChatTools';
import { readChatUsage } from './openaiChatUsage';
import { bodyError, gaveUp, holdsError, malformed } from './streamErrors';
import {
  claimsWhole,
  noUsage,
  type StopReason,
  type StreamEvent,
  settleStopReason,
  type Usage,
} from './streamEvent';
import { createThinkFilter, type ThinkFilter } from './thinkTags';

/** The state machine of one answer; a whole completion is read as a stream of one chunk. */
export interface ChatDecoder {
  /** One chunk. */
  read(chunk: unknown): readonly StreamEvent[];
  /** `[DONE]`: the end, even without a finish reason when there was content. */
  done(): readonly StreamEvent[];
  /** The finish reason has come; only counts may follow. */
  isEnding(): boolean;
  /** The end of the body: the end of the answer only after a finish reason. */
  end(): readonly StreamEvent[];
  /** True after the message's end or an error. */
  readonly isFinished: boolean;
}

export function createChatDecoder(model: string, toolNames: ToolNames): ChatDecoder {
  const state: State = {
    model,
    tools: createToolCalls(toolNames),
    think: createThinkFilter(),
    hasStarted: false,
    hasContent: false,
    isFinished: false,
    isRefusal: false,
    space: '',
    heldText: '',
    usage: noUsage,
  };
  const end = () => (state.isFinished || state.finish === undefined ? [] : endMessage(state));
  return {
    read: (chunk) => (state.isFinished ? [] : readChunk(state, chunk)),
    done() {
      if (state.hasContent || state.tools.isBusy) {
        state.finish ??= 'stop';
      }
      return end();
    },
    end,
    isEnding: () => state.finish !== undefined && !state.isFinished,
    get isFinished() {
      return state.isFinished;
    },
  };
}

interface State {
  readonly model: string;
  readonly tools: ToolCalls;
  readonly think: ThinkFilter;
  hasStarted: boolean;
  hasContent: boolean;
  isFinished: boolean;
  isRefusal: boolean;
  open?: 'text' | 'thinking' | undefined;
  /** White space that becomes text only when text follows: a text block of nothing else is refused in the next request. */
  space: string;
  /** Text that came while a tool call was open. */
  heldText: string;
  usage: Usage;
  finish?: string;
}

function readChunk(state: State, chunk: unknown): readonly StreamEvent[] {
  if (holdsError(chunk) || !isObject(chunk)) {
    return fail(state, bodyError(chunk, { hasBegun: state.hasStarted }));
  }
  const choices = arrayAt(chunk, 'choices');
  const first = choices[0];
  const choice: JsonObject = isObject(first) ? first : {};
  // Moonshot counts inside the choice.
  const usage = readChatUsage(chunk['usage']) ?? readChatUsage(choice['usage']);
  state.usage = usage ?? state.usage;
  if (choices.length === 0) {
    // The usage chunk ends an answer that has its finish reason; anywhere else it means nothing.
    return usage !== undefined && state.finish !== undefined ? endMessage(state) : [];
  }
  const events = startMessage(state, chunk);
  // Whole completions, and some streams, say `message` in place of `delta`.
  const delta = objectAt(choice, 'delta') ?? objectAt(choice, 'message') ?? {};
  events.push(...readDelta(state, delta));
  const finish = stringAt(choice, 'finish_reason');
  if (finish !== undefined && finish !== '') {
    state.finish = finish;
  }
  return events;
}

function startMessage(state: State, chunk: JsonObject): StreamEvent[] {
  if (state.hasStarted) {
    return [];
  }
  state.hasStarted = true;
  const model = stringAt(chunk, 'model') ?? state.model;
  return [{ type: 'message-start', id: stringAt(chunk, 'id') ?? '', model, usage: state.usage }];
}

function readDelta(state: State, delta: JsonObject): readonly StreamEvent[] {
  const events: StreamEvent[] = [...writeThinking(state, reasoningText(delta))];
  const content: TextParts = contentText(delta['content']);
  events.push(...writeThinking(state, content.thinking));
  for (const piece of state.think.push(content.text)) {
    const write = piece.kind === 'text' ? writeText : writeThinking;
    events.push(...write(state, piece.text));
  }
  const refusal = stringAt(delta, 'refusal') ?? '';
  state.isRefusal ||= refusal !== '';
  events.push(...writeText(state, refusal));
  events.push(...beforeTools(state, state.tools.read(toolDeltasOf(delta))));
  return events;
}

function writeThinking(state: State, text: string): readonly StreamEvent[] {
  if (text === '') {
    return [];
  }
  const before = state.tools.settle();
  if (state.tools.isBusy) {
    // Thinking inside a tool call has no place in a sequence of blocks, and nobody misses it.
    return before;
  }
  state.hasContent = true;
  const opening: readonly StreamEvent[] =
    state.open === 'thinking' ? [] : [...closeBlock(state), { type: 'thinking-start' }];
  state.open = 'thinking';
  return [...before, ...opening, { type: 'thinking-delta', text }];
}

function writeText(state: State, piece: string): readonly StreamEvent[] {
  if (piece === '') {
    return [];
  }
  const text = state.space + piece;
  if (state.open !== 'text' && piece.trim() === '') {
    state.space = text;
    return [];
  }
  state.space = '';
  const before = state.tools.settle();
  if (state.tools.isBusy) {
    state.heldText += text;
    return before;
  }
  state.hasContent = true;
  const opening: readonly StreamEvent[] =
    state.open === 'text' ? [] : [...closeBlock(state), { type: 'text-start' }];
  state.open = 'text';
  return [...before, ...opening, { type: 'text-delta', text }];
}

/** Tool events, behind the end of the text or thinking that is open. */
function beforeTools(state: State, events: readonly StreamEvent[]): readonly StreamEvent[] {
  return events.length === 0 ? [] : [...closeBlock(state), ...events];
}

function closeBlock(state: State): readonly StreamEvent[] {
  const open = state.open;
  state.open = undefined;
  state.space = '';
  if (open === 'thinking') {
    return [{ type: 'thinking-end', signature: '' }];
  }
  return open === 'text' ? [{ type: 'text-end' }] : [];
}

/** Unknown reasons count as a plain end. Source: SDK types and issue threads, see the wire format notes, 2026-11-22. */
const stopReasons: Readonly<Record<string, StopReason | 'failed'>> = {
  stop: 'end_turn',
  eos: 'end_turn',
  end_turn: 'end_turn',
  repetition_truncation: 'end_turn',
  length: 'max_tokens',
  max_tokens: 'max_tokens',
  model_length: 'max_tokens',
  tool_calls: 'tool_use',
  tool_use: 'tool_use',
  function_call: 'tool_use',
  content_filter: 'refusal',
  sensitive: 'refusal',
  refusal: 'refusal',
  model_context_window_exceeded: 'model_context_window_exceeded',
  error: 'failed',
  network_error: 'failed',
  insufficient_system_resource: 'failed',
};

function endMessage(state: State): readonly StreamEvent[] {
  const finish = state.finish ?? '';
  const known = Object.hasOwn(stopReasons, finish) ? stopReasons[finish] : undefined;
  const reason = known ?? 'end_turn';
  if (reason === 'failed') {
    const raw = JSON.stringify({ finish_reason: finish });
    return fail(state, gaveUp(finish, raw));
  }
  const pieces = state.think.flush().flatMap((piece) => {
    const write = piece.kind === 'text' ? writeText : writeThinking;
    return write(state, piece.text);
  });
  const stopReason = state.isRefusal && reason === 'end_turn' ? 'refusal' : reason;
  const tools = state.tools.finish(claimsWhole(stopReason) ? 'whole' : 'cut');
  const events: StreamEvent[] = [...pieces, ...beforeTools(state, tools.events)];
  if (tools.isBroken) {
    // Passed on, the client's parser might complete the input and run a tool on half of it.
    const error = malformed(phrase('a tool call ended in the middle of its input'), '');
    return [...events, ...fail(state, error)];
  }
  const held = state.heldText;
  state.heldText = '';
  events.push(...writeText(state, held), ...closeBlock(state));
  state.isFinished = true;
  const settled = settleStopReason(stopReason, state.tools.count);
  const end = { stopReason: settled, stopSequence: null, usage: state.usage };
  return [...events, { type: 'message-end', ...end }];
}

function fail(
  state: State,
  error: Extract<StreamEvent, { type: 'error' }>['error'],
): readonly StreamEvent[] {
  state.isFinished = true;
  return [{ type: 'error', error }];
}
