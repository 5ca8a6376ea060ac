import { emptyMessage } from './conversation';
import { isObject, type JsonObject, parseJson, stringAt } from './json';
import { contentBlocks, contentText, textBlocks } from './responsesClientParts';
import { thinkingBlock } from './responsesClientReasoning';
import { flatName } from './responsesClientTools';

export interface ReadInput {
  /** What stands before the conversation. */
  readonly system: readonly string[];
  /** Anthropic messages, at least one. */
  readonly messages: readonly JsonObject[];
}

/** Reads `input`, a text or items, as a Messages conversation. */
export function readInput(input: string | readonly unknown[]): ReadInput {
  const draft: Draft = { system: [], messages: [], open: new Set(), outputs: new Map(), held: [] };
  const items = typeof input === 'string' ? [{ role: 'user', content: input }] : input;
  for (const item of items) {
    if (isObject(item)) readItem(draft, item);
  }
  release(draft);
  if (draft.messages.length === 0) add(draft, 'user', textBlocks(emptyMessage));
  return { system: draft.system, messages: draft.messages };
}

type Role = 'user' | 'assistant' | 'system';

interface Draft {
  readonly system: string[];
  readonly messages: { readonly role: Role; readonly content: JsonObject[] }[];
  /** Calls that still wait for their output. */
  readonly open: Set<string>;
  /** What each call gave so far. */
  readonly outputs: Map<string, JsonObject[]>;
  /** Notes that came between a call and its output, where Messages allows none. */
  readonly held: string[];
}

function readItem(draft: Draft, item: JsonObject): void {
  const type = stringAt(item, 'type') ?? 'message';
  if (type === 'message') {
    readMessage(draft, item);
  } else if (type === 'reasoning') {
    const block = thinkingBlock(item);
    if (block !== undefined) addCall(draft, [block]);
  } else if (type === 'item_reference') {
    note(draft, '[An earlier part of the conversation is missing: it was only referred to.]');
  } else if (type.endsWith('_output')) {
    readOutput(draft, item);
  } else if (type.endsWith('_call')) {
    readCall(draft, item, type);
  }
  // Others configure the request or tell of work that OpenAI's servers did.
}

function readMessage(draft: Draft, item: JsonObject): void {
  const role = stringAt(item, 'role');
  if (role === 'developer' || role === 'system') {
    note(draft, contentText(item['content']));
  } else if (role === 'assistant') {
    addCall(draft, contentBlocks(item['content']));
  } else {
    const blocks = contentBlocks(item['content']);
    add(draft, 'user', blocks.length === 0 ? textBlocks(emptyMessage) : blocks);
  }
}

/** `function_call`, `custom_tool_call`, and calls of tools that clients run for OpenAI (`local_shell_call`, …). */
function readCall(draft: Draft, item: JsonObject, type: string): void {
  const id = stringAt(item, 'call_id') ?? '';
  // Without an id nobody but the server answers it.
  if (id === '') return;
  const name = stringAt(item, 'name') ?? type.replace(/_call$/, '');
  draft.open.add(id);
  addCall(draft, [
    {
      type: 'tool_use',
      id,
      name: flatName(name, stringAt(item, 'namespace')),
      input: inputOf(item),
    },
  ]);
}

function inputOf(item: JsonObject): JsonObject {
  const text = stringAt(item, 'arguments');
  if (text !== undefined) {
    const parsed = text.trim() === '' ? {} : parseJson(text);
    return isObject(parsed) ? parsed : { arguments: text };
  }
  const free = stringAt(item, 'input');
  if (free !== undefined) return { input: free };
  const work = item['action'] ?? item['operation'] ?? item['arguments'];
  return isObject(work) ? work : {};
}

function readOutput(draft: Draft, item: JsonObject): void {
  const id = stringAt(item, 'call_id') ?? stringAt(item, 'id') ?? '';
  const { output } = item;
  const isPlain = typeof output === 'string' || Array.isArray(output);
  const content = [...contentBlocks(isPlain ? output : JSON.stringify(output ?? ''))];
  draft.open.delete(id);
  const earlier = draft.outputs.get(id);
  if (earlier !== undefined) {
    // Codex's `notify` gives a call a second output; Messages takes one.
    earlier.push(...content);
    return;
  }
  draft.outputs.set(id, content);
  add(draft, 'user', [{ type: 'tool_result', tool_use_id: id, content }]);
  if (draft.open.size === 0) release(draft);
}

/** Instructions: at the beginning they are the system prompt, later they stay where they were said. */
function note(draft: Draft, text: string): void {
  if (text === '') return;
  if (draft.messages.length === 0) draft.system.push(text);
  else if (draft.open.size > 0) draft.held.push(text);
  else add(draft, 'system', textBlocks(text));
}

function release(draft: Draft): void {
  for (const text of draft.held.splice(0)) add(draft, 'system', textBlocks(text));
}

function addCall(draft: Draft, blocks: readonly JsonObject[]): void {
  // Parallel calls follow one another; anything else the assistant says ends the wait for outputs that never came.
  const isCall = blocks.some((block) => block['type'] === 'tool_use');
  if (!isCall && draft.messages.at(-1)?.role !== 'assistant') {
    draft.open.clear();
    release(draft);
  }
  add(draft, 'assistant', blocks);
}

/** Appends to the last message where the same role speaks on. */
function add({ messages }: Draft, role: Role, blocks: readonly JsonObject[]): void {
  if (blocks.length === 0) return;
  const last = messages.at(-1);
  if (last?.role === role) last.content.push(...blocks);
  else messages.push({ role, content: [...blocks] });
}
