import type { ContentBlock, ToolResultBlock } from './anthropicBlocks';
import type { RequestMessage } from './anthropicRequest';
import { emptyMessage, interruptedResult, systemText, type Turn, turnsOf } from './conversation';
import type { EncodeInput } from './formats';
import type { JsonObject } from './json';
import {
  type ChatPart,
  joinParts,
  joinText,
  type PartsContext,
  partsOf,
  resultText,
} from './openaiChatParts';
import { reminder } from './requestRules';
import { shortId, type ToolNaming } from './toolNames';

export interface MessagesContext {
  readonly naming: ToolNaming;
  /** Server tools that the model cannot have. */
  readonly serverTools: readonly string[];
}

/** The conversation as chat messages, and what had to be left out, in words. */
export function chatMessages(
  input: EncodeInput,
  context: MessagesContext,
): { readonly messages: readonly JsonObject[]; readonly omitted: ReadonlySet<string> } {
  const { request, facts } = input;
  const writer: Writer = {
    input,
    naming: context.naming,
    messages: [],
    user: [],
    parts: { seesImages: facts.images !== false, omitted: new Set() },
  };
  const system = systemText(request, context.serverTools);
  if (system !== '') {
    writer.messages.push({ role: 'system', content: system });
  }
  for (const turn of turnsOf(request.messages)) {
    writeTurn(writer, turn);
  }
  flushUser(writer);
  return { messages: writer.messages, omitted: writer.parts.omitted };
}

interface Writer {
  readonly input: EncodeInput;
  readonly naming: ToolNaming;
  readonly messages: JsonObject[];
  /** Parts of the user message that is being gathered: many chat templates refuse two in a row. */
  user: ChatPart[];
  readonly parts: PartsContext;
}

function writeTurn(writer: Writer, turn: Turn): void {
  if (turn.call !== undefined) {
    writeAssistant(writer, turn.call);
  }
  const before = writer.messages.length;
  // Every call needs its answer right behind it, in order; hosts refuse anything in between ("insufficient tool messages").
  for (const [id, result] of turn.results) {
    writeToolMessage(writer, id, result);
  }
  for (const message of turn.rest) {
    writeRest(writer, message.role, message.content);
  }
  const said = [...writer.messages.slice(before), ...writer.user.slice(0, 1)];
  if (turn.isAnswered && said.length === 0) {
    writer.user.push({ type: 'text', text: emptyMessage });
  }
}

function writeAssistant(writer: Writer, message: RequestMessage): void {
  const text = joinText(message.content);
  const calls = message.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  const needsReasoning = writer.input.facts.quirks?.reasoningContentInHistory === true;
  const thinking = message.content
    .flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []))
    .join('\n\n');
  for (const block of message.content) {
    if (block.type === 'other') {
      writer.parts.omitted.add(`${block.blockType} block`);
    }
  }
  if (text === '' && calls.length === 0 && !(needsReasoning && thinking !== '')) {
    return;
  }
  flushUser(writer);
  writer.messages.push({
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    // DeepSeek refuses a history in which any assistant message lacks it, be it empty.
    ...(needsReasoning ? { reasoning_content: thinking } : {}),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, name, input }) => ({
            id: shortId(id),
            type: 'function',
            function: { name: writer.naming.sent(name), arguments: JSON.stringify(input) },
          })),
        }),
  });
}

function writeToolMessage(writer: Writer, id: string, result: ToolResultBlock | undefined): void {
  // An interrupted call has no result in the history, but the wire format insists on one.
  const content = result === undefined ? interruptedResult : resultText(result, writer.parts);
  writer.messages.push({ role: 'tool', tool_call_id: shortId(id), content });
  const images = (result?.content ?? []).filter((block) => block.type === 'image');
  if (images.length > 0 && writer.parts.seesImages) {
    // Tool messages hold text only, so the pictures follow in the user's.
    writer.user.push({ type: 'text', text: `[Image from the result of tool call ${shortId(id)}]` });
    writer.user.push(...partsOf(images, writer.parts));
  }
}

function writeRest(
  writer: Writer,
  role: RequestMessage['role'],
  content: readonly ContentBlock[],
): void {
  if (role !== 'system') {
    writer.user.push(...partsOf(content, writer.parts));
    return;
  }
  const text = joinText(content);
  if (text === '') {
    return;
  }
  if (writer.input.facts.quirks?.midConversationSystem === true) {
    flushUser(writer);
    writer.messages.push({ role: 'system', content: text });
  } else {
    // In its place: moved to the top it would throw away the cached prefix (anthropics/claude-code#77698).
    writer.user.push({ type: 'text', text: reminder(text) });
  }
}

function flushUser(writer: Writer): void {
  if (writer.user.length > 0) {
    writer.messages.push({ role: 'user', content: joinParts(writer.user) });
    writer.user = [];
  }
}
