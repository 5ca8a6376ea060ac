import { assertNever } from '../types';
import { completeUsage, type EncoderOptions, frame, type StreamEncoder } from './anthropic';
import { isObject, type JsonObject, parseJson } from './json';
import { responsesError } from './responsesClientErrors';
import {
  callItem,
  freeText,
  messageItem,
  newId,
  type OpenItem,
  type OpenTool,
  reasoningItem,
  textPart,
  thinkingItem,
} from './responsesClientItems';
import { reasoningIdPrefix, sealedRedacted } from './responsesClientReasoning';
import type { Asked } from './responsesClientRequest';
import { answerState, responseObject } from './responsesClientResponse';
import type { StreamEvent } from './streamEvent';

export interface ResponsesEncoder extends StreamEncoder {
  /** The whole response as it stands. */
  response(): JsonObject;
}

/** The encoder of one answer: created, each item from its beginning to its end, one end of all. */
export function createResponsesEncoder(options: EncoderOptions, asked: Asked): ResponsesEncoder {
  const state: State = {
    ...answerState(options, asked),
    asked,
    sequence: 0,
    phase: 'idle',
    index: 0,
    length: 0,
    open: undefined,
    isShown: false,
    broken: [],
  };
  return {
    encode: (events) => events.map((event) => encodeEvent(state, event)).join(''),
    encodeError(type, message) {
      if (state.phase === 'finished') return '';
      const before = ensureStarted(state);
      // An open item stays open: clients run a call as soon as it is done.
      state.error = responsesError(type, message);
      state.status = 'failed';
      return before + finish(state);
    },
    get isFinished() {
      return state.phase === 'finished';
    },
    response: () => responseObject(state),
  };
}

interface State extends ReturnType<typeof answerState> {
  readonly asked: Asked;
  sequence: number;
  phase: 'idle' | 'started' | 'finished';
  /** `output_index` of the open item, or of the next one. */
  index: number;
  /** Letters written so far. */
  length: number;
  open: OpenItem | undefined;
  /** The open item was announced: not before it holds something. */
  isShown: boolean;
  /** Calls whose input is no JSON object, which the output limit may have cut off. */
  readonly broken: { readonly index: number; readonly item: OpenTool }[];
}

function encodeEvent(state: State, event: StreamEvent): string {
  if (state.phase === 'finished') return '';
  switch (event.type) {
    case 'message-start':
      return ensureStarted(state);
    case 'text-start':
      return begin(state, { kind: 'text', id: newId('msg_'), text: '' });
    case 'thinking-start':
      return begin(state, { kind: 'thinking', id: newId(reasoningIdPrefix), text: '' });
    case 'tool-start':
      return startTool(state, event);
    case 'text-delta':
      return addText(state, 'text', event.text);
    case 'thinking-delta':
      return addText(state, 'thinking', event.text);
    case 'tool-delta':
      return state.open?.kind === 'tool' ? addInput(state, state.open, event.json) : '';
    case 'text-end':
    case 'tool-end':
      return close(state, '');
    case 'thinking-end':
      return close(state, event.signature);
    case 'redacted-thinking':
      return writeRedacted(state, event.data);
    case 'message-end':
      return endAnswer(state, event);
    // The blocks of Anthropic's server tools: Responses has no words for them.
    case 'opaque-block':
    case 'error':
      return '';
    default:
      return assertNever(event);
  }
}

function emit(state: State, type: string, fields: JsonObject): string {
  const text = frame(type, { sequence_number: state.sequence, ...fields });
  state.sequence += 1;
  return text;
}

/** An event about the open item. */
function emitItem(state: State, item: OpenItem, type: string, fields: JsonObject): string {
  return emit(state, type, { item_id: item.id, output_index: state.index, ...fields });
}

function ensureStarted(state: State): string {
  if (state.phase !== 'idle') return '';
  state.phase = 'started';
  const response = responseObject(state);
  return (
    emit(state, 'response.created', { response }) +
    emit(state, 'response.in_progress', { response })
  );
}

function begin(state: State, item: OpenItem): string {
  const before = ensureStarted(state) + close(state, '');
  state.open = item;
  state.isShown = false;
  return before;
}

function announce(state: State, item: JsonObject): string {
  return emit(state, 'response.output_item.added', { output_index: state.index, item });
}

function complete(state: State, index: number, item: JsonObject): string {
  state.output.push({ index, item });
  return emit(state, 'response.output_item.done', { output_index: index, item });
}

const firstText = { content_index: 0 } as const;
const firstSummary = { summary_index: 0 } as const;
const emptySummary = { type: 'summary_text', text: '' } as const;

function addText(state: State, kind: 'text' | 'thinking', text: string): string {
  if (text === '') return '';
  const id = newId(kind === 'text' ? 'msg_' : reasoningIdPrefix);
  let frames = state.open?.kind === kind ? '' : begin(state, { kind, id, text: '' });
  const item = state.open;
  if (item?.kind !== kind) return frames;
  if (!state.isShown) frames += showText(state, item);
  item.text += text;
  state.length += text.length;
  return kind === 'text'
    ? frames +
        emitItem(state, item, 'response.output_text.delta', {
          ...firstText,
          delta: text,
          logprobs: [],
        })
    : frames +
        emitItem(state, item, 'response.reasoning_summary_text.delta', {
          ...firstSummary,
          delta: text,
        });
}

function showText(state: State, item: OpenItem): string {
  state.isShown = true;
  if (item.kind === 'text') {
    const part = { ...firstText, part: textPart('') };
    return (
      announce(state, messageItem(item.id, 'in_progress', '')) +
      emitItem(state, item, 'response.content_part.added', part)
    );
  }
  const part = { ...firstSummary, part: emptySummary };
  return (
    announce(state, reasoningItem(item.id, '', undefined, state.asked)) +
    emitItem(state, item, 'response.reasoning_summary_part.added', part)
  );
}

function startTool(state: State, { id, name }: { readonly id: string; readonly name: string }) {
  const tool = state.asked.tools.get(name) ?? { kind: 'function', name, namespace: undefined };
  const item: OpenItem = {
    kind: 'tool',
    id: newId(tool.kind === 'custom' ? 'ctc_' : 'fc_'),
    callId: id === '' ? newId('call_') : id,
    tool,
    text: '',
  };
  const before = begin(state, item);
  state.isShown = true;
  return before + announce(state, callItem(item, 'in_progress'));
}

function addInput(state: State, item: OpenTool, json: string): string {
  if (json === '') return '';
  item.text += json;
  state.length += json.length;
  // Free text is known when its JSON is whole.
  return item.tool.kind === 'custom'
    ? ''
    : emitItem(state, item, 'response.function_call_arguments.delta', { delta: json });
}

/** Ends the open item. */
function close(state: State, signature: string): string {
  const item = state.open;
  state.open = undefined;
  if (item === undefined) return '';
  if (item.kind === 'tool') return closeTool(state, item);
  if (item.kind === 'thinking') return closeThinking(state, item, signature);
  if (!state.isShown) return '';
  const { id, text } = item;
  const frames =
    emitItem(state, item, 'response.output_text.done', { ...firstText, text, logprobs: [] }) +
    emitItem(state, item, 'response.content_part.done', { ...firstText, part: textPart(text) }) +
    complete(state, state.index, messageItem(id, 'completed', text));
  state.index += 1;
  return frames;
}

function closeThinking(state: State, item: OpenItem, signature: string): string {
  const { id, text } = item;
  if (!state.isShown && signature === '') return '';
  const part = { type: 'summary_text', text };
  const frames = state.isShown
    ? emitItem(state, item, 'response.reasoning_summary_text.done', { ...firstSummary, text }) +
      emitItem(state, item, 'response.reasoning_summary_part.done', { ...firstSummary, part })
    : announce(state, reasoningItem(id, '', undefined, state.asked));
  const done = complete(state, state.index, thinkingItem(id, text, signature, state.asked));
  state.index += 1;
  return frames + done;
}

function closeTool(state: State, item: OpenTool): string {
  // A call without arguments: parsers want an object, and '' is none.
  let frames = item.text === '' ? addInput(state, item, '{}') : '';
  const index = state.index;
  if (isObject(parseJson(item.text))) frames += doneTool(state, index, item);
  else state.broken.push({ index, item });
  state.index += 1;
  return frames;
}

function doneTool(state: State, index: number, item: OpenTool): string {
  const fields = { item_id: item.id, output_index: index };
  if (item.tool.kind === 'function') {
    const { name } = item.tool;
    const end = { ...fields, name, arguments: item.text };
    return (
      emit(state, 'response.function_call_arguments.done', end) +
      complete(state, index, callItem(item, 'completed'))
    );
  }
  const input = freeText(item.text);
  return (
    emit(state, 'response.custom_tool_call_input.delta', { ...fields, delta: input }) +
    emit(state, 'response.custom_tool_call_input.done', { ...fields, input }) +
    complete(state, index, callItem(item, 'completed'))
  );
}

function writeRedacted(state: State, data: string): string {
  const before = ensureStarted(state) + close(state, '');
  const id = newId(reasoningIdPrefix);
  const frames =
    announce(state, reasoningItem(id, '', undefined, state.asked)) +
    complete(state, state.index, reasoningItem(id, '', sealedRedacted(data), state.asked));
  state.index += 1;
  return before + frames;
}

const incompleteReasons: Readonly<Record<string, string>> = {
  max_tokens: 'max_output_tokens',
  model_context_window_exceeded: 'max_output_tokens',
  refusal: 'content_filter',
};

function endAnswer(state: State, event: Extract<StreamEvent, { type: 'message-end' }>): string {
  let frames = ensureStarted(state) + close(state, '');
  const reason = incompleteReasons[event.stopReason];
  if (reason === undefined) {
    // Better a call with a strange input, which the client answers, than an answer without any.
    for (const { index, item } of state.broken) frames += doneTool(state, index, item);
  }
  state.usage = completeUsage(event.usage, state.inputTokens, state.length);
  state.status = reason === undefined ? 'completed' : 'incomplete';
  state.incompleteReason = reason;
  return frames + finish(state);
}

function finish(state: State): string {
  state.phase = 'finished';
  return emit(state, `response.${state.status}`, { response: responseObject(state) });
}
