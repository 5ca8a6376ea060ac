import { type Effort, efforts } from '../types';
import { type ContentBlock, readContent, type TextBlock } from './anthropicBlocks';
import {
  asObject,
  describeFault,
  type Faults,
  fault,
  readEach,
  readList,
  readObject,
  readOneOf,
  readOptional,
  readString,
  readWithin,
  rememberFaultless,
} from './fieldReader';
import { isObject, type JsonObject } from './json';
import { type JsonBody, type ReadBody, readJsonBody } from './jsonBody';

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
  /** As it came, for what passes through without being understood. */
  readonly body: JsonBody;
}

/** One object for the same message in every turn, as long as the body memory knows it. */
export interface RequestMessage {
  /** Claude Code puts `system` messages in the middle of a conversation. */
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly ContentBlock[];
  /** The message as it came. */
  readonly source: JsonObject;
}

/** What is left of a message when some of its blocks were taken out. */
export type MessageRest = Pick<RequestMessage, 'role' | 'content'>;

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

/** Reads a Messages request from its text alone. */
export function parseMessagesRequest(text: string): ParsedRequest {
  return readMessagesRequest(readJsonBody(Buffer.from(text)));
}

/** Reads a Messages request; the message of a refusal names the member that is wrong, never its value. */
export function readMessagesRequest(read: ReadBody): ParsedRequest {
  if (!read.ok) return read;
  const faults: Faults = { first: undefined };
  const request = readRequest(read.body, faults);
  return faults.first === undefined
    ? { ok: true, request }
    : { ok: false, message: describeFault(faults.first) };
}

/**
 * By hand, not by a schema: this is the largest single cost of a long conversation, and a schema takes four times as
 * long. In the order in which faults are told.
 */
function readRequest(source: JsonBody, faults: Faults): MessagesRequest {
  const body = source.value;
  const model = readString(body, 'model', faults);
  if (model === '') fault(faults, 'must not be empty', 'model');
  const maxTokens = readMaxTokens(body, faults);
  const stream = readOptional(body, 'stream', 'boolean', faults) === true;
  const system = readSystem(body['system'], faults);
  const messages = readMessages(body, faults);
  const tools = readList(body, 'tools', faults, readTool);
  const toolChoice = readObject(body, 'tool_choice', faults, readToolChoice);
  const thinking = readObject(body, 'thinking', faults, (value) => ({
    type: readString(value, 'type', faults),
    budgetTokens: readOptional(value, 'budget_tokens', 'number', faults),
  }));
  const output = readObject(body, 'output_config', faults, (value) => value);
  return {
    model,
    maxTokens,
    stream,
    system,
    messages,
    tools,
    toolChoice,
    thinking,
    effort: efforts.find((effort) => effort === output?.['effort']),
    outputSchema: schemaOf(output?.['format']) ?? schemaOf(body['output_format']),
    stopSequences: readList(body, 'stop_sequences', faults, readText),
    temperature: readOptional(body, 'temperature', 'number', faults),
    topP: readOptional(body, 'top_p', 'number', faults),
    userId: readObject(body, 'metadata', faults, (value) =>
      readOptional(value, 'user_id', 'string', faults),
    ),
    hasSafeguards: body['safeguards'] !== undefined && body['safeguards'] !== null,
    body: source,
  };
}

const readSystem = rememberFaultless((system, faults) =>
  readWithin('system', faults, () => readContent(system ?? [], faults, 'system')).flatMap(
    (block) => (block.type === 'text' ? [block] : []),
  ),
);

function readMaxTokens(body: JsonObject, faults: Faults): number | undefined {
  const { max_tokens: value } = body;
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    fault(faults, 'Invalid input: expected number', 'max_tokens');
    return undefined;
  }
  if (!Number.isSafeInteger(value)) fault(faults, 'must be a whole number', 'max_tokens');
  else if (value < 0) fault(faults, 'must not be negative', 'max_tokens');
  return value;
}

function readMessages(body: JsonObject, faults: Faults): readonly RequestMessage[] {
  const { messages } = body;
  if (!Array.isArray(messages)) {
    fault(faults, 'Invalid input: expected array', 'messages');
    return [];
  }
  if (messages.length === 0) fault(faults, 'needs at least one message', 'messages');
  return readWithin('messages', faults, () => readEach(messages, faults, readMessage));
}

const readMessage = rememberFaultless((value, faults): RequestMessage => {
  const message = asObject(value, faults);
  const role = readOneOf(message, 'role', roles, faults);
  return {
    role,
    content: readWithin('content', faults, () =>
      readContent(message['content'], faults, 'message'),
    ),
    source: message,
  };
});

const roles = ['user', 'assistant', 'system'] as const;

const readTool = rememberFaultless((value, faults): Tool => {
  const tool = asObject(value, faults);
  // `mcp_toolset` has no name of its own.
  const ownName = tool['name'] === undefined ? undefined : readString(tool, 'name', faults);
  const type = readOptional(tool, 'type', 'string', faults);
  const description = readOptional(tool, 'description', 'string', faults);
  const schema = tool['input_schema'] ?? {};
  if (!isObject(schema)) fault(faults, 'Invalid input: expected record', 'input_schema');
  const deferLoading = readOptional(tool, 'defer_loading', 'boolean', faults) === true;
  const name = ownName ?? type ?? '';
  if (type !== undefined && type !== 'custom') return { type: 'server', name, serverType: type };
  if (ownName === undefined || ownName === '') fault(faults, 'Field required', 'name');
  return {
    type: 'custom',
    name,
    description,
    inputSchema: isObject(schema) ? schema : {},
    deferLoading,
  };
});

function readToolChoice(choice: JsonObject, faults: Faults): ToolChoice {
  return {
    type: readOneOf(choice, 'type', choices, faults),
    name: choice['name'] === undefined ? undefined : readString(choice, 'name', faults),
    disableParallel: readOptional(choice, 'disable_parallel_tool_use', 'boolean', faults) === true,
  };
}

const choices = ['auto', 'any', 'tool', 'none'] as const;

function readText(value: unknown, faults: Faults): string {
  if (typeof value === 'string') return value;
  fault(faults, 'Invalid input: expected string');
  return '';
}

function schemaOf(format: unknown): JsonObject | undefined {
  const schema =
    isObject(format) && format['type'] === 'json_schema' ? format['schema'] : undefined;
  return isObject(schema) ? schema : undefined;
}
