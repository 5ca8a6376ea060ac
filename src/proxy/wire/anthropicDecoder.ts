import { type Phrase, phrase } from '../phrase';
import { frame, usageMembers } from './anthropic';
import { type BlockOrder, createBlockOrder } from './anthropicBlockOrder';
import { mendDeltaUsage, mendStartUsage, readUsage } from './anthropicUsage';
import { isObject, type JsonObject, objectAt, parseJson, stringAt } from './json';
import { plainDelta, plainDeltaEvent } from './plainDelta';
import { linesOf, type SseFrame } from './sse';
import { holdsError, malformed, upstreamError } from './streamErrors';
import {
  claimsWhole,
  noUsage,
  type StopReason,
  type StreamEvent,
  settleStopReason,
  stopReasons,
  type Usage,
} from './streamEvent';

export interface AnthropicDecoder {
  /** One frame: its events, and the bytes to pass on (none for what clients must not see). */
  read(frame: SseFrame): { readonly events: readonly StreamEvent[]; readonly bytes?: Uint8Array };
  /** The events of one Anthropic event, given without its frame. */
  observe(type: string, data: JsonObject): readonly StreamEvent[];
  /** True after `message_stop` or an error. */
  readonly isFinished: boolean;
}

/** Gives the decoder of one answer. */
export function createAnthropicDecoder(): AnthropicDecoder {
  return new Decoder();
}

class Decoder implements AnthropicDecoder {
  readonly #state: State = {
    order: createBlockOrder(),
    hasStarted: false,
    isFinished: false,
    signature: '',
    tools: 0,
    usage: noUsage,
  };

  get isFinished(): boolean {
    return this.#state.isFinished;
  }

  read(frame: SseFrame): Read {
    return readFrame(this.#state, frame);
  }

  observe(type: string, data: JsonObject): readonly StreamEvent[] {
    return observe(this.#state, type, data);
  }
}

interface State {
  readonly order: BlockOrder;
  hasStarted: boolean;
  isFinished: boolean;
  open?: 'text' | 'thinking' | 'tool' | 'opaque' | undefined;
  /** Of the open thinking block. */
  signature: string;
  tools: number;
  usage: Usage;
  stopReason?: StopReason;
  stopSequence?: string | null;
}

type Read = ReturnType<AnthropicDecoder['read']>;

function readFrame(state: State, source: SseFrame): Read {
  const delta = source.isWhole ? plainDelta(source.bytes) : undefined;
  if (delta !== undefined) {
    return readEvent(state, source, { type: plainDeltaEvent, event: plainDeltaEvent, data: delta });
  }
  const { event, data: text } = linesOf(source);
  if (text === undefined || text === '' || text === '[DONE]') {
    // Comments keep the connection alive on the client's side too; `[DONE]` makes Anthropic's SDK throw.
    return text === undefined && event === ''
      ? { events: [], bytes: source.bytes }
      : { events: [] };
  }
  const data = parseJson(text);
  if (!isObject(data)) {
    // Cut off by the end of the body: the missing end marker says enough.
    return source.isWhole
      ? broken(state, phrase('an event of the stream is not JSON'))
      : { events: [] };
  }
  const type = stringAt(data, 'type') ?? event;
  if (event === 'error' || holdsError(data)) {
    state.isFinished = true;
    return { events: [{ type: 'error', error: upstreamError(data, text) }] };
  }
  return readEvent(state, source, { type, event, data });
}

interface NamedEvent {
  readonly type: string;
  /** As the frame names it. */
  readonly event: string;
  readonly data: JsonObject;
}

function readEvent(state: State, source: SseFrame, { type, event, data }: NamedEvent): Read {
  if (!eventName.test(type) || (type === 'message_start' && state.hasStarted)) {
    return { events: [] };
  }
  const placed = state.order.place(type, mend(state, type, data));
  if (placed.is === 'dropped') {
    // A count that comes too early for the client still counts.
    return { events: type === 'message_delta' ? observe(state, type, data) : [] };
  }
  if (placed.is === 'broken') {
    return broken(state, placed.why);
  }
  const events = observe(state, type, placed.data);
  const hasEnded = type === 'message_stop' || (type === 'message_delta' && state.stopReason);
  if (hasEnded && state.order.hasBrokenTool && claimsWhole(stopReasonOf(state))) {
    return broken(state, phrase('a tool call ended in the middle of its input'));
  }
  const isExact = placed.data === data && event === type && data['type'] === type;
  const bytes = isExact ? source.bytes : Buffer.from(frame(type, placed.data));
  const delta =
    type === 'message_stop' && state.stopReason === undefined ? missingDelta(state) : '';
  const before = placed.before + delta;
  return { events, bytes: before === '' ? bytes : Buffer.concat([Buffer.from(before), bytes]) };
}

/** With a line break in it, a name would make frames of its own that nobody has looked at. */
const eventName = /^[\w.-]{1,64}$/;

/** What was sent before stays the client's; the error is the caller's to word. */
function broken(state: State, why: Phrase): Read {
  state.isFinished = true;
  // Without the event's own text, which is the answer's.
  return { events: [{ type: 'error', error: malformed(why, '') }] };
}

/** Clients hang on an answer without a stop reason (anthropics/claude-code#16785). */
function missingDelta(state: State): string {
  const delta = { stop_reason: stopReasonOf(state), stop_sequence: null };
  return frame('message_delta', { delta, usage: usageMembers(state.usage) });
}

function stopReasonOf(state: State): StopReason {
  return settleStopReason(state.stopReason ?? 'end_turn', state.tools);
}

/** The data itself, or a copy without what is known to crash clients. */
function mend(state: State, type: string, data: JsonObject): JsonObject {
  if (type === 'message_start') {
    const message = objectAt(data, 'message') ?? {};
    const usage = mendStartUsage(message['usage']);
    return usage === message['usage'] ? data : { ...data, message: { ...message, usage } };
  }
  if (type === 'content_block_start') {
    const block = objectAt(data, 'content_block') ?? {};
    const needsId = block['type'] === 'tool_use' && !stringAt(block, 'id');
    // Clients read the id as a string without looking: routatic/proxy#19.
    const id = needsId ? madeUpId() : block['id'];
    return needsId ? { ...data, content_block: { ...block, id } } : data;
  }
  if (type === 'message_delta') {
    const delta = objectAt(data, 'delta') ?? {};
    const reason = readStopReason(delta['stop_reason']);
    const settled = reason && settleStopReason(reason, state.tools);
    const usage = mendDeltaUsage(data['usage'], state.usage);
    return settled === reason && usage === data['usage']
      ? data
      : { ...data, delta: settled ? { ...delta, stop_reason: settled } : delta, usage };
  }
  return data;
}

function madeUpId(): string {
  return `toolu_${crypto.randomUUID().replaceAll('-', '')}`;
}

type Observer = (state: State, data: JsonObject) => readonly StreamEvent[];

const observers: Readonly<Record<string, Observer>> = {
  message_start: startMessage,
  content_block_start: startBlock,
  content_block_delta: readDelta,
  content_block_stop: endBlock,
  message_delta: readMessageDelta,
  message_stop: endMessage,
};

function observe(state: State, type: string, data: JsonObject): readonly StreamEvent[] {
  return Object.hasOwn(observers, type) ? (observers[type]?.(state, data) ?? []) : [];
}

function startMessage(state: State, data: JsonObject): readonly StreamEvent[] {
  const message = objectAt(data, 'message') ?? {};
  state.hasStarted = true;
  state.usage = readUsage(message['usage'], state.usage);
  const id = stringAt(message, 'id') ?? '';
  return [
    { type: 'message-start', id, model: stringAt(message, 'model') ?? '', usage: state.usage },
  ];
}

function startBlock(state: State, data: JsonObject): readonly StreamEvent[] {
  const block = objectAt(data, 'content_block') ?? {};
  // An upstream that opens a block inside another has closed the first.
  const before = endBlock(state);
  const type = stringAt(block, 'type') ?? '';
  if (type === 'text') {
    state.open = 'text';
    const text = stringAt(block, 'text') ?? '';
    const delta: readonly StreamEvent[] = text === '' ? [] : [{ type: 'text-delta', text }];
    return [...before, { type: 'text-start' }, ...delta];
  }
  if (type === 'thinking') {
    state.open = 'thinking';
    state.signature = stringAt(block, 'signature') ?? '';
    const text = stringAt(block, 'thinking') ?? '';
    const delta: readonly StreamEvent[] = text === '' ? [] : [{ type: 'thinking-delta', text }];
    return [...before, { type: 'thinking-start' }, ...delta];
  }
  if (type === 'tool_use') {
    state.open = 'tool';
    state.tools += 1;
    const input = objectAt(block, 'input') ?? {};
    const delta: readonly StreamEvent[] =
      Object.keys(input).length === 0 ? [] : [{ type: 'tool-delta', json: JSON.stringify(input) }];
    const id = stringAt(block, 'id') || madeUpId();
    return [...before, { type: 'tool-start', id, name: stringAt(block, 'name') ?? '' }, ...delta];
  }
  if (type === 'redacted_thinking') {
    return [...before, { type: 'redacted-thinking', data: stringAt(block, 'data') ?? '' }];
  }
  state.open = 'opaque';
  return [...before, { type: 'opaque-block', blockType: type }];
}

function readDelta(state: State, data: JsonObject): readonly StreamEvent[] {
  const delta = objectAt(data, 'delta');
  const text = stringAt(delta, 'text');
  const thinking = stringAt(delta, 'thinking');
  const json = stringAt(delta, 'partial_json');
  if (state.open === 'text' && text !== undefined) {
    return [{ type: 'text-delta', text }];
  }
  if (state.open === 'thinking') {
    state.signature = stringAt(delta, 'signature') ?? state.signature;
    return thinking === undefined ? [] : [{ type: 'thinking-delta', text: thinking }];
  }
  // The first piece of every tool input is empty.
  return state.open === 'tool' && json ? [{ type: 'tool-delta', json }] : [];
}

function endBlock(state: State): readonly StreamEvent[] {
  const open = state.open;
  state.open = undefined;
  if (open === 'thinking') {
    const signature = state.signature;
    state.signature = '';
    return [{ type: 'thinking-end', signature }];
  }
  if (open === 'text') {
    return [{ type: 'text-end' }];
  }
  return open === 'tool' ? [{ type: 'tool-end' }] : [];
}

function readStopReason(value: unknown): StopReason | undefined {
  return stopReasons.find((reason) => reason === value);
}

function readMessageDelta(state: State, data: JsonObject): readonly StreamEvent[] {
  const delta = objectAt(data, 'delta') ?? {};
  const reason = readStopReason(delta['stop_reason']);
  // A stop reason of the future still says that there is one.
  const fallback = typeof delta['stop_reason'] === 'string' ? 'end_turn' : undefined;
  const found = reason ?? fallback;
  if (found !== undefined) {
    state.stopReason = found;
    state.stopSequence = stringAt(delta, 'stop_sequence') ?? null;
  }
  state.usage = readUsage(data['usage'], state.usage);
  // The block order closes what is still open in front of the stop reason.
  return found === undefined ? [] : endBlock(state);
}

function endMessage(state: State): readonly StreamEvent[] {
  state.isFinished = true;
  const stopSequence = state.stopSequence ?? null;
  const end = { stopReason: stopReasonOf(state), stopSequence, usage: state.usage };
  return [...endBlock(state), { type: 'message-end', ...end }];
}
