import * as z from 'zod/mini';
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

/** A schema for a string or an array of blocks that always gives blocks; `place` is for messages only. */
export function contentOf(place: 'message' | 'system' | 'result') {
  return z.pipe(
    z.unknown(),
    z.transform((content, context): readonly ContentBlock[] => {
      if (typeof content === 'string') {
        return [{ type: 'text', text: content }];
      }
      if (!Array.isArray(content)) {
        const message = `Invalid input: expected a string or an array of ${place} blocks`;
        context.issues.push({ code: 'custom', input: content, message });
        return [];
      }
      return content.flatMap((block: unknown, index) => {
        const parsed = parseBlock(block);
        for (const issue of parsed.issues) {
          const path = [index, ...issue.path];
          context.issues.push({ code: 'custom', input: block, path, message: issue.message });
        }
        return parsed.block === undefined ? [] : [parsed.block];
      });
    }),
  );
}

/** An issue in words; zod/mini has none of its own without a locale. */
export function issueText(issue: {
  readonly message: string;
  readonly code?: string | undefined;
  readonly expected?: string;
  readonly input?: unknown;
  readonly values?: readonly unknown[];
}): string {
  if (issue.code === 'invalid_type') {
    return `Invalid input: expected ${issue.expected ?? 'another type'}`;
  }
  if (issue.code === 'invalid_value') {
    return `Invalid input: expected ${(issue.values ?? []).map((value) => `"${value}"`).join(' or ')}`;
  }
  return issue.message;
}

interface ParsedBlock {
  readonly block?: ContentBlock;
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

function parseBlock(value: unknown): ParsedBlock {
  const type = isObject(value) ? value['type'] : undefined;
  if (!isObject(value) || typeof type !== 'string') {
    return { issues: [{ path: ['type'], message: 'Invalid input: expected string' }] };
  }
  // Looked up by its own name, so that a block named `constructor` finds nothing.
  const schema = Object.hasOwn(blockSchemas, type) ? blockSchemas[type] : undefined;
  if (schema === undefined) {
    return { block: { type: 'other', blockType: type, content: value }, issues: [] };
  }
  const parsed = schema.safeParse(value);
  return parsed.success
    ? { block: parsed.data, issues: [] }
    : {
        issues: parsed.error.issues.map(({ path, ...issue }) => ({
          path,
          message: issueText(issue),
        })),
      };
}

const sourceSchema = z.pipe(
  z.looseObject({
    type: z.string(),
    media_type: z.optional(z.string()),
    data: z.optional(z.string()),
    url: z.optional(z.string()),
    content: z.optional(z.unknown()),
  }),
  z.transform((source): MediaSource => {
    if (source.type === 'url' && source.url !== undefined) {
      return { type: 'url', url: source.url };
    }
    if (source.type === 'text') {
      return { type: 'text', text: source.data ?? '' };
    }
    if (source.type === 'content') {
      return { type: 'text', text: textOf(source.content) };
    }
    if (source.type === 'base64') {
      const mediaType = source.media_type ?? 'application/octet-stream';
      return { type: 'base64', mediaType, data: source.data ?? '' };
    }
    return { type: 'file' };
  }),
);

const blockSchemas: Readonly<Record<string, z.ZodMiniType<ContentBlock>>> = {
  text: z.pipe(
    z.looseObject({ text: z.string() }),
    z.transform(({ text }): ContentBlock => ({ type: 'text', text })),
  ),
  image: z.pipe(
    z.looseObject({ source: sourceSchema }),
    z.transform(({ source }): ContentBlock => ({ type: 'image', source })),
  ),
  document: z.pipe(
    z.looseObject({ source: sourceSchema, title: z.nullish(z.string()) }),
    z.transform(
      ({ source, title }): ContentBlock => ({
        type: 'document',
        source,
        title: title ?? undefined,
      }),
    ),
  ),
  thinking: z.pipe(
    // Thinking of upstreams without signatures comes back as "" or without the member.
    z.looseObject({ thinking: z.string(), signature: z.nullish(z.string()) }),
    z.transform(
      ({ thinking, signature }): ContentBlock => ({
        type: 'thinking',
        thinking,
        signature: signature ?? '',
      }),
    ),
  ),
  redacted_thinking: z.pipe(
    z.looseObject({ data: z.nullish(z.string()) }),
    z.transform(({ data }): ContentBlock => ({ type: 'redacted_thinking', data: data ?? '' })),
  ),
  tool_use: z.pipe(
    z.looseObject({ id: z.string(), name: z.string(), input: z.optional(z.unknown()) }),
    z.transform(
      ({ id, name, input }): ContentBlock => ({
        type: 'tool_use',
        id,
        name,
        input: isObject(input) ? input : {},
      }),
    ),
  ),
  tool_result: z.pipe(
    z.looseObject({
      tool_use_id: z.string(),
      content: z.nullish(contentOf('result')),
      is_error: z.nullish(z.boolean()),
    }),
    z.transform(
      (result): ContentBlock => ({
        type: 'tool_result',
        toolUseId: result.tool_use_id,
        content: result.content ?? [],
        isError: result.is_error === true,
      }),
    ),
  ),
  tool_reference: z.pipe(
    z.looseObject({ tool_name: z.string() }),
    z.transform(({ tool_name }): ContentBlock => ({ type: 'tool_reference', toolName: tool_name })),
  ),
  search_result: z.pipe(
    z.looseObject({
      title: z.nullish(z.string()),
      source: z.nullish(z.string()),
      content: z.optional(z.unknown()),
    }),
    z.transform(
      ({ title, source, content }): ContentBlock => ({
        type: 'search_result',
        title: title ?? '',
        source: source ?? '',
        text: textOf(content),
      }),
    ),
  ),
};

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
