import * as z from 'zod/mini';
import { type Effort, efforts } from '../types';
import { type ContentBlock, contentOf, issueText, type TextBlock } from './anthropicBlocks';
import { isObject, isTooDeep, type JsonObject, parseJson, tooDeep } from './json';

/** A parsed `POST /v1/messages` body. Strings are turned into blocks, so that readers know one shape only. */
export interface MessagesRequest {
  readonly model: string;
  /** Absent in count_tokens requests only. */
  readonly maxTokens: number | undefined;
  readonly stream: boolean;
  readonly system: readonly TextBlock[];
  readonly messages: readonly RequestMessage[];
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice | undefined;
  readonly thinking: Thinking | undefined;
  /** `output_config.effort`, when it is one that we know. */
  readonly effort: Effort | undefined;
  /** The schema of `output_config.format` or of the older `output_format`. */
  readonly outputSchema: JsonObject | undefined;
  readonly stopSequences: readonly string[];
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  /** `metadata.user_id`; Claude Code puts a JSON text with its session id there. */
  readonly userId: string | undefined;
  /** Auto mode asks for server-side safety checks. */
  readonly hasSafeguards: boolean;
}

export interface RequestMessage {
  /** Claude Code puts `system` messages in the middle of a conversation. */
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly ContentBlock[];
}

export type Tool =
  | {
      readonly type: 'custom';
      readonly name: string;
      readonly description: string | undefined;
      readonly inputSchema: JsonObject;
      readonly deferLoading: boolean;
    }
  /** A tool that only Anthropic's servers can run: `web_search_20250305`, `mcp_toolset`, … */
  | { readonly type: 'server'; readonly name: string; readonly serverType: string };

export interface ToolChoice {
  readonly type: 'auto' | 'any' | 'tool' | 'none';
  readonly name: string | undefined;
  readonly disableParallel: boolean;
}

export interface Thinking {
  /** `enabled`, `disabled`, `adaptive`, `between_tools` or one of the future. */
  readonly type: string;
  readonly budgetTokens: number | undefined;
}

export type ParsedRequest =
  | { readonly ok: true; readonly request: MessagesRequest }
  | { readonly ok: false; readonly message: string };

/** Reads a Messages request; the message of a refusal names the member that is wrong, never its value. */
export function parseMessagesRequest(text: string): ParsedRequest {
  if (isTooDeep(text)) {
    return { ok: false, message: tooDeep };
  }
  const body = parseJson(text);
  if (!isObject(body)) {
    return { ok: false, message: 'The request body is not a JSON object.' };
  }
  const parsed = requestSchema.safeParse(body);
  return parsed.success
    ? { ok: true, request: toRequest(parsed.data) }
    : { ok: false, message: describeIssue(parsed.error.issues[0]) };
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
        z.int({ error: 'must be a whole number' }),
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

function toRequest(body: z.infer<typeof requestSchema>): MessagesRequest {
  const choice = body.tool_choice ?? undefined;
  const thinking = body.thinking ?? undefined;
  return {
    model: body.model,
    maxTokens: body.max_tokens,
    stream: body.stream === true,
    system: (body.system ?? []).flatMap((block) => (block.type === 'text' ? [block] : [])),
    messages: body.messages,
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
