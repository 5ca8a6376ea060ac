import type { Effort } from '../types';
import type { ToolChoice } from './anthropicRequest';
import type { EncodedRequest, EncodeInput } from './formats';
import type { JsonObject } from './json';
import { chatMessages } from './openaiChatMessages';
import {
  type CustomTool,
  callableTools,
  nearestEffort,
  outputLimit,
  type Reasoning,
  reasoningOf,
} from './requestRules';
import { createToolNaming, type ToolNaming } from './toolNames';
import { functionSchema } from './toolSchema';

/** Writes a Messages request as a Chat Completions request. The same request always gives the same bytes. */
export function encodeChatRequest(input: EncodeInput): EncodedRequest {
  const { request, parameters, facts } = input;
  const naming = createToolNaming();
  const { tools, serverTools } = callableTools(request);
  const { messages, omitted } = chatMessages(input, { naming, serverTools });
  const effort = effortFor(input);
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

function effortFor(input: EncodeInput): Effort | undefined {
  const { facts } = input;
  if (facts.quirks?.noReasoningEffort === true) {
    return undefined;
  }
  const reasoning = reasoningOf(input);
  if (reasoning.mode !== 'off') {
    return reasoning.effort ?? effortOfBudget(input, reasoning);
  }
  if (facts.quirks?.effortForOff !== undefined) {
    return facts.quirks.effortForOff;
  }
  // A model that always thinks thinks least on its lowest effort. To any other, an effort would switch thinking on.
  const isAlwaysOn = facts.quirks?.thinkingAlwaysOn === true;
  return isAlwaysOn ? nearestEffort('none', facts.efforts ?? []) : undefined;
}

/** Thinking budgets in tokens and the effort that they stand for, highest first. */
const budgetEfforts: readonly (readonly [number, Effort])[] = [
  [16_000, 'high'],
  [6000, 'medium'],
  [0, 'low'],
];

/** The older way to ask for thinking, told in the newer. */
function effortOfBudget({ request, facts }: EncodeInput, { mode }: Reasoning): Effort | undefined {
  const budget = request.thinking?.budgetTokens;
  if (mode !== 'on' || budget === undefined || facts.efforts === undefined) {
    return undefined;
  }
  const wanted = budgetEfforts.find(([least]) => budget >= least)?.[1] ?? 'low';
  return nearestEffort(wanted, facts.efforts);
}

/**
 * JSON text in which halves of surrogate pairs, which clients make when they cut a text, are U+FFFD: many servers refuse
 * them. `JSON.stringify` writes such halves, and only them, as escapes.
 */
function withoutLoneSurrogates(json: string): string {
  if (!/\\ud[89a-f]/.test(json)) {
    return json;
  }
  return json.replace(/\\(?:ud[89a-f][0-9a-f]{2}|.)/g, (sequence) =>
    sequence.length === 6 ? '\uFFFD' : sequence,
  );
}
