import type { Effort } from '../types';
import type { ToolChoice } from './anthropicRequest';
import type { EncodedRequest, EncodeInput } from './formats';
import { type JsonObject, withoutLoneSurrogates } from './json';
import { chatMessages } from './openaiChatMessages';
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
  const body = {
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
    messages,
    ...toolMembers(input, { tools, naming, effort }),
  };
  return {
    body: withoutLoneSurrogates(JSON.stringify(body)),
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

function toolMembers(input: EncodeInput, { tools, naming, effort }: ToolContext): JsonObject {
  if (tools.length === 0) {
    return {};
  }
  const { toolChoice } = input.request;
  // Many hosts refuse a forced call while the model thinks.
  const isThinking =
    input.facts.quirks?.thinkingAlwaysOn === true || (effort !== undefined && effort !== 'none');
  const isForced = toolChoice?.type === 'any' || toolChoice?.type === 'tool';
  return {
    tools: tools.map(({ name, description, inputSchema }) => ({
      type: 'function',
      function: { name: naming.sent(name), description, parameters: functionSchema(inputSchema) },
    })),
    tool_choice:
      toolChoice && (isForced && isThinking ? 'auto' : chatToolChoice(toolChoice, tools, naming)),
    parallel_tool_calls: toolChoice?.disableParallel === true ? false : undefined,
  };
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
