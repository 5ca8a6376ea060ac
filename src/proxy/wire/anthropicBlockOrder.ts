import { type Phrase, phrase } from '../phrase';
import { frame } from './anthropic';
import { countAt, isObject, type JsonObject, objectAt, parseJson, stringAt } from './json';
import { maxInputChars } from './toolArguments';

/**
 * Watches over the blocks of one stream that is passed through: one after the other, numbered from 0, each closed, each
 * delta in a block of its own kind. What can be mended is mended; clients break on the rest ("Content block not found",
 * "Mismatched content block type": router-for-me/CLIProxyAPI#539, Wei-Shaw/sub2api#4286).
 */
export interface BlockOrder {
  /** What becomes of one event. */
  place(type: string, data: JsonObject): Placed;
  /** A tool call was closed whose input is no JSON object. Only an answer that was cut off may hold one. */
  readonly hasBrokenTool: boolean;
}

export type Placed =
  /** Goes on as `data`, behind the frames `before`. */
  | { readonly is: 'passed'; readonly data: JsonObject; readonly before: string }
  /** Comes a second time. */
  | { readonly is: 'dropped' }
  | { readonly is: 'broken'; readonly why: Phrase };

/** Gives the watch over one answer. */
export function createBlockOrder(): BlockOrder {
  return new Order();
}

class Order implements BlockOrder {
  readonly #state: State = { hasStarted: false, next: 0, hasBrokenTool: false };

  get hasBrokenTool(): boolean {
    return this.#state.hasBrokenTool;
  }

  place(type: string, data: JsonObject): Placed {
    const state = this.#state;
    if (type === 'message_start') {
      state.hasStarted = true;
    }
    const place = Object.hasOwn(placers, type) ? placers[type] : undefined;
    if (place === undefined) {
      return { is: 'passed', data, before: '' };
    }
    return state.hasStarted
      ? place(state, data)
      : { is: 'broken', why: phrase('the answer does not begin with message_start') };
  }
}

interface State {
  hasStarted: boolean;
  /** The number of the next block. */
  next: number;
  open?: OpenBlock | undefined;
  hasBrokenTool: boolean;
}

interface OpenBlock {
  readonly index: number;
  /** As the upstream counts. Some number every block 0. */
  readonly theirIndex: number | undefined;
  readonly kind: string;
  hasDeltas: boolean;
  /** Of a tool's input. */
  readonly json: string[];
  jsonLength: number;
}

const placers: Readonly<Record<string, (state: State, data: JsonObject) => Placed>> = {
  content_block_start: placeStart,
  content_block_delta: placeDelta,
  content_block_stop: placeStop,
  message_delta: placeCount,
  message_stop: placeEnd,
};

function placeStart(state: State, data: JsonObject): Placed {
  const block = objectAt(data, 'content_block') ?? {};
  const kind = stringAt(block, 'type') ?? '';
  const theirIndex = countAt(data, 'index');
  const { open } = state;
  if (open?.theirIndex === theirIndex && open?.kind === kind && !open.hasDeltas) {
    return { is: 'dropped' };
  }
  if (kind === 'tool_use' && !stringAt(block, 'name')) {
    return { is: 'broken', why: phrase('a tool call has no name') };
  }
  const before = close(state);
  const index = state.next;
  state.next += 1;
  state.open = { index, theirIndex, kind, hasDeltas: false, json: [], jsonLength: 0 };
  return { is: 'passed', data: index === theirIndex ? data : { ...data, index }, before };
}

/** The blocks that a delta may stand in; deltas of the future may stand anywhere. */
const homes: Readonly<Record<string, (kind: string) => boolean>> = {
  text_delta: (kind) => kind === 'text',
  citations_delta: (kind) => kind === 'text',
  thinking_delta: (kind) => kind === 'thinking',
  signature_delta: (kind) => kind === 'thinking',
  // Server tools have input too.
  input_json_delta: (kind) => kind !== 'text' && kind !== 'thinking',
};

function placeDelta(state: State, data: JsonObject): Placed {
  const { open } = state;
  const delta = objectAt(data, 'delta');
  const type = stringAt(delta, 'type') ?? '';
  const isHome = Object.hasOwn(homes, type) ? homes[type] : undefined;
  if (open === undefined || countAt(data, 'index') !== open.theirIndex) {
    return { is: 'broken', why: phrase('a piece of the answer belongs to no block') };
  }
  if (isHome?.(open.kind) === false) {
    return { is: 'broken', why: phrase('a {0} stands in a block of type {1}', type, open.kind) };
  }
  open.hasDeltas = true;
  const json = stringAt(delta, 'partial_json') ?? '';
  open.jsonLength += json.length;
  if (open.jsonLength > maxInputChars) {
    return { is: 'broken', why: phrase('the input of a tool call is longer than 16 MiB') };
  }
  open.json.push(json);
  const { index } = open;
  return { is: 'passed', data: index === data['index'] ? data : { ...data, index }, before: '' };
}

function placeStop(state: State, data: JsonObject): Placed {
  const { open } = state;
  if (open === undefined || countAt(data, 'index') !== open.theirIndex) {
    return { is: 'dropped' };
  }
  close(state);
  const { index } = open;
  return { is: 'passed', data: index === data['index'] ? data : { ...data, index }, before: '' };
}

/** Some upstreams count in the middle of a block, which ends nothing (router-for-me/CLIProxyAPI#5419). */
function placeCount(state: State, data: JsonObject): Placed {
  const isEnd = stringAt(objectAt(data, 'delta'), 'stop_reason') !== undefined;
  return state.open === undefined || isEnd ? placeEnd(state, data) : { is: 'dropped' };
}

function placeEnd(state: State, data: JsonObject): Placed {
  return { is: 'passed', data, before: close(state) };
}

/** The frame that closes the open block. */
function close(state: State): string {
  const { open } = state;
  state.open = undefined;
  if (open === undefined) {
    return '';
  }
  const json = open.json.join('');
  state.hasBrokenTool ||= open.kind === 'tool_use' && json !== '' && !isObject(parseJson(json));
  return frame('content_block_stop', { index: open.index });
}
