import type { Effort } from '../types';
import type { ToolChoice } from './anthropicRequest';
import type { EncodedRequest, EncodeInput } from './formats';
import { type JsonObject, withoutLoneSurrogates } from './json';
import { arrayPieces, type JsonPiece, joinPieces, jsonBytesOf } from './jsonPieces';
import { chatMessages } from './openaiChatMessages';
import { rememberPerObjectAndKey } from './rememberPerObject';
import { type CustomTool, callableTools, effortToSend, outputLimit } from './requestRules';
import { createToolNaming, type ToolNaming } from './toolNames';
import { functionSchema } from './toolSchema';

/** Writes a Messages request as a Chat Completions request. The same request always gives the same bytes. */
export function encodeChatRequest(input: EncodeInput): EncodedRequest {
  const { request, parameters, facts } = input;
  const naming = createToolNaming();
  const { tools, serverTools } = callableTools(request);
  const { messages, omitted } = chatMessages(input, { naming, serverTools });
  const effort = effortToSend(input);
  const isSampled = facts.quirks?.noTemperature !== true;
  const limit = outputLimit(input);
  const head = {
    // First: a gateway that renames the model replaces the first `"model":"…"` of the text.
    model: input.model,
    stream: input.stream,
    stream_options: input.stream ? { include_usage: true } : undefined,
    [input.maxTokensField]: limit === undefined ? undefined : Math.max(1, limit),
    temperature: isSampled ? (parameters.temperature ?? request.temperature) : undefined,
    top_p: isSampled ? request.topP : undefined,
    reasoning_effort: effort,
    // OpenAI takes four.
    stop: request.stopSequences.length === 0 ? undefined : request.stopSequences.slice(0, 4),
    response_format: request.outputSchema && {
      type: 'json_schema',
      json_schema: { name: 'answer', schema: request.outputSchema },
    },
  };
  const body = joinPieces([
    withoutLoneSurrogates(JSON.stringify(head)).slice(0, -1),
    ',"messages":',
    ...arrayPieces(messages.map(jsonBytesOf)),
    ...toolPieces(tools, naming),
    ...choicePieces(input, { tools, naming, effort }),
    '}',
  ]);
  return {
    body,
    headers: {},
    omitted: [
      ...(request.hasSafeguards ? ['safeguards'] : []),
      ...serverTools.map((name) => `server tool ${name}`),
      ...omitted,
    ],
    toolNames: naming.originals,
  };
}

interface ToolContext {
  readonly tools: readonly CustomTool[];
  readonly naming: ToolNaming;
  readonly effort: Effort | undefined;
}

function choicePieces(
  input: EncodeInput,
  { tools, naming, effort }: ToolContext,
): readonly JsonPiece[] {
  const { toolChoice } = input.request;
  if (tools.length === 0 || toolChoice === undefined) {
    return [];
  }
  // Many hosts refuse a forced call while the model thinks.
  const isThinking =
    input.facts.quirks?.thinkingAlwaysOn === true || (effort !== undefined && effort !== 'none');
  const isForced = toolChoice?.type === 'any' || toolChoice?.type === 'tool';
  const choice = isForced && isThinking ? 'auto' : chatToolChoice(toolChoice, tools, naming);
  return [
    `,"tool_choice":${JSON.stringify(choice)}`,
    toolChoice.disableParallel ? ',"parallel_tool_calls":false' : '',
  ];
}

function toolPieces(tools: readonly CustomTool[], naming: ToolNaming): readonly JsonPiece[] {
  if (tools.length === 0) return [];
  const functions = tools.map((tool) => jsonBytesOf(chatTool(tool, naming.sent(tool.name))));
  return [',"tools":', ...arrayPieces(functions)];
}

const remembered = rememberPerObjectAndKey<CustomTool, JsonObject>();

function chatTool(tool: CustomTool, sentName: string): JsonObject {
  const { description, inputSchema } = tool;
  return remembered(tool, sentName, () => ({
    type: 'function',
    function: { name: sentName, description, parameters: functionSchema(inputSchema) },
  }));
}

function chatToolChoice(
  choice: ToolChoice,
  tools: readonly CustomTool[],
  naming: ToolNaming,
): unknown {
  if (choice.type === 'tool') {
    const name = choice.name ?? '';
    const isThere = tools.some((tool) => tool.name === name);
    return isThere ? { type: 'function', function: { name: naming.sent(name) } } : 'auto';
  }
  return choice.type === 'any' ? 'required' : choice.type;
}
