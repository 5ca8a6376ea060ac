import { phrase } from '../phrase';
import type { ToolNames } from './formats';
import type { FrameDecoder } from './framesDecoder';
import { type CallReader, createCallReader, textOf } from './geminiAnswerParts';
import { type BlockWriter, createBlockWriter } from './geminiBlocks';
import { readGeminiUsage } from './geminiUsage';
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from './json';
import { bodyError, gaveUp, holdsError, malformed } from './streamErrors';
import {
  noUsage,
  type StopReason,
  type StreamError,
  type StreamEvent,
  settleStopReason,
  type Usage,
} from './streamEvent';

/** The state machine of one answer. */
export interface GeminiDecoder extends FrameDecoder {
  /** A whole answer, or all responses of one in an array; a body that is neither gives an error. */
  readWhole(body: unknown): readonly StreamEvent[];
}

/** Every frame of a stream is a whole response of its own, so that a whole answer reads like a stream of one. */
export function createGeminiDecoder(model: string, toolNames: ToolNames): GeminiDecoder {
  const state: State = {
    model,
    blocks: createBlockWriter(),
    calls: createCallReader(model, toolNames),
    hasStarted: false,
    isFinished: false,
    isCounted: false,
    saysStopAlways: false,
  };
  const end = () => (state.isFinished || state.finish === undefined ? [] : endMessage(state));
  function done(): readonly StreamEvent[] {
    if (state.blocks.hasContent) {
      state.finish ??= 'STOP';
    }
    return end();
  }
  return {
    read: (value) => guard(state, () => readResponses(state, value)),
    readWhole: (body) =>
      guard(state, () => {
        const events = [...readResponses(state, body), ...done()];
        return events.length > 0 ? events : fail(state, bodyError(body));
      }),
    done,
    isEnding: () => isEnding(state),
    isComplete: () => isComplete(state),
    end,
  };
}

interface State {
  readonly model: string;
  readonly blocks: BlockWriter;
  readonly calls: CallReader;
  hasStarted: boolean;
  isFinished: boolean;
  usage?: Usage;
  /** With the finish reason or behind it. */
  isCounted: boolean;
  finish?: string | undefined;
  /** A host that went on behind a STOP writes one on every response: only the end of its body ends an answer. */
  saysStopAlways: boolean;
}

/** JSON can be read at any depth, but not be written again. */
function guard(state: State, read: () => readonly StreamEvent[]): readonly StreamEvent[] {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    return fail(state, malformed(phrase('the answer is nested too deeply'), ''));
  }
}

/** Without `alt=sse`, and in the errors of some gateways, the responses come as an array. */
function readResponses(state: State, value: unknown): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  for (const response of Array.isArray(value) ? value : [value]) {
    if (!state.isFinished) {
      events.push(...readResponse(state, response));
    }
  }
  return events;
}

function readResponse(state: State, response: unknown): readonly StreamEvent[] {
  const wasComplete = isComplete(state);
  if (!isObject(response) || holdsError(response)) {
    if (wasComplete) return endMessage(state);
    return fail(state, bodyError(response, { hasBegun: state.hasStarted }));
  }
  const usage = readGeminiUsage(response['usageMetadata']);
  state.usage = usage ?? state.usage ?? noUsage;
  const first = arrayAt(response, 'candidates')[0];
  const isBlocked = isSaid(stringAt(objectAt(response, 'promptFeedback'), 'blockReason'));
  const events: StreamEvent[] = [];
  if (isObject(first) || isBlocked) {
    const hadContent = state.blocks.hasContent;
    const hadEnded = hasEnded(state);
    events.push(...startMessage(state, response));
    for (const part of arrayAt(objectAt(first, 'content'), 'parts')) {
      const read = state.isFinished ? [] : readPart(state, part);
      state.saysStopAlways ||= hadEnded && read.length > 0;
      events.push(...read);
    }
    const finish = stringAt(first, 'finishReason');
    if (wasComplete && events.length === 0 && finish !== 'STOP') return endMessage(state);
    if (isSaid(finish)) {
      state.finish = finish;
    } else if (isBlocked) {
      state.finish = 'PROHIBITED_CONTENT';
    } else if (!hadContent && state.blocks.hasContent) {
      // What was said before the answer began was not its end.
      state.finish = undefined;
    }
  }
  // The counts of the last response are final. Where they are missing the end of the body ends the answer, and what
  // OpenCode says of the cost means nothing.
  state.isCounted ||= hasEnded(state) && usage !== undefined;
  const isLast = state.isCounted && isSure(state, first) && !state.isFinished;
  return isLast ? [...events, ...endMessage(state)] : events;
}

function isEnding(state: State): boolean {
  return hasEnded(state) && !state.isFinished && !state.saysStopAlways;
}

function isComplete(state: State): boolean {
  return state.isCounted && isEnding(state);
}

/** STOP may stand on every response: something without a candidate behind it, or the end of the body, tells that it was meant. */
function isSure({ finish, saysStopAlways }: State, candidate: unknown): boolean {
  return finish !== 'STOP' || (!isObject(candidate) && !saysStopAlways);
}

/** Gateways write STOP on every response without words, those before the answer too (Chevey339/kelivo#1003). */
function hasEnded({ finish, blocks }: State): boolean {
  return finish !== undefined && (finish !== 'STOP' || blocks.hasContent);
}

/** Protobuf writes its zero values out at times. */
function isSaid(name: string | undefined): name is string {
  return name !== undefined && name !== '' && !name.endsWith('_UNSPECIFIED');
}

function startMessage(state: State, response: JsonObject): readonly StreamEvent[] {
  if (state.hasStarted) {
    return [];
  }
  state.hasStarted = true;
  const id = stringAt(response, 'responseId') ?? '';
  const model = stringAt(response, 'modelVersion') ?? state.model;
  return [{ type: 'message-start', id, model, usage: state.usage ?? noUsage }];
}

function readPart(state: State, part: unknown): readonly StreamEvent[] {
  const { blocks } = state;
  if (!isObject(part)) {
    return [];
  }
  if (part['functionCall'] !== undefined) {
    const read = state.calls.read(part);
    if (read.problem !== undefined) {
      return fail(state, malformed(read.problem, ''));
    }
    return read.call === undefined ? [] : blocks.call(read.call);
  }
  return part['thought'] === true
    ? blocks.thinking(stringAt(part, 'text') ?? '')
    : blocks.text(textOf(part));
}

/** Unknown reasons count as a plain end. Source: Google's reference of `FinishReason` and SDK types, 2026-11-22. */
const stopReasons: Readonly<Record<string, StopReason | 'failed'>> = {
  STOP: 'end_turn',
  MAX_TOKENS: 'max_tokens',
  SAFETY: 'refusal',
  RECITATION: 'refusal',
  LANGUAGE: 'refusal',
  BLOCKLIST: 'refusal',
  PROHIBITED_CONTENT: 'refusal',
  SPII: 'refusal',
  MODEL_ARMOR: 'refusal',
  IMAGE_SAFETY: 'refusal',
  IMAGE_PROHIBITED_CONTENT: 'refusal',
  IMAGE_RECITATION: 'refusal',
  // The model lost its thread, or we ours: what it wrote is not what it meant, and another model may do better.
  MALFORMED_FUNCTION_CALL: 'failed',
  MALFORMED_RESPONSE: 'failed',
  UNEXPECTED_TOOL_CALL: 'failed',
  TOO_MANY_TOOL_CALLS: 'failed',
  MISSING_THOUGHT_SIGNATURE: 'failed',
  OTHER: 'failed',
  IMAGE_OTHER: 'failed',
  NO_IMAGE: 'failed',
};

function endMessage(state: State): readonly StreamEvent[] {
  const finish = state.finish ?? '';
  const known = Object.hasOwn(stopReasons, finish) ? stopReasons[finish] : undefined;
  const reason = known ?? 'end_turn';
  if (reason === 'failed') {
    // Without `finishMessage`, which quotes the answer.
    const raw = JSON.stringify({ finishReason: finish });
    return fail(state, gaveUp(finish, raw));
  }
  const { calls } = state.blocks;
  if (state.calls.hasLostCall && reason === 'end_turn' && calls === 0) {
    // Without it the answer would look as if the model had not wanted to do anything.
    return fail(state, malformed(phrase('a tool call came without a name'), ''));
  }
  state.isFinished = true;
  const stopReason = settleStopReason(reason, calls);
  const usage = state.usage ?? noUsage;
  const end = { type: 'message-end', stopReason, stopSequence: null, usage } as const;
  return [...state.blocks.close(), end];
}

function fail(state: State, error: StreamError): readonly StreamEvent[] {
  state.isFinished = true;
  return [{ type: 'error', error }];
}
