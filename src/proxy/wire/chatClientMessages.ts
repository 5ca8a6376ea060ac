import * as z from 'zod/mini';
import { blocksOfContent, textBlocks } from './chatClientParts';
import { emptyMessage } from './conversation';
import { isObject, type JsonObject, parseJson } from './json';

const toolCallSchema = z.looseObject({
  id: z.string(),
  function: z.looseObject({ name: z.string(), arguments: z.nullish(z.unknown()) }),
});

const roles = ['system', 'developer', 'user', 'assistant', 'tool'] as const;

/** One message of a Chat Completions request, its content already in blocks. */
export const chatMessageSchema = z
  .looseObject({
    role: z.enum(roles),
    content: z._default(blocksOfContent(), []),
    tool_calls: z.nullish(z.array(toolCallSchema)),
    tool_call_id: z.nullish(z.string()),
    refusal: z.nullish(z.string()),
    // Two names for the same, by vendor. What is not a string is of no use to anybody.
    reasoning_content: z.optional(z.unknown()),
    reasoning: z.optional(z.unknown()),
  })
  .check(
    z.refine(({ role, tool_call_id: id }) => role !== 'tool' || typeof id === 'string', {
      path: ['tool_call_id'],
      error: 'Field required',
    }),
  );

type ChatMessage = z.infer<typeof chatMessageSchema>;

export interface Conversation {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
}

/**
 * The conversation as Anthropic Messages tells it: the instructions at its beginning are the system prompt, later ones
 * keep their place; the results of one turn's calls are one message of the user.
 */
export function readConversation(chat: readonly ChatMessage[]): Conversation {
  const isInstruction = ({ role }: ChatMessage) => role === 'system' || role === 'developer';
  const first = chat.findIndex((message) => !isInstruction(message));
  if (first === -1) {
    // Nothing but instructions: with us somebody must have spoken, and scripts mean the last one.
    const content = chat.at(-1)?.content ?? [];
    const messages = chat.length === 0 ? [] : [userMessage(content)];
    return { system: chat.slice(0, -1).flatMap((message) => message.content), messages };
  }
  const messages: JsonObject[] = [];
  let results: JsonObject[] | undefined;
  for (const message of chat.slice(first)) {
    if (message.role === 'tool') {
      if (results === undefined) {
        results = [];
        messages.push({ role: 'user', content: results });
      }
      results.push(toolResult(message));
    } else {
      results = undefined;
      messages.push(...plainMessage(message, isInstruction(message)));
    }
  }
  return { system: chat.slice(0, first).flatMap((message) => message.content), messages };
}

function plainMessage(message: ChatMessage, isInstruction: boolean): readonly JsonObject[] {
  const { content } = message;
  if (message.role === 'user') return [userMessage(content)];
  const blocks = isInstruction ? content : assistantBlocks(message);
  if (blocks.length === 0) return [];
  return [{ role: isInstruction ? 'system' : 'assistant', content: blocks }];
}

function userMessage(content: readonly JsonObject[]): JsonObject {
  return { role: 'user', content: content.length === 0 ? textBlocks(emptyMessage) : content };
}

function assistantBlocks(message: ChatMessage): readonly JsonObject[] {
  const { content, refusal, tool_calls: calls } = message;
  return [
    ...thinkingBlocks(message.reasoning_content ?? message.reasoning),
    ...content,
    ...textBlocks(refusal ?? ''),
    ...(calls ?? []).map(({ id, function: { name, arguments: text } }) => ({
      type: 'tool_use',
      id,
      name,
      input: toolInput(text),
    })),
  ];
}

/** No signature: this wire format has no place for one. */
function thinkingBlocks(reasoning: unknown): readonly JsonObject[] {
  return typeof reasoning === 'string' && reasoning.trim() !== ''
    ? [{ type: 'thinking', thinking: reasoning, signature: '' }]
    : [];
}

/** Arguments that are no JSON object are kept as they are: the model must see what it did wrong. */
function toolInput(value: unknown): JsonObject {
  const input = typeof value === 'string' ? parseJson(value) : value;
  if (isObject(input)) return input;
  const isNothing = value === undefined || value === null || value === '';
  return isNothing || input === null ? {} : { arguments: value };
}

function toolResult({ tool_call_id: id, content }: ChatMessage): JsonObject {
  return { type: 'tool_result', tool_use_id: id, content };
}
