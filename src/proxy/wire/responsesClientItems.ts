import { type JsonObject, parseJson } from './json';
import { sealedThinking } from './responsesClientReasoning';
import type { Asked } from './responsesClientRequest';
import { type AskedTool, customInput } from './responsesClientTools';

/** An output item that is being written. */
export type OpenItem =
  | { readonly kind: 'text'; readonly id: string; text: string }
  | { readonly kind: 'thinking'; readonly id: string; text: string }
  | {
      readonly kind: 'tool';
      readonly id: string;
      readonly callId: string;
      readonly tool: AskedTool;
      /** The JSON text of the input. */
      text: string;
    };

export type OpenTool = Extract<OpenItem, { kind: 'tool' }>;

export type ItemStatus = 'in_progress' | 'completed';

export function newId(prefix: string): string {
  return prefix + crypto.randomUUID().replaceAll('-', '');
}

export function textPart(text: string): JsonObject {
  return { type: 'output_text', text, annotations: [], logprobs: [] };
}

export function messageItem(id: string, status: ItemStatus, text: string): JsonObject {
  const content = status === 'in_progress' ? [] : [textPart(text)];
  return { id, type: 'message', status, role: 'assistant', content };
}

/** `sealed` is left out for clients that do not ask for it. */
export function reasoningItem(
  id: string,
  text: string,
  sealed: string | undefined,
  asked: Asked,
): JsonObject {
  const summary = text === '' ? [] : [{ type: 'summary_text', text }];
  const encrypted = asked.includesReasoning && sealed !== undefined;
  return {
    id,
    type: 'reasoning',
    summary,
    ...(encrypted ? { encrypted_content: sealed } : {}),
  };
}

export function thinkingItem(id: string, text: string, signature: string, asked: Asked) {
  return reasoningItem(id, text, sealedThinking(signature), asked);
}

/** A call of the client's tool, under the name and in the kind that the client gave it. */
export function callItem(item: OpenTool, status: ItemStatus): JsonObject {
  const { id, callId, tool } = item;
  const isOpen = status === 'in_progress';
  const namespace = tool.namespace === undefined ? {} : { namespace: tool.namespace };
  const head = { id, call_id: callId, name: tool.name, ...namespace };
  return tool.kind === 'custom'
    ? { ...head, type: 'custom_tool_call', input: isOpen ? '' : freeText(item.text), status }
    : { ...head, type: 'function_call', arguments: isOpen ? '' : item.text, status };
}

export function freeText(json: string): string {
  return customInput(json, parseJson(json));
}
