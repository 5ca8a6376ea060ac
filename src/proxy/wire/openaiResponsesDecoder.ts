import { phrase } from '../phrase';
import type { ToolNames } from './formats';
import type { FrameDecoder } from './framesDecoder';
import { isObject, type JsonObject, objectAt, stringAt } from './json';
import { createItems } from './openaiResponsesItems';
import { type Output, readOutput, readOutputEvent } from './openaiResponsesOutput';
import { readResponsesUsage } from './openaiResponsesUsage';
import { bodyError, gaveUp, holdsError, malformed, upstreamError } from './streamErrors';
import { noUsage, type StopReason, type StreamEvent, settleStopReason } from './streamEvent';

/**
 * The state machine of one answer. A whole response is read as the event that carries it. Only a terminal event ends an
 * answer: neither `[DONE]` nor the end of the body says that it is whole.
 */
export function createResponsesDecoder(model: string, toolNames: ToolNames): FrameDecoder {
  const state: State = {
    model,
    items: createItems(toolNames),
    hasStarted: false,
    isFinished: false,
    isRefusal: false,
  };
  return {
    read: (data, event) => (state.isFinished ? [] : readEvent(state, data, event)),
    done: () => [],
    end: () => [],
  };
}

interface State extends Output {
  hasStarted: boolean;
  isFinished: boolean;
}

function readEvent(state: State, data: unknown, frameEvent: string): readonly StreamEvent[] {
  if (holdsError(data) || !isObject(data)) {
    return fail(state, bodyError(data, { hasBegun: state.hasStarted }));
  }
  const type = stringAt(data, 'type') ?? frameEvent;
  // Some hosts answer with the bare response, under any content type.
  const isWhole = type === '' && Array.isArray(data['output']);
  const response = isWhole ? data : (objectAt(data, 'response') ?? {});
  if (!isWhole && !type.startsWith('response.')) {
    // Pings, with the cost or without.
    return [];
  }
  const events: StreamEvent[] = [...startMessage(state, response)];
  const end = isWhole ? 'completed' : endings.get(type);
  if (end !== undefined) {
    return [...events, ...endMessage(state, response, end)];
  }
  readOutputEvent(state, type, data);
  events.push(...state.items.advance());
  return events;
}

function startMessage(state: State, response: JsonObject): readonly StreamEvent[] {
  if (state.hasStarted) {
    return [];
  }
  state.hasStarted = true;
  const model = stringAt(response, 'model') ?? state.model;
  return [{ type: 'message-start', id: stringAt(response, 'id') ?? '', model, usage: noUsage }];
}

type Ending = 'completed' | 'incomplete' | 'failed' | 'cancelled';

const endings: ReadonlyMap<string, Ending> = new Map([
  ['response.completed', 'completed'],
  // The name in Codex's own transport.
  ['response.done', 'completed'],
  ['response.incomplete', 'incomplete'],
  ['response.failed', 'failed'],
  ['response.cancelled', 'cancelled'],
]);

/** Why an answer is incomplete; an unknown reason still means that it was cut off. */
const cutReasons: ReadonlyMap<string, StopReason> = new Map([
  ['content_filter', 'refusal'],
  ['model_context_window_exceeded', 'model_context_window_exceeded'],
]);

function endMessage(state: State, response: JsonObject, ending: Ending): readonly StreamEvent[] {
  // The response's own word weighs more than the event's name where it is worse.
  const own = endings.get(`response.${stringAt(response, 'status')}`);
  const end = ending === 'completed' && own !== undefined ? own : ending;
  const error = response['error'];
  if (end === 'failed' || end === 'cancelled' || isObject(error)) {
    const told = JSON.stringify({ error });
    return fail(state, isObject(error) ? upstreamError({ error }, told) : gaveUp(end, ''));
  }
  readOutput(state, response);
  const reason = stringAt(objectAt(response, 'incomplete_details'), 'reason') ?? '';
  const whole = state.isRefusal ? 'refusal' : 'end_turn';
  const stopReason = end === 'incomplete' ? (cutReasons.get(reason) ?? 'max_tokens') : whole;
  const tools = state.items.finish(stopReason === 'end_turn' ? 'whole' : 'cut');
  if (tools.isBroken) {
    // Passed on, the client's parser might complete the input and run a tool on half of it.
    const broken = malformed(phrase('a tool call ended in the middle of its input'), '');
    return [...tools.events, ...fail(state, broken)];
  }
  state.isFinished = true;
  const settled = settleStopReason(stopReason, state.items.tools);
  const usage = readResponsesUsage(response);
  return [...tools.events, { type: 'message-end', stopReason: settled, stopSequence: null, usage }];
}

function fail(
  state: State,
  error: Extract<StreamEvent, { type: 'error' }>['error'],
): readonly StreamEvent[] {
  state.isFinished = true;
  return [{ type: 'error', error }];
}
