import type { Effort } from '../types';
import type { ToolChoice } from './anthropicRequest';
import { systemText } from './conversation';
import type { EncodedRequest, EncodeInput } from './formats';
import { type JsonObject, withoutLoneSurrogates } from './json';
import { inputItems } from './openaiResponsesInput';
import {
  type CustomTool,
  callableTools,
  effortToSend,
  outputLimit,
  reasoningOf,
} from './requestRules';
import { createToolNaming, shortId, type ToolNaming } from './toolNames';
import { functionSchema } from './toolSchema';

/** The least that `max_output_tokens` may be. Source: OpenAI's API reference, 2026-11-22. */
const leastOutput = 16;

/** Writes a Messages request as a Responses request. The same request always gives the same bytes. */
export function encodeResponsesRequest(input: EncodeInput): EncodedRequest {
  const { request } = input;
  const naming = createToolNaming();
  const { tools, serverTools } = callableTools(request);
  const { items, omitted } = inputItems(input, naming);
  const instructions = systemText(request, serverTools);
  const limit = outputLimit(input);
  const body = {
    // First: a gateway that renames the model replaces the first `"model":"…"` of the text.
    model: input.model,
    stream: input.stream,
    // Nothing is kept upstream; the client's history carries the reasoning, encrypted.
    store: false,
    include: isReasoner(input) ? ['reasoning.encrypted_content'] : undefined,
    prompt_cache_key: input.sessionId === '' ? undefined : shortId(input.sessionId),
    max_output_tokens: limit === undefined ? undefined : Math.max(leastOutput, limit),
    ...samplingMembers(input),
    reasoning: reasoningMember(input),
    text: request.outputSchema && {
      format: { type: 'json_schema', name: 'answer', schema: request.outputSchema, strict: false },
    },
    instructions: instructions === '' ? undefined : instructions,
    ...toolMembers(tools, naming, request.toolChoice),
    input: items,
  };
  return {
    body: withoutLoneSurrogates(JSON.stringify(body)),
    headers: {},
    omitted: [
      ...(request.hasSafeguards ? ['safeguards'] : []),
      // The wire format has none.
      ...(request.stopSequences.length > 0 ? ['stop_sequences'] : []),
      ...serverTools.map((name) => `server tool ${name}`),
      ...omitted,
    ],
    toolNames: naming.originals,
  };
}

/** A model that is known to reason. Others refuse to be asked for encrypted reasoning. */
function isReasoner(input: EncodeInput): boolean {
  const { efforts, quirks } = input.facts;
  return (
    efforts !== undefined || quirks?.thinkingAlwaysOn === true || effortToSend(input) !== undefined
  );
}

function samplingMembers(input: EncodeInput): JsonObject {
  const { request, parameters, facts } = input;
  if (facts.quirks?.noTemperature === true) {
    return {};
  }
  // Models that reason refuse a temperature; where a person has set one, that person knows better.
  const isClients = !isReasoner(input);
  return {
    temperature: parameters.temperature ?? (isClients ? request.temperature : undefined),
    top_p: isClients ? request.topP : undefined,
  };
}

function reasoningMember(input: EncodeInput): JsonObject | undefined {
  const { quirks } = input.facts;
  if (quirks?.noReasoningEffort === true || !isReasoner(input)) {
    return undefined;
  }
  const effort: Effort | undefined = effortToSend(input);
  // Without summaries nothing would be seen of the model for as long as it thinks.
  const summary = reasoningOf(input).mode === 'off' ? undefined : 'auto';
  return effort === undefined && summary === undefined ? undefined : { effort, summary };
}

function toolMembers(
  tools: readonly CustomTool[],
  naming: ToolNaming,
  choice: ToolChoice | undefined,
): JsonObject {
  if (tools.length === 0) {
    return {};
  }
  return {
    tools: tools.map(({ name, description, inputSchema }) => ({
      type: 'function',
      name: naming.sent(name),
      description,
      parameters: functionSchema(inputSchema),
      // The default makes every property required.
      strict: false,
    })),
    tool_choice: choice && toolChoice(choice, tools, naming),
    parallel_tool_calls: choice?.disableParallel === true ? false : undefined,
  };
}

/** Forced calls stay forced: unlike many chat hosts, models of this wire format take them while they reason. */
function toolChoice(
  choice: ToolChoice,
  tools: readonly CustomTool[],
  naming: ToolNaming,
): JsonObject | string {
  if (choice.type === 'tool') {
    const tool = tools.find(({ name }) => name === choice.name);
    return tool === undefined ? 'auto' : { type: 'function', name: naming.sent(tool.name) };
  }
  return choice.type === 'any' ? 'required' : choice.type;
}
