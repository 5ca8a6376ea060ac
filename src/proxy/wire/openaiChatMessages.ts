import type { ContentBlock, ToolResultBlock } from './anthropicBlocks';
import type { MessagesRequest, RequestMessage } from './anthropicRequest';
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
import { rememberPerObjectAndKey } from './rememberPerObject';
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
  const system = systemMessage(request, context.serverTools);
  if (system !== undefined) {
    writer.messages.push(system);
  }
  for (const turn of turnsOf(request.messages)) {
    writeTurn(writer, turn);
  }
  flushUser(writer);
  return { messages: writer.messages, omitted: writer.parts.omitted };
}

const rememberedSystem = rememberPerObjectAndKey<
  MessagesRequest['system'],
  JsonObject | undefined
>();

function systemMessage(
  request: MessagesRequest,
  serverTools: readonly string[],
): JsonObject | undefined {
  return rememberedSystem(request.system, serverTools.join(), () => {
    const content = systemText(request, serverTools);
    return content === '' ? undefined : { role: 'system', content };
  });
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
  for (const block of message.content) {
    if (block.type === 'other') {
      writer.parts.omitted.add(`${block.blockType} block`);
    }
  }
  const { naming } = writer;
  const names = message.content.flatMap((block) =>
    block.type === 'tool_use' ? [naming.sent(block.name)] : [],
  );
  const needsReasoning = writer.input.facts.quirks?.reasoningContentInHistory === true;
  const key = JSON.stringify([needsReasoning, ...names]);
  const written = rememberedCalls(message, key, () =>
    assistantMessage(message, { needsReasoning, names }),
  );
  if (written === undefined) {
    return;
  }
  flushUser(writer);
  writer.messages.push(written);
}

const rememberedCalls = rememberPerObjectAndKey<RequestMessage, JsonObject | undefined>();

/** `names`: as they are sent, of the calls in order. Undefined when there is nothing to tell. */
function assistantMessage(
  message: RequestMessage,
  {
    needsReasoning,
    names,
  }: { readonly needsReasoning: boolean; readonly names: readonly string[] },
): JsonObject | undefined {
  const text = joinText(message.content);
  const calls = message.content.flatMap((block) => (block.type === 'tool_use' ? [block] : []));
  const thinking = message.content
    .flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []))
    .join('\n\n');
  if (text === '' && calls.length === 0 && !(needsReasoning && thinking !== '')) {
    return undefined;
  }
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    // DeepSeek refuses a history in which any assistant message lacks it, be it empty.
    ...(needsReasoning ? { reasoning_content: thinking } : {}),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map(({ id, input }, index) => ({
            id: shortId(id),
            type: 'function',
            function: { name: names[index], arguments: JSON.stringify(input) },
          })),
        }),
  };
}

function writeToolMessage(writer: Writer, id: string, result: ToolResultBlock | undefined): void {
  writer.messages.push(toolMessage(writer, id, result));
  const images = (result?.content ?? []).filter((block) => block.type === 'image');
  if (images.length > 0 && writer.parts.seesImages) {
    // Tool messages hold text only, so the pictures follow in the user's.
    writer.user.push({ type: 'text', text: `[Image from the result of tool call ${shortId(id)}]` });
    writer.user.push(...partsOf(images, writer.parts));
  }
}

interface WrittenResult {
  readonly message: JsonObject;
  readonly omitted: ReadonlySet<string>;
}

const rememberedResults = rememberPerObjectAndKey<ToolResultBlock, WrittenResult>();

function toolMessage(
  { parts }: Writer,
  id: string,
  result: ToolResultBlock | undefined,
): JsonObject {
  const written = (content: string) => ({ role: 'tool', tool_call_id: shortId(id), content });
  // An interrupted call has no result in the history, but the wire format insists on one.
  if (result === undefined) return written(interruptedResult);
  const { message, omitted } = rememberedResults(result, `${parts.seesImages} ${id}`, () => {
    const own = { ...parts, omitted: new Set<string>() };
    return { message: written(resultText(result, own)), omitted: own.omitted };
  });
  for (const word of omitted) parts.omitted.add(word);
  return message;
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
