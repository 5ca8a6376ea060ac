import * as z from 'zod/mini';
import { chatMessageSchema, readConversation } from './chatClientMessages';
import { issueText } from './issueText';
import { isObject, isTooDeep, type JsonObject, parseJson, tooDeep } from './json';

export type ReadChatRequest =
  | { readonly ok: true; readonly messagesText: string; readonly includeUsage: boolean }
  | { readonly ok: false; readonly message: string };

/** Turns a Chat Completions request into the same request to Anthropic Messages. Never throws. */
export function readChatRequest(text: string): ReadChatRequest {
  const body = parseJson(text);
  if (!isObject(body)) {
    const message = isTooDeep(text) ? tooDeep : 'The request body is not a JSON object.';
    return { ok: false, message };
  }
  const parsed = requestSchema.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path.map(String).join('.') ?? '';
    return { ok: false, message: issue === undefined ? path : `${path}: ${issueText(issue)}` };
  }
  const includeUsage = parsed.data.stream_options?.include_usage === true;
  return { ok: true, messagesText: JSON.stringify(toMessages(parsed.data)), includeUsage };
}

const toolSchema = z.looseObject({
  type: z.literal('function'),
  function: z.looseObject({
    name: z.string(),
    description: z.nullish(z.string()),
    parameters: z.nullish(z.record(z.string(), z.unknown())),
  }),
});

const limit = z.nullish(z.number());
const unsupported = (instead: string) =>
  z.nullish(z.array(z.unknown()).check(z.maxLength(0, { error: `use ${instead} instead` })));

const requestSchema = z.looseObject({
  model: z.string(),
  messages: z.array(chatMessageSchema),
  stream: z.nullish(z.boolean()),
  stream_options: z.nullish(z.looseObject({ include_usage: z.nullish(z.boolean()) })),
  n: z.nullish(
    z.number().check(z.maximum(1, { error: 'Switchyard gives one answer per request' })),
  ),
  max_tokens: limit,
  max_completion_tokens: limit,
  temperature: z.nullish(z.number()),
  top_p: z.nullish(z.number()),
  stop: z.nullish(z.union([z.string(), z.array(z.string())])),
  tools: z.nullish(z.array(toolSchema)),
  functions: unsupported('tools'),
  tool_choice: z.nullish(z.unknown()),
  parallel_tool_calls: z.nullish(z.boolean()),
  response_format: z.nullish(z.unknown()),
  reasoning_effort: z.nullish(z.string()),
  user: z.nullish(z.string()),
});

type ChatRequest = z.infer<typeof requestSchema>;

/** Members of OpenAI's that change nothing an agent reads (logprobs, seed, penalties, store, …) are left out. */
function toMessages(chat: ChatRequest): JsonObject {
  const { system, messages } = readConversation(chat.messages);
  const { reasoning_effort: effort } = chat;
  const schema = schemaOf(chat.response_format);
  const outputConfig = {
    effort: effort ?? undefined,
    format: schema && { type: 'json_schema', schema },
  };
  const tools = chat.tools ?? [];
  const stop = chat.stop ?? [];
  // Members that are undefined are not written.
  return {
    model: chat.model,
    // Absent where the client names none: each upstream's codec knows what it needs then.
    max_tokens: chat.max_completion_tokens ?? chat.max_tokens ?? undefined,
    stream: chat.stream === true,
    system: system.length === 0 ? undefined : system,
    messages,
    tools: tools.length === 0 ? undefined : tools.map(toTool),
    tool_choice: tools.length === 0 ? undefined : toolChoiceOf(chat),
    // An effort of none is how this wire format says not to think at all.
    thinking: effort === 'none' ? { type: 'disabled' } : undefined,
    output_config: effort || schema ? outputConfig : undefined,
    stop_sequences: typeof stop === 'string' ? [stop] : stop.length === 0 ? undefined : stop,
    temperature: chat.temperature ?? undefined,
    top_p: chat.top_p ?? undefined,
    metadata: typeof chat.user === 'string' ? { user_id: chat.user } : undefined,
  };
}

function toTool({ function: tool }: z.infer<typeof toolSchema>): JsonObject {
  return {
    name: tool.name,
    description: tool.description ?? undefined,
    input_schema: tool.parameters ?? { type: 'object', properties: {} },
  };
}

const choiceTypes = new Map<unknown, string>([
  ['auto', 'auto'],
  ['none', 'none'],
  ['required', 'any'],
]);

function toolChoiceOf(chat: ChatRequest): JsonObject | undefined {
  const choice = chat.tool_choice;
  const isSerial = chat.parallel_tool_calls === false;
  const named = forcedSchema.safeParse(choice);
  const allowed = allowedSchema.safeParse(choice);
  const type = choiceTypes.get(allowed.success ? allowed.data.allowed_tools.mode : choice);
  const chosen: JsonObject | undefined = named.success
    ? { type: 'tool', name: named.data.function.name }
    : type === undefined
      ? undefined
      : { type };
  if (!isSerial || chosen?.['type'] === 'none') return chosen;
  return { ...(chosen ?? { type: 'auto' }), disable_parallel_tool_use: true };
}

const forcedSchema = z.looseObject({ function: z.looseObject({ name: z.string() }) });
/** The choice among some of the tools: which ones is not told to the upstream, so that its cached prefix stays. */
const allowedSchema = z.looseObject({ allowed_tools: z.looseObject({ mode: z.string() }) });

/** `json_object` has no counterpart; OpenAI demands that the prompt ask for JSON too. */
function schemaOf(format: unknown): JsonObject | undefined {
  const parsed = formatSchema.safeParse(format);
  return parsed.success ? parsed.data.json_schema.schema : undefined;
}

const formatSchema = z.looseObject({
  type: z.literal('json_schema'),
  json_schema: z.looseObject({ schema: z.record(z.string(), z.unknown()) }),
});
