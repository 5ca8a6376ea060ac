import { completeUsage, type EncoderOptions, usageMembers } from './anthropic';
import { isObject, type JsonObject, parseJson } from './json';
import {
  claimsWhole,
  type StopReason,
  type StreamEvent,
  settleStopReason,
  type Usage,
} from './streamEvent';

/** A whole answer, gathered from its events. */
export interface Message {
  readonly id: string;
  readonly model: string;
  readonly content: readonly MessageBlock[];
  readonly stopReason: StopReason;
  readonly stopSequence: string | null;
  readonly usage: Usage;
}

export type MessageBlock =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    };

/**
 * Gathers the events of one answer. Gives undefined for an answer that reported an error, did not reach its end, or holds
 * a tool call whose input is no JSON object. A call that was cut off along with its answer is left out.
 */
export function collectMessage(events: Iterable<StreamEvent>): Message | undefined {
  const content: MessageBlock[] = [];
  let start: Extract<StreamEvent, { type: 'message-start' }> | undefined;
  let open: OpenBlock | undefined;
  let hasBrokenTool = false;
  for (const event of events) {
    if (event.type === 'message-start') {
      start ??= event;
    } else if (event.type === 'redacted-thinking') {
      content.push({ type: 'redacted_thinking', data: event.data });
    } else if (event.type === 'error') {
      return undefined;
    } else if (event.type === 'message-end') {
      if (hasBrokenTool && claimsWhole(event.stopReason)) {
        return undefined;
      }
      const { stopReason, stopSequence, usage } = event;
      const tools = content.filter((block) => block.type === 'tool_use').length;
      const settled = settleStopReason(stopReason, tools);
      const { id, model } = start ?? { id: '', model: '' };
      return { id, model, content, stopReason: settled, stopSequence, usage };
    } else if (event.type === 'tool-start') {
      open = { ...event, text: '' };
    } else if (event.type === 'text-start' || event.type === 'thinking-start') {
      open = { ...event, text: '' };
    } else if (event.type === 'text-delta' || event.type === 'thinking-delta') {
      open = open && { ...open, text: open.text + event.text };
    } else if (event.type === 'tool-delta') {
      open = open && { ...open, text: open.text + event.json };
    } else if (open !== undefined) {
      const block = closeBlock(open, event.type === 'thinking-end' ? event.signature : '');
      hasBrokenTool ||= block === undefined;
      content.push(...(block === undefined ? [] : [block]));
      open = undefined;
    }
  }
  return undefined;
}

type OpenBlock =
  | { readonly type: 'text-start'; readonly text: string }
  | { readonly type: 'thinking-start'; readonly text: string }
  | {
      readonly type: 'tool-start';
      readonly id: string;
      readonly name: string;
      readonly text: string;
    };

function closeBlock(open: OpenBlock, signature: string): MessageBlock | undefined {
  if (open.type === 'text-start') {
    return { type: 'text', text: open.text };
  }
  if (open.type === 'thinking-start') {
    return { type: 'thinking', thinking: open.text, signature };
  }
  const input = open.text === '' ? {} : parseJson(open.text);
  return isObject(input) ? { type: 'tool_use', id: open.id, name: open.name, input } : undefined;
}

/** The JSON text of a non-streaming Messages answer. */
export function encodeMessage(message: Message, options: EncoderOptions): string {
  // Thinking without a signature cannot be told from forged thinking, but clients show it and send it back as it is.
  const length = JSON.stringify(message.content).length;
  return JSON.stringify({
    id: message.id === '' ? `msg_${crypto.randomUUID().replaceAll('-', '')}` : message.id,
    type: 'message',
    role: 'assistant',
    model: options.model,
    content: message.content,
    stop_reason: message.stopReason,
    stop_sequence: message.stopSequence,
    usage: usageMembers(completeUsage(message.usage, options.inputTokens, length)),
  });
}
