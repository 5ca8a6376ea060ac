import type { ContentBlock } from './anthropicBlocks';
import type { MessageRest, RequestMessage } from './anthropicRequest';
import { emptyMessage, interruptedResult, type Turn, turnsOf } from './conversation';
import type { EncodeInput } from './formats';
import { type JsonObject, stringAt } from './json';
import {
  callOutput,
  type InputPart,
  inputParts,
  type PartsContext,
  textPart,
} from './openaiResponsesParts';
import { reasoningItem } from './openaiResponsesReasoning';
import { reminder } from './requestRules';
import { shortId, type ToolNaming } from './toolNames';

/** The conversation as input items, and what had to be left out, in words. */
export function inputItems(
  input: EncodeInput,
  naming: ToolNaming,
): { readonly items: readonly JsonObject[]; readonly omitted: ReadonlySet<string> } {
  const { request, facts } = input;
  const writer: Writer = {
    input,
    naming,
    items: [],
    user: [],
    reasoningIds: new Set(),
    parts: { seesImages: facts.images !== false, omitted: new Set() },
  };
  for (const turn of turnsOf(request.messages)) {
    writeTurn(writer, turn);
  }
  flushUser(writer);
  return { items: writer.items, omitted: writer.parts.omitted };
}

interface Writer {
  readonly input: EncodeInput;
  readonly naming: ToolNaming;
  readonly items: JsonObject[];
  /** Parts of the user's message that is being gathered. */
  user: InputPart[];
  readonly reasoningIds: Set<string>;
  readonly parts: PartsContext;
}

function writeTurn(writer: Writer, turn: Turn): void {
  if (turn.call !== undefined) {
    writeAssistant(writer, turn.call);
  }
  const before = writer.items.length;
  for (const [id, result] of turn.results) {
    const output = result === undefined ? interruptedResult : callOutput(result, writer.parts);
    writer.items.push({ type: 'function_call_output', call_id: shortId(id), output });
  }
  for (const message of turn.rest) {
    writeRest(writer, message);
  }
  if (turn.isAnswered && writer.items.length === before && writer.user.length === 0) {
    writer.user.push(textPart(emptyMessage));
  }
}

function writeAssistant(writer: Writer, message: RequestMessage): void {
  let texts: string[] = [];
  let reasoning: JsonObject[] = [];
  const flushTexts = (): void => {
    if (texts.length > 0) {
      const content = texts.map((text) => ({ type: 'output_text', text }));
      writer.items.push({ type: 'message', role: 'assistant', content });
      texts = [];
    }
  };
  // Reasoning goes right before what it led to: OpenAI refuses an item "without its required following item".
  const flushReasoning = (): void => {
    if (reasoning.length > 0) {
      flushTexts();
      writer.items.push(...reasoning);
      reasoning = [];
    }
  };
  for (const block of message.content) {
    if (block.type === 'thinking') {
      reasoning.push(...replayed(writer, block));
    } else if (block.type === 'text' && block.text !== '') {
      flushUser(writer);
      flushReasoning();
      texts.push(block.text);
    } else if (block.type === 'tool_use') {
      flushUser(writer);
      flushReasoning();
      flushTexts();
      writer.items.push(functionCall(writer, block));
    } else if (block.type === 'other') {
      writer.parts.omitted.add(`${block.blockType} block`);
    }
  }
  flushTexts();
}

function replayed(
  writer: Writer,
  block: Extract<ContentBlock, { type: 'thinking' }>,
): readonly JsonObject[] {
  const item = reasoningItem(block, writer.input.model);
  const id = stringAt(item, 'id') ?? '';
  // "Duplicate item found with id rs_…": a client that repeats a turn must not lose the conversation over it.
  if (item === undefined || writer.reasoningIds.has(id)) {
    return [];
  }
  if (id !== '') {
    writer.reasoningIds.add(id);
  }
  return [item];
}

function functionCall(
  writer: Writer,
  { id, name, input }: Extract<ContentBlock, { type: 'tool_use' }>,
): JsonObject {
  return {
    type: 'function_call',
    call_id: shortId(id),
    name: writer.naming.sent(name),
    arguments: JSON.stringify(input),
  };
}

function writeRest(writer: Writer, { role, content }: MessageRest): void {
  const parts = inputParts(content, writer.parts);
  if (role !== 'system') {
    writer.user.push(...parts);
    return;
  }
  const text = parts
    .flatMap((part) => (part.type === 'input_text' ? [part.text] : []))
    .join('\n\n');
  if (text === '') {
    return;
  }
  if (writer.input.facts.quirks?.midConversationSystem === true) {
    flushUser(writer);
    writer.items.push({ type: 'message', role: 'developer', content: [textPart(text)] });
  } else {
    // In its place: moved to the top it would throw away the cached prefix (anthropics/claude-code#77698).
    writer.user.push(textPart(reminder(text)));
  }
}

function flushUser(writer: Writer): void {
  if (writer.user.length > 0) {
    writer.items.push({ type: 'message', role: 'user', content: writer.user });
    writer.user = [];
  }
}
