import {
  arrayAt,
  isObject,
  isTooDeep,
  type JsonObject,
  objectAt,
  parseJson,
  stringAt,
  tooDeep,
} from './json';
import { missingToolsNote } from './requestRules';
import { readInput } from './responsesClientInput';
import { type AskedTool, type ReadTools, readToolChoice, readTools } from './responsesClientTools';

/** What the answer must know of its request. */
export interface Asked {
  /** By the name that the model was told. */
  readonly tools: ReadonlyMap<string, AskedTool>;
  /** The client wants reasoning sealed, to send it back. */
  readonly includesReasoning: boolean;
  /** Members that the answer repeats. */
  readonly echo: JsonObject;
}

export const nothingAsked: Asked = { tools: new Map(), includesReasoning: false, echo: {} };

export type ReadResponses =
  | { readonly ok: true; readonly messagesText: string; readonly asked: Asked }
  | { readonly ok: false; readonly message: string };

/** Reads a Responses request as the Messages request that asks for the same. Never throws. */
export function readResponsesRequest(text: string): ReadResponses {
  const body = parseJson(text);
  if (!isObject(body)) {
    return refusal(isTooDeep(text) ? tooDeep : 'The request body is not a JSON object.');
  }
  const wrong = refusedMember(body);
  if (wrong !== undefined) return refusal(wrong);
  const { input } = body;
  if (typeof input !== 'string' && !Array.isArray(input)) {
    return refusal('input: expected a string or an array of items');
  }
  const items: readonly unknown[] = typeof input === 'string' ? [] : input;
  const added = items.flatMap((item) =>
    stringAt(item, 'type') === 'additional_tools' ? arrayAt(item, 'tools') : [],
  );
  const tools = readTools([...arrayAt(body, 'tools'), ...added]);
  const messages = messagesRequest(withUpdates(body, items), readInput(input), tools);
  const include = arrayAt(body, 'include');
  const includesReasoning = include.includes('reasoning.encrypted_content');
  return {
    ok: true,
    messagesText: JSON.stringify(messages),
    asked: { tools: tools.byName, includesReasoning, echo: echoOf(body) },
  };
}

function refusal(message: string): ReadResponses {
  return { ok: false, message };
}

/** What would be answered wrongly if it were ignored. */
function refusedMember(body: JsonObject): string | undefined {
  for (const key of ['previous_response_id', 'conversation', 'prompt']) {
    if (body[key] !== undefined && body[key] !== null) {
      return `${key}: Switchyard keeps nothing between requests; send the whole conversation as “input” (in most clients: “store: false”).`;
    }
  }
  if (body['background'] === true) {
    return 'background: Switchyard keeps nothing between requests; leave it out.';
  }
  const limit = body['max_output_tokens'] ?? undefined;
  if (limit !== undefined && !(typeof limit === 'number' && Number.isInteger(limit) && limit > 0)) {
    return 'max_output_tokens: must be a whole number above zero';
  }
  return undefined;
}

/** Codex changes the reasoning of a conversation by items of it. */
function withUpdates(body: JsonObject, items: readonly unknown[]): JsonObject {
  const updates = items.flatMap((item) => {
    const isUpdate = stringAt(item, 'type') === 'configuration_update';
    return isUpdate ? (objectAt(item, 'reasoning') ?? []) : [];
  });
  if (updates.length === 0) return body;
  return { ...body, reasoning: Object.assign({}, objectAt(body, 'reasoning'), ...updates) };
}

/** Messages requires a limit, Responses does not; each model's own bound is put below it. */
const defaultMaxTokens = 32_000;

function messagesRequest(
  body: JsonObject,
  input: ReturnType<typeof readInput>,
  tools: ReadTools,
): JsonObject {
  const choice = readToolChoice(body, tools);
  const format = objectAt(objectAt(body, 'text'), 'format');
  const system = [
    stringAt(body, 'instructions') ?? '',
    ...input.system,
    tools.hosted.length === 0 ? '' : missingToolsNote(tools.hosted),
    format?.['type'] === 'json_object' ? 'Answer with one JSON object and nothing else.' : '',
  ].filter((text) => text !== '');
  return {
    model: body['model'],
    max_tokens: body['max_output_tokens'] ?? defaultMaxTokens,
    stream: body['stream'] === true,
    system: system.length === 0 ? undefined : system.map((text) => ({ type: 'text', text })),
    ...reasoningMembers(body, format, choice),
    tools: tools.tools.length === 0 ? undefined : tools.tools,
    tool_choice: choice,
    temperature: body['temperature'] ?? undefined,
    top_p: body['top_p'] ?? undefined,
    metadata: sessionOf(body),
    messages: input.messages,
  };
}

function reasoningMembers(
  body: JsonObject,
  format: JsonObject | undefined,
  choice: JsonObject | undefined,
): JsonObject {
  const reasoning = objectAt(body, 'reasoning');
  const effort = stringAt(reasoning, 'effort');
  const schema = format?.['type'] === 'json_schema' ? objectAt(format, 'schema') : undefined;
  const config = {
    ...(effort === undefined || effort === 'none' ? {} : { effort }),
    ...(schema === undefined ? {} : { format: { type: 'json_schema', schema } }),
  };
  return {
    thinking: thinkingOf(effort, stringAt(reasoning, 'summary'), choice),
    output_config: Object.keys(config).length === 0 ? undefined : config,
  };
}

function thinkingOf(
  effort: string | undefined,
  summary: string | undefined,
  choice: JsonObject | undefined,
): JsonObject | undefined {
  if (effort === 'none') return { type: 'disabled' };
  // Anthropic takes no forced call while the model thinks.
  const isForced = choice?.['type'] === 'any' || choice?.['type'] === 'tool';
  if (effort === undefined || isForced) return undefined;
  const display = summary === undefined || summary === 'none' ? {} : { display: 'summarized' };
  return { type: 'adaptive', ...display };
}

/** The key that clients give a conversation's cached prefix tells conversations apart where no header does. */
function sessionOf(body: JsonObject): JsonObject | undefined {
  const key = stringAt(body, 'prompt_cache_key') ?? '';
  return key !== '' && key.length <= 128 ? { user_id: key } : undefined;
}

/** Tools and instructions are left out: tens of kilobytes in each of three events, which no client reads. */
const echoed = [
  'max_output_tokens',
  'metadata',
  'parallel_tool_calls',
  'prompt_cache_key',
  'reasoning',
  'temperature',
  'text',
  'tool_choice',
  'top_p',
] as const;

function echoOf(body: JsonObject): JsonObject {
  const entries = echoed.flatMap((key) => {
    const value = body[key] ?? undefined;
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(entries);
}
