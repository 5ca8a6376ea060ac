import { type Phrase, phrase, type Words } from '../phrase';
import { assertNever } from '../types';
import type { StreamEncoder } from './anthropic';
import type { ClientCodec } from './clients';
import { isObject, type JsonObject, parseJson } from './json';
import type { Message } from './message';
import type { StopReason, StreamEvent } from './streamEvent';

/** A piece of an answer as a chat inside VS Code takes it: calls are whole, thinking has no place. */
export type ChatPart =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'toolCall';
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    }
  /** The last part, of an answer that is whole. */
  | { readonly kind: 'end' }
  /** The last part, of one that is not. `type` as in Anthropic's errors; the window puts the words into the person's language. */
  | { readonly kind: 'failed'; readonly type: string; readonly message: Words };

/** The client inside the editor: it asks in Anthropic Messages and is answered with parts, one JSON text a line. */
export const partsClient: ClientCodec = {
  canPassAnthropic: false,
  readRequest: (body) => ({ ok: true, messages: body }),
  createStreamEncoder,
  encodeMessage: wholeMessage,
  errorBody: failedLine,
  wordRefusal: (refusal) =>
    phrase(
      'Switchyard cannot read the request of this chat: “{0}”. Start a new chat; if that does not help, run “Switchyard: Copy Diagnostics” and report it.',
      refusal,
    ),
  // Nobody cuts a connection here; an empty line is no part.
  pingFrame: '\n',
};

/** The line of a failure, which is the last of an answer. */
export function failedLine(type: string, message: Words): string {
  return line({ kind: 'failed', type, message });
}

function createStreamEncoder(): StreamEncoder {
  const state: State = { phase: 'open', call: undefined, brokenCall: undefined, hasContent: false };
  return {
    encode: (events) => events.map((event) => encodeEvent(state, event)).join(''),
    encodeError: (type, message) => fail(state, type, message),
    get isFinished() {
      return state.phase === 'finished';
    },
  };
}

interface State {
  phase: 'open' | 'finished';
  call: { readonly id: string; readonly name: string; json: string } | undefined;
  /** The name of a tool whose call was no JSON object. */
  brokenCall: string | undefined;
  hasContent: boolean;
}

function encodeEvent(state: State, event: StreamEvent): string {
  if (state.phase === 'finished') return '';
  switch (event.type) {
    case 'text-delta':
      return text(state, event.text);
    case 'tool-start':
      state.call = { id: event.id, name: event.name, json: '' };
      return '';
    case 'tool-delta':
      if (state.call !== undefined) state.call.json += event.json;
      return '';
    case 'tool-end':
      return endCall(state);
    case 'message-end':
      return finish(state, event.stopReason);
    case 'message-start':
    case 'text-start':
    case 'text-end':
    // What a chat takes has no place for thinking, nor for what only Anthropic's servers run.
    case 'thinking-start':
    case 'thinking-delta':
    case 'thinking-end':
    case 'redacted-thinking':
    case 'opaque-block':
    // The caller words errors and calls `encodeError`.
    case 'error':
      return '';
    default:
      return assertNever(event);
  }
}

function text(state: State, piece: string): string {
  if (piece === '') return '';
  state.hasContent = true;
  return line({ kind: 'text', text: piece });
}

/** A call that was cut off is never completed. */
function endCall(state: State): string {
  const { call } = state;
  if (call === undefined) return '';
  state.call = undefined;
  const { id, name, json } = call;
  const input = json.trim() === '' ? {} : parseJson(json);
  if (!isObject(input)) {
    state.brokenCall = name;
    return '';
  }
  state.hasContent = true;
  return line({ kind: 'toolCall', id, name, input });
}

function finish(state: State, stopReason: StopReason): string {
  const last = endCall(state);
  const problem = problemOf(state, stopReason);
  if (problem !== undefined) return last + fail(state, 'api_error', problem);
  state.phase = 'finished';
  return last + line({ kind: 'end' });
}

/** What a chat would otherwise show as a whole answer, or as nothing at all. */
function problemOf({ brokenCall, hasContent }: State, stopReason: StopReason): Phrase | undefined {
  if (brokenCall !== undefined) {
    return stopReason === 'max_tokens'
      ? phrase(
          'The model’s call of the tool “{0}” was cut off by the output limit, so nothing was called. Ask again, or choose another model.',
          brokenCall,
        )
      : phrase(
          'The model’s call of the tool “{0}” is no valid JSON, so nothing was called. Ask again, or choose another model.',
          brokenCall,
        );
  }
  if (hasContent) return undefined;
  if (stopReason === 'refusal') {
    return phrase('The model refused to answer. Ask differently, or choose another model.');
  }
  if (stopReason === 'max_tokens') {
    return phrase(
      'The model used its whole output limit for thinking and said nothing. Ask again, or choose another model.',
    );
  }
  return phrase('The model said nothing. Ask again, or choose another model.');
}

function fail(state: State, type: string, message: Words): string {
  if (state.phase === 'finished') return '';
  state.phase = 'finished';
  return failedLine(type, message);
}

/** For a request that did not ask for a stream. */
function wholeMessage({ content }: Message): string {
  const parts = content.flatMap((block): readonly ChatPart[] => {
    if (block.type === 'text') return [{ kind: 'text', text: block.text }];
    if (block.type !== 'tool_use') return [];
    const { id, name, input } = block;
    return [{ kind: 'toolCall', id, name, input }];
  });
  return [...parts, { kind: 'end' } as const].map(line).join('');
}

function line(part: ChatPart): string {
  return `${JSON.stringify(part)}\n`;
}
