import type { ModelFacts } from '../types';
import type { EncodeInput } from './formats';
import { arrayAt, isObject, type JsonObject, objectAt, stringAt, without } from './json';
import { isOwnSignature } from './ownSignatures';
import { omissionNote } from './requestRules';

/** What an upstream's blocks may look like. `omitted` collects words for the log. */
export interface BlockRules {
  readonly facts: ModelFacts;
  readonly isAnthropic: boolean;
  readonly mayReplay: EncodeInput['mayReplay'];
  readonly omitted: Set<string>;
}

/** Blocks as this upstream may have them: the same array when none had to change. */
export function cleanContent(content: readonly unknown[], rules: BlockRules): readonly unknown[] {
  let hasChanged = false;
  const cleaned: unknown[] = [];
  for (const block of content) {
    const next = isObject(block) ? cleanBlock(block, rules) : block;
    hasChanged ||= next !== block;
    if (next !== undefined) {
      cleaned.push(next);
    }
  }
  return hasChanged ? cleaned : content;
}

/** A tool id that Anthropic accepts; other vendors put dots, colons and bars in theirs. */
export function toolIdOf(id: string): string {
  return id.replace(/[^a-zA-Z0-9_-]/g, '_');
}

/** `cache_control` without members that only Anthropic knows; the object itself when it has none. */
export function cleanCacheControl(object: JsonObject): JsonObject {
  const control = objectAt(object, 'cache_control');
  return control !== undefined && 'scope' in control
    ? { ...object, cache_control: without(control, ['scope']) }
    : object;
}

type BlockRule = (block: JsonObject, rules: BlockRules) => JsonObject | undefined;

const blockRules: Readonly<Record<string, BlockRule>> = {
  text: (block) => without(cleanCacheControl(block), ['citations']),
  document: cleanCacheControl,
  image: cleanImage,
  thinking: cleanThinking,
  redacted_thinking: cleanRedacted,
  tool_use: (block) => cleanToolUse(without(cleanCacheControl(block), ['caller'])),
  tool_result: cleanToolResult,
  tool_reference: (block) => ({
    type: 'text',
    text: loadedTool(stringAt(block, 'tool_name') ?? ''),
  }),
  search_result: (block) => ({ type: 'text', text: searchText(block) }),
};

const anthropicRules: Readonly<Record<string, BlockRule>> = {
  thinking: cleanThinking,
  tool_use: cleanToolUse,
  tool_result: cleanToolUseId,
};

function cleanBlock(block: JsonObject, rules: BlockRules): JsonObject | undefined {
  const type = stringAt(block, 'type') ?? '';
  const table = rules.isAnthropic ? anthropicRules : blockRules;
  const rule = Object.hasOwn(table, type) ? table[type] : undefined;
  if (rule !== undefined) {
    return rule(block, rules);
  }
  if (rules.isAnthropic) {
    return block;
  }
  // Server tool calls and their results mean nothing without the server tool.
  rules.omitted.add(`${type} block`);
  return undefined;
}

/** What a model reads in place of a `tool_reference` block. */
export function loadedTool(name: string): string {
  return `Loaded tool: ${name}`;
}

function cleanThinking(block: JsonObject, rules: BlockRules): JsonObject | undefined {
  const signature = stringAt(block, 'signature') ?? '';
  if (!isForeign(signature, rules)) {
    return block;
  }
  if (!takesUnsigned(rules.facts)) {
    return undefined;
  }
  if (signature === '') {
    return block;
  }
  // Another vendor's seal is of no use; a block that carried nothing else is gone.
  return stringAt(block, 'thinking') === '' ? undefined : { ...block, signature: '' };
}

/** Another vendor's thinking, which Anthropic refuses as forged: unsigned, signed by that vendor, or marked by ourselves. */
export function isForeign(
  signature: string,
  { mayReplay }: Pick<BlockRules, 'mayReplay'>,
): boolean {
  return signature === '' || isOwnSignature(signature) || mayReplay?.(signature) === false;
}

/** Models that give thinking without signatures take it back; DeepSeek even refuses a history without it. */
export function takesUnsigned({ quirks }: ModelFacts): boolean {
  return quirks?.emptySignatureOk === true || quirks?.reasoningContentInHistory === true;
}

/** Only Claude can read what was redacted, and every Claude behind a reseller has the adaptive flag. */
function cleanRedacted(block: JsonObject, { facts }: BlockRules): JsonObject | undefined {
  const isOwn = isOwnSignature(stringAt(block, 'data') ?? '');
  return facts.quirks?.adaptiveThinking === true && !isOwn ? block : undefined;
}

function cleanImage(block: JsonObject, { facts, omitted }: BlockRules): JsonObject {
  if (facts.images !== false) {
    return cleanCacheControl(block);
  }
  omitted.add('image');
  return { type: 'text', text: omissionNote('image') };
}

function cleanToolUse(block: JsonObject): JsonObject {
  const id = stringAt(block, 'id') ?? '';
  return toolIdOf(id) === id ? block : { ...block, id: toolIdOf(id) };
}

function cleanToolUseId(block: JsonObject): JsonObject {
  const id = stringAt(block, 'tool_use_id') ?? '';
  return toolIdOf(id) === id ? block : { ...block, tool_use_id: toolIdOf(id) };
}

function cleanToolResult(block: JsonObject, rules: BlockRules): JsonObject {
  const cleaned = cleanToolUseId(without(cleanCacheControl(block), ['toolset_name']));
  const content = arrayAt(cleaned, 'content');
  const inner = cleanContent(content, rules);
  return inner === content ? cleaned : { ...cleaned, content: inner };
}

function searchText(block: JsonObject): string {
  const texts = arrayAt(block, 'content').flatMap((part) => stringAt(part, 'text') ?? []);
  return [stringAt(block, 'title'), stringAt(block, 'source'), ...texts]
    .filter((text) => text !== undefined && text !== '')
    .join('\n');
}
