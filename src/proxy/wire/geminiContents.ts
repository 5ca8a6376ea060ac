import type { MessageRest, RequestMessage } from './anthropicRequest';
import { emptyMessage, type Turn, turnsOf } from './conversation';
import type { EncodeInput } from './formats';
import { geminiParts, geminiResult, textPart } from './geminiParts';
import { carriedSignature, unsignedCall } from './geminiSignature';
import type { JsonObject } from './json';
import { joinText, type PartsContext } from './openaiChatParts';
import { reminder } from './requestRules';
import type { ToolNaming } from './toolNames';

export interface GeminiContent {
  readonly role: 'user' | 'model';
  readonly parts: readonly JsonObject[];
}

/** The conversation as contents, and what had to be left out, in words. */
export function geminiContents(
  input: EncodeInput,
  naming: ToolNaming,
): { readonly contents: readonly GeminiContent[]; readonly omitted: ReadonlySet<string> } {
  const { request, facts } = input;
  const writer: Writer = {
    model: input.model,
    naming,
    contents: [],
    context: { seesImages: facts.images !== false, omitted: new Set() },
  };
  for (const turn of turnsOf(request.messages)) {
    if (turn.call !== undefined) {
      append(writer, 'model', modelParts(writer, turn.call));
    }
    append(writer, 'user', userParts(writer, turn));
  }
  if (writer.contents.length === 0) {
    append(writer, 'user', [textPart(emptyMessage)]);
  }
  return { contents: writer.contents, omitted: writer.context.omitted };
}

interface Writer {
  readonly model: string;
  readonly naming: ToolNaming;
  readonly contents: { readonly role: GeminiContent['role']; readonly parts: JsonObject[] }[];
  readonly context: PartsContext;
}

/** Two contents of one role in a row are one: a call must come right behind the user's content. */
function append(writer: Writer, role: GeminiContent['role'], parts: readonly JsonObject[]): void {
  if (parts.length === 0) {
    return;
  }
  const { contents } = writer;
  if (contents.length === 0 && role === 'model') {
    // What the user said was compacted away, and no conversation begins with the model.
    contents.push({ role: 'user', parts: [textPart(emptyMessage)] });
  }
  const last = contents.at(-1);
  if (last?.role === role) {
    last.parts.push(...parts);
  } else {
    contents.push({ role, parts: [...parts] });
  }
}

function modelParts(writer: Writer, message: RequestMessage): readonly JsonObject[] {
  const parts: JsonObject[] = [];
  let signature = '';
  // What the model thought is not sent back: Google wants the signatures only.
  for (const block of message.content) {
    if (block.type === 'text' && block.text !== '') {
      parts.push(textPart(block.text));
    } else if (block.type === 'thinking') {
      signature = carriedSignature(writer.model, block.signature) || signature;
    } else if (block.type === 'tool_use') {
      const isFirst = !parts.some((part) => 'functionCall' in part);
      const name = writer.naming.sent(block.name);
      parts.push({
        functionCall: { id: block.id, name, args: block.input },
        // The first of parallel calls has it, the others need none. The same in every request, in old turns too, so that
        // the cached prefix stays.
        thoughtSignature: signature || (isFirst ? unsignedCall : undefined),
      });
      signature = '';
    } else if (block.type === 'other') {
      writer.context.omitted.add(`${block.blockType} block`);
    }
  }
  return parts;
}

/** As many responses as there were calls, in their order, and only then what else the user says. */
function userParts(writer: Writer, turn: Turn): readonly JsonObject[] {
  const { context } = writer;
  const calls = (turn.call?.content ?? []).flatMap((block) =>
    block.type === 'tool_use' ? [block] : [],
  );
  const responses: JsonObject[] = [];
  const media: JsonObject[] = [];
  for (const [index, [id, result]] of turn.results.entries()) {
    const name = writer.naming.sent(calls[index]?.name ?? '');
    const read = geminiResult(result, context);
    responses.push({ functionResponse: { id, name, response: read.response } });
    if (read.media.length > 0) {
      media.push(textPart(`[From the result of tool call ${id}]`), ...read.media);
    }
  }
  const rest = turn.rest.flatMap((message) => restParts(message, context));
  const parts = [...responses, ...media, ...rest];
  return parts.length === 0 && turn.isAnswered ? [textPart(emptyMessage)] : parts;
}

function restParts(message: MessageRest, context: PartsContext): readonly JsonObject[] {
  if (message.role !== 'system') {
    return geminiParts(message.content, context);
  }
  // In its place, since contents know no system role: moved to the top it would throw away the cached prefix
  // (anthropics/claude-code#77698).
  const text = joinText(message.content);
  return text === '' ? [] : [textPart(reminder(text))];
}
