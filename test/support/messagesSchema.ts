// The members of a Messages request as a schema: the model that the hand-written reader must agree with.
import { strict as assert } from 'node:assert';
import * as z from 'zod/mini';
import { efforts } from '../../src/proxy/types';
import type { ContentBlock, MediaSource } from '../../src/proxy/wire/anthropicBlocks';
import type { MessagesRequest, ParsedRequest, Tool } from '../../src/proxy/wire/anthropicRequest';
import { issueText } from '../../src/proxy/wire/issueText';
import { arrayAt, isObject, type JsonObject } from '../../src/proxy/wire/json';
import { type JsonBody, readJsonBody } from '../../src/proxy/wire/jsonBody';

/** What the schema makes of a body. */
export function readBySchema(body: unknown): ParsedRequest {
  if (!isObject(body)) return { ok: false, message: 'The request body is not a JSON object.' };
  const parsed = requestSchema.safeParse(body);
  return parsed.success
    ? { ok: true, request: toRequest(parsed.data, bodyOf(body)) }
    : { ok: false, message: describeIssue(parsed.error.issues[0]) };
}

/** As it was sent, in the shortest way to write it. */
function bodyOf(source: JsonObject): JsonBody {
  const read = readJsonBody(Buffer.from(JSON.stringify(source)));
  assert.ok(read.ok);
  return read.body;
}

/** A schema for a string or an array of blocks that always gives blocks; `place` is for messages only. */
function contentOf(place: 'message' | 'system' | 'result') {
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

const messageSchema = z.looseObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: contentOf('message'),
});

const toolSchema = z.pipe(
  z.looseObject({
    // `mcp_toolset` has no name of its own.
    name: z.optional(z.string()),
    type: z.nullish(z.string()),
    description: z.nullish(z.string()),
    input_schema: z.nullish(z.record(z.string(), z.unknown())),
    defer_loading: z.nullish(z.boolean()),
  }),
  z.transform((tool, context): Tool => {
    const name = tool.name ?? tool.type ?? '';
    if (tool.type !== undefined && tool.type !== null && tool.type !== 'custom') {
      return { type: 'server', name, serverType: tool.type };
    }
    if (tool.name === undefined || tool.name === '') {
      const message = 'Field required';
      context.issues.push({ code: 'custom', input: tool, path: ['name'], message });
    }
    return {
      type: 'custom',
      name,
      description: tool.description ?? undefined,
      inputSchema: tool.input_schema ?? {},
      deferLoading: tool.defer_loading === true,
    };
  }),
);

const requestSchema = z.looseObject({
  model: z.string().check(z.minLength(1, { error: 'must not be empty' })),
  max_tokens: z.optional(
    z
      .number()
      .check(
        z.refine(Number.isSafeInteger, { error: 'must be a whole number' }),
        z.nonnegative({ error: 'must not be negative' }),
      ),
  ),
  stream: z.nullish(z.boolean()),
  system: z.nullish(contentOf('system')),
  messages: z.array(messageSchema).check(z.minLength(1, { error: 'needs at least one message' })),
  tools: z.nullish(z.array(toolSchema)),
  tool_choice: z.nullish(
    z.looseObject({
      type: z.enum(['auto', 'any', 'tool', 'none']),
      name: z.optional(z.string()),
      disable_parallel_tool_use: z.nullish(z.boolean()),
    }),
  ),
  thinking: z.nullish(z.looseObject({ type: z.string(), budget_tokens: z.nullish(z.number()) })),
  output_config: z.nullish(
    z.looseObject({ effort: z.optional(z.unknown()), format: z.optional(z.unknown()) }),
  ),
  output_format: z.optional(z.unknown()),
  stop_sequences: z.nullish(z.array(z.string())),
  temperature: z.nullish(z.number()),
  top_p: z.nullish(z.number()),
  metadata: z.nullish(z.looseObject({ user_id: z.nullish(z.string()) })),
  safeguards: z.optional(z.unknown()),
});

function toRequest(body: z.infer<typeof requestSchema>, whole: JsonBody): MessagesRequest {
  const source = whole.value;
  const choice = body.tool_choice ?? undefined;
  const thinking = body.thinking ?? undefined;
  return {
    model: body.model,
    maxTokens: body.max_tokens,
    stream: body.stream === true,
    system: (body.system ?? []).flatMap((block) => (block.type === 'text' ? [block] : [])),
    messages: body.messages.map(({ role, content }, index) => ({
      role,
      content,
      source: objectOf(arrayAt(source, 'messages')[index]),
    })),
    body: whole,
    tools: body.tools ?? [],
    toolChoice: choice && {
      type: choice.type,
      name: choice.name,
      disableParallel: choice.disable_parallel_tool_use === true,
    },
    thinking: thinking && {
      type: thinking.type,
      budgetTokens: thinking.budget_tokens ?? undefined,
    },
    effort: efforts.find((effort) => effort === body.output_config?.effort),
    outputSchema: schemaOf(body.output_config?.format) ?? schemaOf(body.output_format),
    stopSequences: body.stop_sequences ?? [],
    temperature: body.temperature ?? undefined,
    topP: body.top_p ?? undefined,
    userId: body.metadata?.user_id ?? undefined,
    hasSafeguards: body.safeguards !== undefined && body.safeguards !== null,
  };
}

function schemaOf(format: unknown): JsonObject | undefined {
  const schema =
    isObject(format) && format['type'] === 'json_schema' ? format['schema'] : undefined;
  return isObject(schema) ? schema : undefined;
}

function describeIssue(issue: z.core.$ZodIssue | undefined): string {
  const path = issue?.path.map(String).join('.') ?? '';
  const reason = issue === undefined ? 'Invalid input' : issueText(issue);
  return path === '' ? reason : `${path}: ${reason}`;
}

function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
