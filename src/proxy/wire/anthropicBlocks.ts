import { type Faults, fault, readEach, readOptional, readString, readWithin } from './fieldReader';
import { isObject, type JsonObject } from './json';

export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
}

export type MediaSource =
  | { readonly type: 'base64'; readonly mediaType: string; readonly data: string }
  | { readonly type: 'url'; readonly url: string }
  /** Plain text, or blocks of text joined. */
  | { readonly type: 'text'; readonly text: string }
  /** Stored at Anthropic, of no use to anybody else. */
  | { readonly type: 'file' };

export interface ImageBlock {
  readonly type: 'image';
  readonly source: MediaSource;
}

export interface DocumentBlock {
  readonly type: 'document';
  readonly source: MediaSource;
  readonly title: string | undefined;
}

export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly toolUseId: string;
  readonly content: readonly ContentBlock[];
  readonly isError: boolean;
}

/** One block of a request. Blocks of server tools and of the future are `other`. */
export type ContentBlock =
  | TextBlock
  | ImageBlock
  | DocumentBlock
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  /** `data` is sealed: only its host can read it. */
  | { readonly type: 'redacted_thinking'; readonly data: string }
  | {
      readonly type: 'tool_use';
      readonly id: string;
      readonly name: string;
      readonly input: JsonObject;
    }
  | ToolResultBlock
  | { readonly type: 'tool_reference'; readonly toolName: string }
  | {
      readonly type: 'search_result';
      readonly title: string;
      readonly source: string;
      readonly text: string;
    }
  /** `content` is the block as it came. */
  | { readonly type: 'other'; readonly blockType: string; readonly content: JsonObject };

/** Reads a string or an array of blocks, always as blocks; `place` is for messages only. */
export function readContent(
  content: unknown,
  faults: Faults,
  place: 'message' | 'system' | 'result',
): readonly ContentBlock[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  if (Array.isArray(content)) return readEach(content, faults, readBlock);
  fault(faults, `Invalid input: expected a string or an array of ${place} blocks`);
  return [];
}

function readBlock(value: unknown, faults: Faults): ContentBlock {
  const type = isObject(value) ? value['type'] : undefined;
  if (!isObject(value) || typeof type !== 'string') {
    fault(faults, 'Invalid input: expected string', 'type');
    return { type: 'text', text: '' };
  }
  // Looked up by its own name, so that a block named `constructor` finds nothing.
  const read = Object.hasOwn(blockReaders, type) ? blockReaders[type] : undefined;
  return read === undefined
    ? { type: 'other', blockType: type, content: value }
    : read(value, faults);
}

type BlockReader = (block: JsonObject, faults: Faults) => ContentBlock;

const blockReaders: Readonly<Record<string, BlockReader>> = {
  text: (block, faults) => ({ type: 'text', text: readString(block, 'text', faults) }),
  image: (block, faults) => ({ type: 'image', source: readSource(block, faults) }),
  document: (block, faults) => ({
    type: 'document',
    source: readSource(block, faults),
    title: readOptional(block, 'title', 'string', faults),
  }),
  thinking: (block, faults) => ({
    type: 'thinking',
    thinking: readString(block, 'thinking', faults),
    // Thinking of upstreams without signatures comes back as "" or without the member.
    signature: readOptional(block, 'signature', 'string', faults) ?? '',
  }),
  redacted_thinking: (block, faults) => ({
    type: 'redacted_thinking',
    data: readOptional(block, 'data', 'string', faults) ?? '',
  }),
  tool_use: (block, faults) => ({
    type: 'tool_use',
    id: readString(block, 'id', faults),
    name: readString(block, 'name', faults),
    input: isObject(block['input']) ? block['input'] : {},
  }),
  tool_result: (block, faults) => ({
    type: 'tool_result',
    toolUseId: readString(block, 'tool_use_id', faults),
    content: readWithin('content', faults, () =>
      readContent(block['content'] ?? [], faults, 'result'),
    ),
    isError: readOptional(block, 'is_error', 'boolean', faults) === true,
  }),
  tool_reference: (block, faults) => ({
    type: 'tool_reference',
    toolName: readString(block, 'tool_name', faults),
  }),
  search_result: (block, faults) => ({
    type: 'search_result',
    title: readOptional(block, 'title', 'string', faults) ?? '',
    source: readOptional(block, 'source', 'string', faults) ?? '',
    text: textOf(block['content']),
  }),
};

function readSource(block: JsonObject, faults: Faults): MediaSource {
  const { source } = block;
  if (!isObject(source)) {
    fault(faults, 'Invalid input: expected object', 'source');
    return { type: 'file' };
  }
  return readWithin('source', faults, () => {
    const type = readString(source, 'type', faults);
    const mediaType = readMember(source, 'media_type', faults);
    const data = readMember(source, 'data', faults);
    const url = readMember(source, 'url', faults);
    if (type === 'url' && url !== undefined) return { type, url };
    if (type === 'text') return { type, text: data ?? '' };
    if (type === 'content') return { type: 'text', text: textOf(source['content']) };
    if (type === 'base64') {
      return { type, mediaType: mediaType ?? 'application/octet-stream', data: data ?? '' };
    }
    return { type: 'file' };
  });
}

/** A string that may be absent, but not null. */
function readMember(object: JsonObject, key: string, faults: Faults): string | undefined {
  return object[key] === undefined ? undefined : readString(object, key, faults);
}

function textOf(content: unknown): string {
  if (typeof content === 'string') {
    return content;
  }
  const blocks: readonly unknown[] = Array.isArray(content) ? content : [];
  return blocks
    .flatMap((block) =>
      isObject(block) && typeof block['text'] === 'string' ? [block['text']] : [],
    )
    .join('\n\n');
}
