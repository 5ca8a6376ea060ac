import { render } from '../phrase';
import { assertNever } from '../types';
import { completeUsage, type EncoderOptions, type StreamEncoder } from './anthropic';
import { chatErrorBody, chatFinishReason, chatUsage, completionId } from './chatClientAnswer';
import { type StreamEvent, settleStopReason } from './streamEvent';

export interface ChatEncoderOptions extends EncoderOptions {
  /** The client asked for the chunk that tells the usage. */
  readonly includeUsage: boolean;
}

/** The encoder of one Chat Completions stream: the role first, one end, `[DONE]` only behind a whole answer. */
export function createChatStreamEncoder(options: ChatEncoderOptions): StreamEncoder {
  const state: State = {
    ...options,
    created: Math.floor(Date.now() / 1000),
    id: '',
    phase: 'idle',
    tools: 0,
    hasInput: false,
    isToolOpen: false,
    length: 0,
  };
  return {
    encode: (events) => events.map((event) => encodeEvent(state, event)).join(''),
    encodeError(type, message) {
      if (state.phase === 'finished') return '';
      state.phase = 'finished';
      return data(chatErrorBody(type, render(message)));
    },
    get isFinished() {
      return state.phase === 'finished';
    },
  };
}

interface State extends ChatEncoderOptions {
  readonly created: number;
  id: string;
  phase: 'idle' | 'started' | 'finished';
  tools: number;
  isToolOpen: boolean;
  /** Whether the open call has got any arguments. */
  hasInput: boolean;
  /** Letters written so far. */
  length: number;
}

function encodeEvent(state: State, event: StreamEvent): string {
  if (state.phase === 'finished') return '';
  switch (event.type) {
    case 'message-start':
      return start(state, event.id);
    case 'text-delta':
      return delta(state, 'content', event.text);
    case 'thinking-delta':
      return delta(state, 'reasoning_content', event.text);
    case 'tool-start':
      return startTool(state, event);
    case 'tool-delta':
      return state.isToolOpen ? argumentsDelta(state, event.json) : '';
    case 'tool-end':
      return endTool(state);
    case 'message-end':
      return finish(state, event);
    case 'text-start':
    case 'text-end':
    case 'thinking-start':
    case 'thinking-end':
    // Neither has a place in this wire format.
    case 'redacted-thinking':
    case 'opaque-block':
    // The caller words errors and calls `encodeError`.
    case 'error':
      return '';
    default:
      return assertNever(event);
  }
}

function start(state: State, id = ''): string {
  if (state.phase !== 'idle') return '';
  state.phase = 'started';
  state.id = completionId(id);
  return chunk(state, { role: 'assistant', content: '' });
}

function delta(state: State, member: 'content' | 'reasoning_content', text: string): string {
  if (text === '') return '';
  state.length += text.length;
  return start(state) + chunk(state, { [member]: text });
}

function startTool(state: State, { id, name }: { readonly id: string; readonly name: string }) {
  const before = start(state) + endTool(state);
  state.isToolOpen = true;
  state.hasInput = false;
  state.tools += 1;
  const call = { index: state.tools - 1, id, type: 'function', function: { name, arguments: '' } };
  return before + chunk(state, { tool_calls: [call] });
}

function argumentsDelta(state: State, json: string): string {
  if (json === '') return '';
  state.hasInput = true;
  state.length += json.length;
  const call = { index: state.tools - 1, function: { arguments: json } };
  return chunk(state, { tool_calls: [call] });
}

/** A call without arguments: clients parse them, and "" is no JSON. */
function endTool(state: State): string {
  const text = state.isToolOpen && !state.hasInput ? argumentsDelta(state, '{}') : '';
  state.isToolOpen = false;
  return text;
}

function finish(state: State, event: Extract<StreamEvent, { type: 'message-end' }>): string {
  const before = start(state) + endTool(state);
  const reason = chatFinishReason(settleStopReason(event.stopReason, state.tools));
  const usage = chatUsage(completeUsage(event.usage, state.inputTokens, state.length));
  state.phase = 'finished';
  return (
    before +
    chunk(state, {}, reason) +
    (state.includeUsage ? data(JSON.stringify({ ...envelope(state), choices: [], usage })) : '') +
    data('[DONE]')
  );
}

function chunk(
  state: State,
  content: Readonly<Record<string, unknown>>,
  reason: string | null = null,
): string {
  const choice = { index: 0, delta: content, logprobs: null, finish_reason: reason };
  const usage = state.includeUsage ? { usage: null } : {};
  return data(JSON.stringify({ ...envelope(state), choices: [choice], ...usage }));
}

function envelope({ id, created, model }: State) {
  return { id, object: 'chat.completion.chunk', created, model };
}

function data(json: string): string {
  return `data: ${json}\n\n`;
}
