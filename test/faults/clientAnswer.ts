// Reads what the proxy gave its client, as strictly as the strictest client, and independent of the proxy's own parsers.
import assert from 'node:assert/strict';
import {
  isObject,
  type JsonObject,
  objectAt,
  parseJson,
  stringAt,
} from '../../src/proxy/wire/json';

/** What a client has understood at the end. */
export interface ClientAnswer {
  readonly text: string;
  readonly thinking: string;
  readonly tools: readonly { readonly name: string; readonly json: string }[];
  readonly end: 'whole' | 'error' | 'nothing';
  readonly errorType: string | undefined;
  readonly stopReason: string | undefined;
}

const stopReasons = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
];

interface State {
  started: boolean;
  end: ClientAnswer['end'];
  open: { readonly index: number; readonly type: string; json: string; name: string } | undefined;
  blocks: number;
  text: string;
  thinking: string;
  readonly tools: { readonly name: string; readonly json: string }[];
  stopReason: string | undefined;
  errorType: string | undefined;
}

function newState(): State {
  return {
    started: false,
    end: 'nothing',
    open: undefined,
    blocks: 0,
    text: '',
    thinking: '',
    tools: [],
    stopReason: undefined,
    errorType: undefined,
  };
}

/** Reads an event stream; fails on everything that the Messages API never does. */
export function readClientStream(body: string): ClientAnswer {
  const state = newState();
  for (const { event, data } of framesOf(body)) {
    const json = parseJson(data);
    assert.ok(isObject(json), `an event that is no JSON object: ${data.slice(0, 80)}`);
    assert.ok(json['type'] === event, `type ${json['type']} in event ${event}`);
    assert.ok(state.end === 'nothing', `${event} behind the end`);
    readEvent(state, event, json);
  }
  if (state.end === 'whole') checkEnd(state);
  return answerOf(state);
}

/** Reads a whole Messages answer. */
export function readClientMessage(body: string): ClientAnswer {
  const json = parseJson(body);
  assert.ok(isObject(json), 'the answer is no JSON object');
  const state = newState();
  checkMessage(json);
  const content: readonly unknown[] = Array.isArray(json['content']) ? json['content'] : [];
  for (const block of content) {
    assert.ok(isObject(block));
    if (block['type'] === 'text') state.text += stringAt(block, 'text');
    if (block['type'] === 'thinking') state.thinking += stringAt(block, 'thinking');
    if (block['type'] !== 'tool_use') continue;
    assert.ok(isObject(block['input']), 'a tool input that is no object');
    assert.ok(stringAt(block, 'id') && stringAt(block, 'name'), 'a tool without id or name');
    state.tools.push({
      name: stringAt(block, 'name') ?? '',
      json: JSON.stringify(block['input']),
    });
  }
  state.stopReason = stringAt(json, 'stop_reason');
  state.end = 'whole';
  checkEnd(state);
  return answerOf(state);
}

/** The error envelope of a refusal. */
export function readClientError(body: string): { readonly type: string; readonly message: string } {
  const json = parseJson(body);
  assert.ok(isObject(json) && json['type'] === 'error', `no error envelope: ${body.slice(0, 80)}`);
  const error = objectAt(json, 'error');
  const message = stringAt(error, 'message') ?? '';
  assert.ok(message.length > 10, 'an error without a sentence');
  return { type: stringAt(error, 'type') ?? '', message };
}

/** The events of a body, by the rules of the standard; a last one without its blank line does not count. */
function* framesOf(body: string): Generator<{ readonly event: string; readonly data: string }> {
  let event = '';
  let data: string[] = [];
  for (const line of body.split(/\r\n|\n|\r/)) {
    if (line === '') {
      if (data.length > 0) yield { event, data: data.join('\n') };
      event = '';
      data = [];
    } else if (line.startsWith('event:')) event = line.slice(6).trimStart();
    else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''));
  }
}

function readEvent(state: State, event: string, json: JsonObject): void {
  if (event === 'ping') return;
  if (event === 'error') {
    assert.ok(state.open === undefined, 'an error while a block is open');
    const error = objectAt(json, 'error');
    state.errorType = stringAt(error, 'type');
    assert.ok(stringAt(error, 'message'), 'an error event without a message');
    state.end = 'error';
    return;
  }
  if (event === 'message_start') {
    assert.ok(!state.started, 'a second message_start');
    state.started = true;
    checkMessageStart(objectAt(json, 'message') ?? {});
    return;
  }
  // Events of the future are for the clients of the future.
  if (event.startsWith('future_')) return;
  assert.ok(state.started, `${event} before message_start`);
  switch (event) {
    case 'content_block_start':
      startBlock(state, json);
      return;
    case 'content_block_delta':
      readDelta(state, json);
      return;
    case 'content_block_stop':
      assert.ok(state.open?.index === json['index'], 'a block is stopped that is not open');
      if (state.open?.type === 'tool_use') state.tools.push(toolOf(state.open));
      state.open = undefined;
      return;
    case 'message_delta':
      assert.ok(state.open === undefined, 'message_delta while a block is open');
      // There may be several; the last one counts.
      state.stopReason = stringAt(objectAt(json, 'delta'), 'stop_reason') ?? state.stopReason;
      checkUsage(json['usage'], ['output_tokens']);
      return;
    case 'message_stop':
      assert.ok(state.open === undefined, 'message_stop while a block is open');
      state.end = 'whole';
      return;
    default:
      assert.fail(`an unknown event ${event}`);
  }
}

function toolOf({ name, json }: { readonly name: string; readonly json: string }) {
  return { name, json };
}

function startBlock(state: State, json: JsonObject): void {
  assert.ok(state.open === undefined, 'a block starts inside another');
  assert.ok(json['index'] === state.blocks, 'block indexes do not grow by one');
  const block = objectAt(json, 'content_block') ?? {};
  const type = stringAt(block, 'type') ?? '';
  if (type === 'tool_use') {
    assert.ok(stringAt(block, 'id') && stringAt(block, 'name'), 'a tool without id or name');
  }
  state.open = { index: state.blocks, type, json: '', name: stringAt(block, 'name') ?? '' };
  state.blocks += 1;
}

const deltaOf: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  tool_use: ['input_json_delta'],
};

function readDelta(state: State, json: JsonObject): void {
  const { open } = state;
  assert.ok(open !== undefined && open.index === json['index'], 'a delta for no open block');
  const delta = objectAt(json, 'delta') ?? {};
  assert.ok(deltaOf[open.type]?.includes(stringAt(delta, 'type') ?? ''), 'a delta of another type');
  state.text += stringAt(delta, 'text') ?? '';
  state.thinking += stringAt(delta, 'thinking') ?? '';
  open.json += stringAt(delta, 'partial_json') ?? '';
}

/** What no answer that calls itself whole may lack. */
function checkEnd(state: State): void {
  const { stopReason, tools } = state;
  assert.ok(stopReason !== undefined && stopReasons.includes(stopReason), 'no stop reason');
  assert.ok(stopReason !== 'tool_use' || tools.length > 0, 'tool_use without a tool');
  for (const { json } of tools) {
    // An answer that was cut off, by its output limit or a filter, says so itself.
    if (stopReason !== 'end_turn' && stopReason !== 'tool_use') continue;
    assert.ok(isObject(parseJson(json)), `a truncated tool call passes for a whole one: ${json}`);
  }
}

function checkMessageStart(message: JsonObject): void {
  assert.equal(message['role'], 'assistant');
  assert.ok(stringAt(message, 'id') && stringAt(message, 'model'), 'a message without id or model');
  assert.ok(Array.isArray(message['content']) && message['content'].length === 0);
  checkUsage(message['usage'], ['input_tokens', 'output_tokens']);
}

function checkMessage(message: JsonObject): void {
  assert.equal(message['type'], 'message');
  assert.equal(message['role'], 'assistant');
  checkUsage(message['usage'], ['input_tokens', 'output_tokens']);
}

function checkUsage(usage: unknown, names: readonly string[]): void {
  for (const name of names) {
    const count = isObject(usage) ? usage[name] : undefined;
    assert.ok(typeof count === 'number' && count >= 0, `usage.${name} is ${String(count)}`);
  }
}

function answerOf({ text, thinking, tools, end, errorType, stopReason }: State): ClientAnswer {
  return { text, thinking, tools, end, errorType, stopReason };
}
