import { assertNever } from '../types';
import type { ContentBlock } from './anthropicBlocks';
import {
  type BlockRules,
  cleanContent,
  isForeign,
  takesUnsigned,
  toolIdOf,
} from './anthropicContent';
import type { MessagesRequest, RequestMessage } from './anthropicRequest';
import type { EncodeInput } from './formats';
import { isObject, type JsonObject, stringAt, without } from './json';
import { memberOf } from './jsonBody';
import type { Range } from './jsonBytes';
import { arrayPieces, type JsonPiece, jsonBytesOf, pieceOf } from './jsonPieces';
import { rememberPerObjectAndKey } from './rememberPerObject';
import { reminder } from './requestRules';

export interface History {
  /** The new `messages`; undefined when every byte may stay. */
  readonly messages: readonly JsonPiece[] | undefined;
  /** Words for the log. */
  readonly omitted: ReadonlySet<string>;
  /** Thinking was taken out of the assistant turn that the tool results at the end answer. */
  readonly hasLostThinking: boolean;
}

/**
 * Rewrites the `messages` for one upstream. Messages that need no change keep their bytes: a signature or
 * a cached prefix does not survive re-serialisation (langwatch/langwatch#6207).
 */
export function rewriteHistory(input: EncodeInput): History {
  const { request, facts, isAnthropic, mayReplay } = input;
  const rules: BlockRules = { facts, isAnthropic, mayReplay, omitted: new Set() };
  const foldsSystem = mustFold(input);
  const key = keyOf(rules, foldsSystem);
  const changes = request.messages.map((message) => {
    const { change, omitted } = rememberedChange(
      message,
      key + verdicts(message.content, rules),
      () => newChange(message, rules, foldsSystem),
    );
    for (const word of omitted) rules.omitted.add(word);
    return change;
  });
  const hasChanged = changes.some(({ becomes }) => becomes !== 'itself');
  return {
    messages: hasChanged ? rewritten(request, changes) : undefined,
    omitted: rules.omitted,
    hasLostThinking: hasLostThinking(request, rules),
  };
}

/** What a message becomes; a note goes into the message before or behind it. */
type Change =
  | { readonly becomes: 'itself' | 'nothing' }
  | { readonly becomes: 'note'; readonly blocks: readonly JsonObject[] }
  | { readonly becomes: 'message'; readonly message: JsonObject };

const kept: Change = { becomes: 'itself' };

interface Changed {
  readonly change: Change;
  readonly omitted: readonly string[];
}

const rememberedChange = rememberPerObjectAndKey<RequestMessage, Changed>();

/** All that makes a message become something else for one upstream than for another, but for its seals. */
function keyOf({ facts, isAnthropic }: BlockRules, foldsSystem: boolean): string {
  const readsRedacted = facts.quirks?.adaptiveThinking === true;
  const choices = [
    isAnthropic,
    foldsSystem,
    facts.images !== false,
    takesUnsigned(facts),
    readsRedacted,
  ];
  return choices.map(Number).join('');
}

/** Whether each seal is foreign here: as answers come in, it becomes known who sealed what. */
function verdicts(content: readonly ContentBlock[], rules: BlockRules): string {
  let found = '';
  for (const block of content) {
    if (block.type === 'thinking') found += isForeign(block.signature, rules) ? '-' : '+';
    else if (block.type === 'tool_result') found += verdicts(block.content, rules);
  }
  return found;
}

function newChange(message: RequestMessage, rules: BlockRules, foldsSystem: boolean): Changed {
  const omitted = new Set<string>();
  const change = changeOf(message, { ...rules, omitted }, foldsSystem);
  return { change, omitted: [...omitted] };
}

function changeOf(message: RequestMessage, rules: BlockRules, foldsSystem: boolean): Change {
  const { source } = message;
  if (foldsSystem && message.role === 'system') {
    return { becomes: 'note', blocks: systemNote(source, rules) };
  }
  if (rules.isAnthropic && !needsRepair(message, rules)) return kept;
  const cleaned = cleanMessage(source, rules);
  if (cleaned === source) return kept;
  return cleaned === undefined ? { becomes: 'nothing' } : { becomes: 'message', message: cleaned };
}

function rewritten(
  { body, messages }: MessagesRequest,
  changes: readonly Change[],
): readonly JsonPiece[] {
  const draft: Draft = { entries: [], held: [] };
  const ranges = memberOf(body, 'messages')?.elements ?? [];
  for (const [index, { role, source }] of messages.entries()) {
    const change = changes[index] ?? kept;
    switch (change.becomes) {
      case 'itself':
        append(draft, { role, message: source, range: ranges[index] });
        break;
      case 'note':
        foldNote(draft, change.blocks);
        break;
      case 'message':
        append(draft, { role, message: change.message, range: undefined });
        break;
      case 'nothing':
        break;
      default:
        assertNever(change);
    }
  }
  flush(draft);
  return arrayPieces(
    draft.entries.map(({ message, range }) =>
      range === undefined ? jsonBytesOf(message) : pieceOf(body, range),
    ),
  );
}

/** One message of the new history. */
interface Entry {
  readonly role: RequestMessage['role'];
  readonly message: JsonObject;
  /** Its place in the client's body, when it is as it came. */
  readonly range: Range | undefined;
}

interface Draft {
  readonly entries: Entry[];
  /** Notes that wait for the next message of the user: behind a tool call, the results must come first. */
  held: readonly JsonObject[];
}

function append(draft: Draft, entry: Entry): void {
  if (entry.role !== 'user') {
    flush(draft);
  }
  draft.entries.push(entry);
  if (draft.held.length > 0) {
    // Before what the user says next, as in the client's own order, but behind the results.
    addToLast(draft, draft.held, (content) => content.findLastIndex(isToolResult) + 1);
    draft.held = [];
  }
}

function isToolResult(block: unknown): boolean {
  return stringAt(block, 'type') === 'tool_result';
}

function flush(draft: Draft): void {
  if (draft.held.length > 0) {
    const message = { role: 'user', content: draft.held };
    draft.entries.push({ role: 'user', message, range: undefined });
    draft.held = [];
  }
}

function foldNote(draft: Draft, note: readonly JsonObject[]): void {
  if (draft.held.length === 0 && draft.entries.at(-1)?.role === 'user') {
    addToLast(draft, note, (content) => content.length);
  } else {
    draft.held = [...draft.held, ...note];
  }
}

/** Puts blocks into the last message. */
function addToLast(
  { entries }: Draft,
  blocks: readonly JsonObject[],
  placeIn: (content: readonly unknown[]) => number,
): void {
  const last = entries.pop();
  if (last !== undefined) {
    const own = blocksOf(last.message['content']);
    const content = own.toSpliced(placeIn(own), 0, ...blocks);
    const message = { ...last.message, content };
    entries.push({ role: last.role, message, range: undefined });
  }
}

/**
 * Models that take no system message in the middle. At Anthropic the client knows best, unless it meant another model than
 * the one that the request is routed to.
 */
function mustFold({ facts, isAnthropic, model, request }: EncodeInput): boolean {
  const isKnown = !isAnthropic || (model !== request.model && facts.quirks !== undefined);
  return isKnown && facts.quirks?.midConversationSystem !== true;
}

/** True for messages that Anthropic itself would refuse after another vendor had served a turn. */
function needsRepair(message: RequestMessage, rules: BlockRules): boolean {
  return message.content.some(
    (block) =>
      (block.type === 'thinking' && isForeign(block.signature, rules)) ||
      (block.type === 'tool_use' && toolIdOf(block.id) !== block.id) ||
      (block.type === 'tool_result' && toolIdOf(block.toolUseId) !== block.toolUseId),
  );
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
    !takesUnsigned(rules.facts) &&
    (turn?.content ?? []).some(
      (block) => block.type === 'thinking' && isForeign(block.signature, rules),
    )
  );
}
