import type { ToolChoice } from './anthropicRequest';
import { systemText } from './conversation';
import type { EncodedRequest, EncodeInput } from './formats';
import { geminiContents } from './geminiContents';
import { geminiSchema } from './geminiSchema';
import { type JsonObject, withoutLoneSurrogates } from './json';
import {
  type CustomTool,
  callableTools,
  effortToSend,
  nearestEffort,
  outputLimit,
  reasoningOf,
} from './requestRules';
import { createToolNaming, type ToolNaming } from './toolNames';

/** Google's rule, without the dots and colons that some gateways refuse. */
const legalName = /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/;

/**
 * Writes a Messages request as a Gemini request. The same request always gives the same bytes. The model is in the path,
 * where OpenCode's Google route reads it too; Google's body has no such member, and refuses those that it does not know.
 */
export function encodeGeminiRequest(input: EncodeInput): EncodedRequest {
  const { request } = input;
  const naming = createToolNaming(legalName);
  const { tools, serverTools } = callableTools(request);
  const { contents, omitted } = geminiContents(input, naming);
  const system = systemText(request, serverTools);
  const body = {
    systemInstruction: system === '' ? undefined : { parts: [{ text: system }] },
    ...toolMembers(tools, request.toolChoice, naming),
    generationConfig: generationConfig(input),
    contents,
  };
  const isSerial = request.toolChoice?.disableParallel === true && tools.length > 0;
  return {
    body: withoutLoneSurrogates(JSON.stringify(body)),
    headers: {},
    omitted: [
      ...(request.hasSafeguards ? ['safeguards'] : []),
      ...serverTools.map((name) => `server tool ${name}`),
      ...(isSerial ? ['disable_parallel_tool_use'] : []),
      ...omitted,
    ],
    toolNames: naming.originals,
  };
}

function toolMembers(
  tools: readonly CustomTool[],
  choice: ToolChoice | undefined,
  naming: ToolNaming,
): JsonObject {
  if (tools.length === 0) {
    return {};
  }
  const functionDeclarations = tools.map(({ name, description, inputSchema }) => ({
    name: naming.sent(name),
    // Required, and refused when it is empty.
    description: description || name,
    parameters: geminiSchema(inputSchema),
  }));
  const functionCallingConfig = choice && callingConfig(choice, tools, naming);
  return {
    tools: [{ functionDeclarations }],
    toolConfig: functionCallingConfig && { functionCallingConfig },
  };
}

function callingConfig(
  choice: ToolChoice,
  tools: readonly CustomTool[],
  naming: ToolNaming,
): JsonObject {
  if (choice.type !== 'tool') {
    return { mode: choice.type.toUpperCase() };
  }
  const name = choice.name ?? '';
  const isThere = tools.some((tool) => tool.name === name);
  return isThere ? { mode: 'ANY', allowedFunctionNames: [naming.sent(name)] } : { mode: 'AUTO' };
}

/** Thoughts count as output, so a short limit would be spent on them before the first word. */
const leastWithThoughts = 2048;
/** Google takes five. */
const maxStopSequences = 5;

function generationConfig(input: EncodeInput): JsonObject {
  const { request, parameters, facts } = input;
  const isSampled = facts.quirks?.noTemperature !== true;
  const limit = outputLimit(input);
  const mustThink = facts.quirks?.thinkingAlwaysOn === true;
  const isOurs = parameters.maxOutputTokens !== undefined;
  const floor =
    mustThink && !isOurs ? Math.min(leastWithThoughts, facts.maxOutput ?? limit ?? 1) : 1;
  const stop = request.stopSequences.slice(0, maxStopSequences);
  return {
    maxOutputTokens: limit === undefined ? undefined : Math.max(floor, limit),
    temperature: isSampled ? (parameters.temperature ?? request.temperature) : undefined,
    topP: isSampled ? request.topP : undefined,
    stopSequences: stop.length === 0 ? undefined : stop,
    thinkingConfig: thinkingConfig(input),
    ...(request.outputSchema && {
      responseMimeType: 'application/json',
      responseJsonSchema: request.outputSchema,
    }),
  };
}

/** The values of `thinkingLevel`. */
const levels = ['minimal', 'low', 'medium', 'high'] as const;

function thinkingConfig(input: EncodeInput): JsonObject | undefined {
  const { facts, parameters } = input;
  const { mode } = reasoningOf(input);
  const mustThink = facts.quirks?.thinkingAlwaysOn === true;
  const isKnown = mustThink || facts.efforts !== undefined;
  if (mode === 'off' && !mustThink) {
    // Google refuses the whole member for models that cannot think, and of an unknown one nothing is known.
    return isKnown ? { thinkingBudget: 0 } : undefined;
  }
  const effort = effortToSend(input);
  const thinkingLevel = effort === undefined ? undefined : nearestEffort(effort, levels);
  const isAsked = parameters.thinking === 'enabled' || parameters.effort !== undefined;
  // Without it nothing is heard of the model until it has thought to the end.
  const includeThoughts = mode === 'on' && (isKnown || isAsked) ? true : undefined;
  return thinkingLevel === undefined && includeThoughts === undefined
    ? undefined
    : { thinkingLevel, includeThoughts };
}
