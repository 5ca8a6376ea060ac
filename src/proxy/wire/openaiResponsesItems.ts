import type { ToolNames } from './formats';
import { createItem, type ItemKind, type OutputItem } from './openaiResponsesItem';
import type { StreamEvent } from './streamEvent';

/** Where an event says that its item stands. */
export interface Place {
  readonly index: number | undefined;
  readonly id: string;
}

/** The output items of one answer: in, events in any order; out, one block after the other. */
export interface OutputItems {
  find(kind: ItemKind, place: Place): OutputItem | undefined;
  findCall(callId: string): OutputItem | undefined;
  add(kind: ItemKind, place: Place): OutputItem;
  /** Writes what can be written: the open item at once, those behind it when it is complete. */
  advance(): readonly StreamEvent[];
  /** Ends all items. `isBroken` tells of a call whose input is no JSON object; `cut` says that the answer was cut off. */
  finish(end: 'whole' | 'cut'): {
    readonly events: readonly StreamEvent[];
    readonly isBroken: boolean;
  };
  /** How many items of a kind there are. */
  count(kind: ItemKind): number;
  /** How many tool blocks were started. */
  readonly tools: number;
}

export function createItems(toolNames: ToolNames): OutputItems {
  const state: State = { toolNames, items: [], tools: 0, isFull: false };
  return {
    find: (kind, place) => find(state, kind, place),
    findCall: (callId) =>
      callId === '' ? undefined : state.items.find((item) => item.callId === callId),
    add(kind, place) {
      const item = createItem(kind, place);
      state.isFull ||= state.items.length >= maxItems;
      // What is too much is read into an item that nobody looks at again, and the answer is broken.
      if (!state.isFull) {
        state.items.push(item);
      }
      return item;
    },
    advance: () => advance(state),
    finish: (end) => finish(state, end),
    count: (kind) => state.items.filter((item) => item.kind === kind).length,
    get tools() {
      return state.tools;
    },
  };
}

interface State {
  readonly toolNames: ToolNames;
  readonly items: OutputItem[];
  open?: OutputItem | undefined;
  tools: number;
  isFull: boolean;
}

/** Far more than any answer has; each is looked for among the others. */
export const maxItems = 1_000;

/**
 * By `output_index`, since some hosts make up a new `item_id` for every event; but a known id wins over the index of
 * another item, since bridges give every item index 0 (BerriAI/litellm#21331). Without either, the last that is not done.
 */
function find({ items }: State, kind: ItemKind, { index, id }: Place): OutputItem | undefined {
  const atIndex = items.findLast(
    (item) => item.kind === kind && index !== undefined && item.index === index,
  );
  const withId = items.findLast((item) => item.kind === kind && id !== '' && item.id === id);
  if (atIndex !== undefined && (atIndex.id === id || withId === undefined)) {
    return atIndex;
  }
  const last = items.findLast((item) => item.kind === kind && !item.isDone);
  return withId ?? (index === undefined ? last : undefined);
}

function advance(state: State): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  for (;;) {
    const { open } = state;
    const next = state.items.find(isReady);
    if (open !== undefined) {
      events.push(...write(open));
      const isComplete = open.isDone || (next !== undefined && isAtRest(open));
      if (!isComplete || !isSound(open)) {
        return events;
      }
      events.push(...close(state, open));
    }
    if (next === undefined) {
      return events;
    }
    events.push(start(state, next));
  }
}

/** Hosts that announce no end of items: what follows shows that one has ended. */
function isAtRest(item: OutputItem): boolean {
  return item.isIdle || (item.kind === 'tool' && item.arguments.isComplete);
}

/** True for everything but calls whose input is no JSON object; whether that is an error shows at the end. */
function isSound(item: OutputItem): boolean {
  return item.kind !== 'tool' || item.arguments.finish().isValid;
}

/** True for items that wait and have something to be written. An item that is still empty holds nobody up. */
function isReady(item: OutputItem): boolean {
  if (item.phase !== 'waiting') {
    return false;
  }
  switch (item.kind) {
    case 'text':
      // A text block of nothing but white space is refused in the next request.
      return item.hasWords;
    case 'thinking':
      return item.pending !== '' || item.isSealed;
    case 'tool':
      return item.name !== '' && (item.isDone || item.isIdle ? isSound(item) : hasInput(item));
  }
}

function hasInput(item: OutputItem): boolean {
  return item.arguments.isStarted;
}

function start(state: State, item: OutputItem): StreamEvent {
  item.phase = 'open';
  state.open = item;
  if (item.kind !== 'tool') {
    return { type: `${item.kind}-start` };
  }
  state.tools += 1;
  // The next request needs the id that the upstream paired its call with, and any id when it gave none.
  const id = item.callId || item.id || `toolu_${crypto.randomUUID().replaceAll('-', '')}`;
  return { type: 'tool-start', id, name: state.toolNames.get(item.name) ?? item.name };
}

function write(item: OutputItem): readonly StreamEvent[] {
  if (item.kind === 'tool') {
    const json = item.arguments.take();
    return json === '' ? [] : [{ type: 'tool-delta', json }];
  }
  const text = item.pending;
  item.pending = '';
  item.hasWords = false;
  return text === '' ? [] : [{ type: `${item.kind}-delta`, text }];
}

function close(state: State, item: OutputItem): readonly StreamEvent[] {
  item.phase = 'closed';
  state.open = undefined;
  switch (item.kind) {
    case 'text':
      return [{ type: 'text-end' }];
    case 'thinking':
      return [{ type: 'thinking-end', signature: item.signature }];
    case 'tool': {
      const { rest } = item.arguments.finish();
      return [
        ...(rest === '' ? [] : [{ type: 'tool-delta', json: rest } as const]),
        { type: 'tool-end' },
      ];
    }
  }
}

function finish(state: State, end: 'whole' | 'cut'): ReturnType<OutputItems['finish']> {
  const { open, items } = state;
  const events: StreamEvent[] = [];
  const waiting = items.filter((item) => item.phase === 'waiting');
  for (const item of [...(open === undefined ? [] : [open]), ...waiting]) {
    // A call without a name cannot be run, and one that was cut off before it began need not begin.
    const isNameless = item.kind === 'tool' && item.name === '';
    if (!isNameless && !isSound(item) && end === 'whole') {
      return { events, isBroken: true };
    }
    if (end === 'whole') {
      item.isDone = true;
    }
    if (item.phase === 'waiting') {
      if (!isReady(item) || (end === 'cut' && !isSound(item))) {
        continue;
      }
      events.push(start(state, item));
    }
    events.push(...write(item), ...close(state, item));
  }
  // Input without a name beside calls that have one is a host's slip. On its own it is a call whose beginning was lost, and
  // without it the answer would look as if the model had not wanted to do anything.
  const isLost = items.some((item) => item.kind === 'tool' && item.name === '');
  const isBroken = end === 'whole' && isLost && state.tools === 0;
  return { events, isBroken: isBroken || state.isFull || items.some((item) => item.isCutOff) };
}
