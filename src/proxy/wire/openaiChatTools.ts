import type { ToolNames } from './formats';
import { arrayAt, countAt, isObject, type JsonObject, objectAt, stringAt } from './json';
import type { StreamEvent } from './streamEvent';
import { createToolArguments, type ToolArguments } from './toolArguments';

/** The tool calls of one answer: in, deltas in any order; out, one block after the other. */
export interface ToolCalls {
  /** The deltas of one chunk. Events of the first open call come at once, those of the others when it is complete. */
  read(deltas: readonly unknown[]): readonly StreamEvent[];
  /** Closes the open call when it is complete and no other waits, so that text may follow. */
  settle(): readonly StreamEvent[];
  /** Ends all calls. `isBroken` tells of a call whose input is no JSON object; `cut` says that the answer was cut off. */
  finish(end: 'whole' | 'cut'): {
    readonly events: readonly StreamEvent[];
    readonly isBroken: boolean;
  };
  /** True while a call is open or waits, so that nothing else may be written. */
  readonly isBusy: boolean;
  /** How many blocks were started. */
  readonly count: number;
}

export function createToolCalls(toolNames: ToolNames): ToolCalls {
  const state: State = { toolNames, calls: [], byIndex: new Map(), count: 0, isBroken: false };
  return {
    read(deltas) {
      for (const [position, delta] of deltas.entries()) {
        if (isObject(delta) && !isFull(state)) {
          readDelta(state, delta, deltas.length > 1 ? position : undefined);
        }
      }
      return advance(state);
    },
    settle() {
      const { open } = state;
      const isIdle = open?.arguments.isComplete === true && !state.calls.some(isWaiting);
      return isIdle ? closeCall(state, open) : [];
    },
    finish(end) {
      return finish(state, end);
    },
    get isBusy() {
      return state.open !== undefined || state.calls.some(isWaiting);
    },
    get count() {
      return state.count;
    },
  };
}

interface Call {
  id: string;
  name: string;
  readonly arguments: ToolArguments;
  phase: 'waiting' | 'open' | 'closed';
}

interface State {
  readonly toolNames: ToolNames;
  readonly calls: Call[];
  /** The last call that had this index. */
  readonly byIndex: Map<number, Call>;
  open?: Call | undefined;
  count: number;
  isBroken: boolean;
}

/** Far more than any model calls at once; each is looked for among the others. */
const maxCalls = 1_000;

function isFull(state: State): boolean {
  state.isBroken ||= state.calls.length > maxCalls;
  return state.calls.length > maxCalls;
}

function isWaiting(call: Call): boolean {
  return call.phase === 'waiting';
}

function readDelta(state: State, delta: JsonObject, position: number | undefined): void {
  const fields = objectAt(delta, 'function') ?? {};
  const name = stringAt(fields, 'name') ?? '';
  const input = fields['arguments'];
  const call = locate(state, delta, { name, hasInput: hasText(input), position });
  call.id ||= stringAt(delta, 'id') ?? '';
  addName(call, name);
  if (call.phase !== 'closed') {
    call.arguments.add(input);
    return;
  }
  // The call seemed whole. A repetition of it is harmless, anything else means that we cut it off.
  const more = createToolArguments();
  more.add(input);
  state.isBroken ||= more.isStarted && !more.isComplete && String(input).trim() !== '';
}

function hasText(input: unknown): boolean {
  return isObject(input) || (typeof input === 'string' && input !== '');
}

interface Hint {
  readonly name: string;
  readonly hasInput: boolean;
  /** Place among several deltas of one chunk. */
  readonly position: number | undefined;
}

/**
 * Finds the call of a delta: by id first, since Ollama and the Gemini shims give every call index 0; then by index, by
 * place in the chunk, and last the newest call (vercel/ai#14277, router-for-me/CLIProxyAPI#5058).
 */
function locate(state: State, delta: JsonObject, hint: Hint): Call {
  const id = stringAt(delta, 'id') ?? '';
  const index = countAt(delta, 'index') ?? hint.position;
  const sameId = id === '' ? undefined : state.calls.find((call) => call.id === id);
  const atIndex = index === undefined ? state.calls.at(-1) : state.byIndex.get(index);
  const known = sameId ?? (isContinuation(atIndex, id, hint) ? atIndex : undefined);
  const call = known ?? { id, name: '', arguments: createToolArguments(), phase: 'waiting' };
  if (known === undefined) {
    state.calls.push(call);
  }
  if (index !== undefined) {
    state.byIndex.set(index, call);
  }
  return call;
}

function isContinuation(call: Call | undefined, id: string, hint: Hint): boolean {
  if (call === undefined) {
    return false;
  }
  if (id !== '') {
    // A new id with a name is a new call; without a name, the host makes up an id for every delta.
    const isLateId = call.id === '' && (call.name === '' || call.name === hint.name);
    return isLateId || hint.name === '';
  }
  // Hosts without ids: a name and input behind a complete call begin the next one.
  const isNext = hint.name !== '' && hint.hasInput && call.arguments.isComplete;
  return !isNext;
}

/** Names come once, with every delta, as growing snapshots or, rarely, split. */
function addName(call: Call, name: string): void {
  if (call.name === '' || (call.phase === 'waiting' && name.startsWith(call.name))) {
    call.name = name;
  } else if (call.phase === 'waiting' && !call.arguments.isStarted && name !== call.name) {
    call.name += name;
  }
}

/** Writes what can be written: the open call's input, and the next calls once it is complete. */
function advance(state: State): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  for (;;) {
    const { open } = state;
    if (open !== undefined) {
      const json = open.arguments.take();
      events.push(...(json === '' ? [] : [{ type: 'tool-delta', json } as const]));
      if (!state.calls.some(isWaiting) || !open.arguments.isComplete) {
        return events;
      }
      events.push(...closeCall(state, open));
    }
    const next = state.calls.find(isWaiting);
    // A name may still grow until the input begins.
    if (next === undefined || next.name === '' || !next.arguments.isStarted) {
      return events;
    }
    events.push(openCall(state, next));
  }
}

function openCall(state: State, call: Call): StreamEvent {
  call.phase = 'open';
  state.open = call;
  state.count += 1;
  const id = call.id === '' ? `toolu_${crypto.randomUUID().replaceAll('-', '')}` : call.id;
  return { type: 'tool-start', id, name: state.toolNames.get(call.name) ?? call.name };
}

function closeCall(state: State, call: Call): readonly StreamEvent[] {
  const { rest } = call.arguments.finish();
  call.phase = 'closed';
  state.open = undefined;
  const delta: readonly StreamEvent[] = rest === '' ? [] : [{ type: 'tool-delta', json: rest }];
  return [...delta, { type: 'tool-end' }];
}

function finish(state: State, end: 'whole' | 'cut'): ReturnType<ToolCalls['finish']> {
  const events: StreamEvent[] = [];
  let isLost = false;
  for (const call of state.calls) {
    const { isValid } = call.arguments.finish();
    isLost ||= call.name === '' && (call.arguments.isComplete || !isValid);
    // A call without a name cannot be run, and one that was cut off before it began need not begin.
    const isUseless = call.phase === 'waiting' && (call.name === '' || (!isValid && end === 'cut'));
    if (call.phase === 'closed' || isUseless) {
      continue;
    }
    if (!isValid && end === 'whole') {
      return { events, isBroken: true };
    }
    if (call.phase === 'waiting') {
      events.push(openCall(state, call));
    }
    events.push(...closeCall(state, call));
  }
  // Input without a name beside calls that have one is a host's slip. On its own it is a call whose beginning was lost, and
  // without it the answer would look as if the model had not wanted to do anything.
  return { events, isBroken: state.isBroken || (isLost && end === 'whole' && state.count === 0) };
}

/** The tool call deltas of a choice, the older `function_call` included. */
export function toolDeltasOf(delta: JsonObject): readonly unknown[] {
  const legacy = objectAt(delta, 'function_call');
  const calls = arrayAt(delta, 'tool_calls');
  return legacy === undefined ? calls : [...calls, { index: 0, function: legacy }];
}
