import { type Effort, efforts, type ModelFacts } from '../types';
import type { MessagesRequest, RequestMessage, Tool } from './anthropicRequest';
import type { EncodeInput } from './formats';
import { rememberPerObject } from './rememberPerObject';

/**
 * Claude Code's first system block. Its suffix changes with the conversation, so it defeats the prefix caches of every
 * other vendor (sgl-project/sglang#21064: 50 s against 3.65 s), and Bedrock refuses it as reserved.
 */
export function isBillingLine(text: string): boolean {
  return text.startsWith('x-anthropic-billing-header:');
}

/** How a system message in the middle of a conversation is told to models that take none there. */
export function reminder(text: string): string {
  return `<system-reminder>\n${text}\n</system-reminder>`;
}

/** Says in a conversation that something could not be carried. */
export function omissionNote(what: string): string {
  return `[${what} omitted: this model cannot read it]`;
}

/** Tells the model of the server tools that it cannot have: without it, one told to search the web makes results up. */
export function missingToolsNote(names: readonly string[]): string {
  const list = names.join(', ');
  return `Not available here: ${list}. Say so plainly when it is needed; never invent its results.`;
}

/** True for a server tool (`web_search_20250305`) of a family (`web_search`) that the upstream is known to run itself. */
export function runsServerTool(facts: ModelFacts, type: string): boolean {
  return (facts.serverTools ?? []).some((family) => type.startsWith(`${family}_`));
}

export type CustomTool = Extract<Tool, { type: 'custom' }>;

/** The tools that a model other than Anthropic's can call, and the server tools that are left out. */
export function callableTools(request: MessagesRequest): {
  readonly tools: readonly CustomTool[];
  readonly serverTools: readonly string[];
} {
  const tools: CustomTool[] = [];
  const serverTools: string[] = [];
  const isPlaceholder = placeholderTest(request);
  for (const tool of request.tools) {
    if (tool.type === 'server') {
      serverTools.push(tool.name);
    } else if (!isPlaceholder(tool)) {
      tools.push(tool);
    }
  }
  return { tools, serverTools };
}

/**
 * Finds the tools that stand for others and must not be called. Deferred tools go out plainly, since only Anthropic's
 * servers can load them later: with their server-side search the model would find none of them, and a loaded one whose
 * `tool_reference` was compacted away must stay callable. What is left out is Claude Code's `DeferredToolPlaceholder` and
 * its like: deferred, named by no reference, without any argument, and no server-side search that could reveal it. At
 * Anthropic the model never sees such a tool either.
 */
export function placeholderTest(request: MessagesRequest): (tool: CustomTool) => boolean {
  const referenced = new Set(request.messages.flatMap(referencedTools));
  const hasServerSearch = request.tools.some(
    (tool) => tool.type === 'server' && tool.serverType.startsWith('tool_search'),
  );
  return (tool) =>
    tool.deferLoading &&
    !hasServerSearch &&
    !referenced.has(tool.name) &&
    Object.keys(Object(tool.inputSchema['properties'])).length === 0;
}

const referencedTools = rememberPerObject(({ content }: RequestMessage) =>
  content
    .flatMap((block) => (block.type === 'tool_result' ? block.content : [block]))
    .flatMap((block) => (block.type === 'tool_reference' ? [block.toolName] : [])),
);

/** The output limit to ask for: the route's or the client's, inside what the model can give. */
export function outputLimit(input: EncodeInput): number | undefined {
  const { facts, isAnthropic, inputTokens } = input;
  const wanted = input.parameters.maxOutputTokens ?? input.request.maxTokens;
  if (wanted === undefined || wanted === 0) {
    return wanted;
  }
  let limit = Math.min(wanted, facts.maxOutput ?? wanted);
  if (!isAnthropic && facts.context !== undefined && inputTokens !== undefined) {
    // Many hosts refuse input + max_tokens beyond the window. A tenth more, since the input is an estimate; never below
    // what a short answer needs, since then the upstream's own words about the length are worth more.
    const room = facts.context - inputTokens - Math.ceil(inputTokens / 10);
    limit = Math.min(limit, Math.max(room, 1024));
  }
  return Math.max(1, limit);
}

export interface Reasoning {
  /** `default`: nobody said anything. */
  readonly mode: 'on' | 'off' | 'default';
  /** The value to send, one that the model allows; undefined when none may be sent. */
  readonly effort: Effort | undefined;
}

/** What the route and the client want of the model's reasoning, the route first, in values that the model knows. */
export function reasoningOf({ request, parameters, facts }: EncodeInput): Reasoning {
  const mode = reasoningMode(request, parameters);
  const wanted = parameters.effort ?? request.effort;
  if (wanted === undefined || facts.quirks?.noReasoningEffort === true) {
    return { mode, effort: undefined };
  }
  if (facts.efforts === undefined) {
    // Of an unknown model only a person can know that it takes an effort: some hosts answer an opaque 500.
    return { mode, effort: parameters.effort };
  }
  return { mode, effort: nearestEffort(wanted, facts.efforts) };
}

function reasoningMode(
  request: MessagesRequest,
  parameters: EncodeInput['parameters'],
): Reasoning['mode'] {
  if (parameters.thinking !== undefined) {
    return parameters.thinking === 'disabled' ? 'off' : 'on';
  }
  if (parameters.effort !== undefined) {
    return parameters.effort === 'none' ? 'off' : 'on';
  }
  if (request.thinking === undefined) {
    return 'default';
  }
  return request.thinking.type === 'disabled' ? 'off' : 'on';
}

/** The effort to send for what the route and the client want, where the wire format tells reasoning by effort alone. */
export function effortToSend(input: EncodeInput): Effort | undefined {
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

/** The highest allowed effort that is not above the wanted one, else the lowest; undefined when none is allowed. */
export function nearestEffort(wanted: Effort, allowed: readonly Effort[]): Effort | undefined {
  const sorted = efforts.filter((effort) => allowed.includes(effort));
  const limit = efforts.indexOf(wanted);
  return sorted.findLast((effort) => efforts.indexOf(effort) <= limit) ?? sorted[0];
}
