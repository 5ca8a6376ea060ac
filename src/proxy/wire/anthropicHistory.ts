import { type BlockRules, cleanContent, toolIdOf } from './anthropicContent';
import type { MessagesRequest, RequestMessage } from './anthropicRequest';
import type { EncodeInput } from './formats';
import { isObject, type JsonObject, parseJson, without } from './json';
import { reminder } from './requestRules';
import { elementsOf } from './splice';

export interface History {
  /** New JSON text of `messages`; undefined when every byte may stay. */
  readonly json: string | undefined;
  /** Words for the log. */
  readonly omitted: ReadonlySet<string>;
  /** Thinking was taken out of the assistant turn that the tool results at the end answer. */
  readonly hasLostThinking: boolean;
}

/**
 * Rewrites the `messages` member at `from` for one upstream. Messages that need no change keep their bytes: a signature or
 * a cached prefix does not survive re-serialisation (langwatch/langwatch#6207).
 */
export function rewriteHistory(input: EncodeInput, from: number): History {
  const { rawBody, request, facts, isAnthropic } = input;
  const rules: BlockRules = { facts, isAnthropic, omitted: new Set() };
  const foldsSystem = !isAnthropic && facts.quirks?.midConversationSystem !== true;
  const entries: Entry[] = [];
  let held: readonly JsonObject[] = [];
  let hasChanged = false;
  for (const [index, range] of (elementsOf(rawBody, from) ?? []).entries()) {
    const text = rawBody.slice(range.start, range.end);
    const parsed = request.messages[index];
    if (isAnthropic && (parsed === undefined || !needsRepair(parsed))) {
      entries.push({ text });
      continue;
    }
    const value = parseJson(text);
    const message = isObject(value) ? value : {};
    if (foldsSystem && message['role'] === 'system') {
      const note = systemNote(message, rules);
      hasChanged = true;
      // Tool results must come first in the message after a call, so a note there waits for them.
      held = fold(entries, note) ? held : [...held, ...note];
      continue;
    }
    const cleaned = cleanMessage(message, rules);
    hasChanged ||= cleaned !== message;
    if (cleaned === undefined) {
      continue;
    }
    if (held.length > 0 && cleaned['role'] !== 'user') {
      entries.push({ text: '', message: { role: 'user', content: held } });
      held = [];
    }
    entries.push(cleaned === message ? { text, message } : { text: '', message: cleaned });
    held = held.length > 0 && fold(entries, held) ? [] : held;
  }
  if (held.length > 0) {
    entries.push({ text: '', message: { role: 'user', content: held } });
  }
  const json = `[${entries.map(({ text, message }) => (text === '' ? JSON.stringify(message) : text)).join(',')}]`;
  return {
    json: hasChanged ? json : undefined,
    omitted: rules.omitted,
    hasLostThinking: hasLostThinking(request, rules),
  };
}

interface Entry {
  /** The bytes as they came, '' when the message was changed. */
  readonly text: string;
  readonly message?: JsonObject;
}

/** True for messages that Anthropic itself would refuse after another vendor had served a turn. */
function needsRepair(message: RequestMessage): boolean {
  return message.content.some(
    (block) =>
      (block.type === 'thinking' && block.signature === '') ||
      (block.type === 'tool_use' && toolIdOf(block.id) !== block.id) ||
      (block.type === 'tool_result' && toolIdOf(block.toolUseId) !== block.toolUseId),
  );
}

/** Appends the blocks to the last message when that is the user's. */
function fold(entries: Entry[], blocks: readonly JsonObject[]): boolean {
  const last = entries.at(-1)?.message;
  if (last === undefined || last['role'] !== 'user') {
    return false;
  }
  const content = [...blocksOf(last['content']), ...blocks];
  entries[entries.length - 1] = { text: '', message: { ...last, content } };
  return true;
}

function blocksOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content : [{ type: 'text', text: content }];
}

function systemNote(message: JsonObject, rules: BlockRules): readonly JsonObject[] {
  const blocks = blocksOf(cleanContent(blocksOf(message['content']), rules)).filter(isObject);
  return blocks.map((block) => ({ ...block, text: reminder(String(block['text'] ?? '')) }));
}

/** The message itself when nothing is to be changed, undefined when nothing is left of it. */
function cleanMessage(message: JsonObject, rules: BlockRules): JsonObject | undefined {
  const plain = rules.isAnthropic ? message : withoutExtras(message);
  const content = message['content'];
  if (!Array.isArray(content)) {
    return plain;
  }
  const cleaned = cleanContent(content, rules);
  if (cleaned === content) {
    return plain;
  }
  // An assistant turn that was nothing but foreign thinking; the API refuses empty content.
  return cleaned.length === 0 ? undefined : { ...plain, content: cleaned };
}

/** Claude Code sets an `output_config` on single messages, which is a beta of Anthropic's. */
function withoutExtras(message: JsonObject): JsonObject {
  const extras = Object.keys(message).filter((key) => key !== 'role' && key !== 'content');
  return without(message, extras);
}

function hasLostThinking(request: MessagesRequest, rules: BlockRules): boolean {
  const turn = request.messages.findLast((message) => message.role === 'assistant');
  const isInLoop = request.messages.at(-1)?.content.some((block) => block.type === 'tool_result');
  return (
    isInLoop === true &&
    rules.facts.quirks?.emptySignatureOk !== true &&
    (turn?.content ?? []).some((block) => block.type === 'thinking' && block.signature === '')
  );
}
