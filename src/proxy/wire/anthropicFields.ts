import type { Effort } from '../types';
import { cleanCacheControl } from './anthropicContent';
import { type History, rewriteHistory } from './anthropicHistory';
import type { EncodeInput } from './formats';
import { arrayAt, isObject, type JsonObject, parseJson, stringAt, without } from './json';
import {
  isBillingLine,
  missingToolsNote,
  outputLimit,
  placeholderTest,
  type Reasoning,
  reasoningOf,
  runsServerTool,
} from './requestRules';
import { type Edits, type Member, membersOf } from './splice';

/** What to change in the client's own JSON text for this upstream, and what was left out, in words. */
export function memberEdits(input: EncodeInput): {
  readonly edits: Edits;
  readonly omitted: readonly string[];
} {
  const members = new Map((membersOf(input.rawBody) ?? []).map((member) => [member.key, member]));
  const memberValue = (key: string): unknown => {
    const range = members.get(key)?.value;
    return range && parseJson(input.rawBody.slice(range.start, range.end));
  };
  const start = members.get('messages')?.value.start ?? input.rawBody.length;
  const request: Rewrite = {
    input,
    memberValue,
    history: rewriteHistory(input, start),
    omitted: new Set(),
  };
  const edits = new Map<string, string | undefined>();
  if (request.history.json !== undefined) {
    edits.set('messages', request.history.json);
  }
  if (input.stream !== input.request.stream) {
    edits.set('stream', String(input.stream));
  }
  setIfNew(edits, request, 'max_tokens', requiredLimit(input));
  editReasoning(edits, request);
  editSampling(edits, request);
  if (!input.isAnthropic) {
    editForOthers(edits, request, [...members.values()]);
  }
  return { edits, omitted: [...request.omitted, ...request.history.omitted] };
}

/** This wire format has no request without a limit; clients of others often name none. */
const usualLimit = 32_000;

function requiredLimit(input: EncodeInput): number {
  return outputLimit(input) ?? input.facts.maxOutput ?? usualLimit;
}

interface Rewrite {
  readonly input: EncodeInput;
  /** A member of the client's body, parsed on demand. */
  readonly memberValue: (key: string) => unknown;
  readonly history: History;
  readonly omitted: Set<string>;
}

type EditMap = Map<string, string | undefined>;

/** Sets a member unless it says the same already; undefined takes it out. */
function setIfNew(edits: EditMap, { memberValue }: Rewrite, key: string, value: unknown): void {
  const old = memberValue(key);
  const json = value === undefined ? undefined : JSON.stringify(value);
  if (json !== (old === undefined ? undefined : JSON.stringify(old))) {
    edits.set(key, json);
  }
}

/** True when the client spoke to this very model, so that its own words about reasoning fit. */
function isAsAsked({ input }: Rewrite): boolean {
  const { isAnthropic, model, request, parameters } = input;
  const isUntouched = parameters.effort === undefined && parameters.thinking === undefined;
  return isAnthropic && isUntouched && model === request.model;
}

function editReasoning(edits: EditMap, request: Rewrite): void {
  if (isAsAsked(request) && !request.history.hasLostThinking) {
    return;
  }
  const reasoning = reasoningOf(request.input);
  const thinking = thinkingFor(request, reasoning);
  setIfNew(edits, request, 'thinking', thinking);
  setIfNew(edits, request, 'output_config', outputConfigFor(request, reasoning));
  if (thinking === undefined || thinking['type'] === 'disabled') {
    setIfNew(edits, request, 'context_management', withoutThinkingEdits(request));
  }
}

/** `context_management` without the edit that Anthropic refuses when the model does not think. */
function withoutThinkingEdits({ memberValue }: Rewrite): unknown {
  const management = memberValue('context_management');
  const edits = arrayAt(management, 'edits');
  const kept = edits.filter((edit) => !stringAt(edit, 'type')?.startsWith('clear_thinking'));
  if (!isObject(management) || kept.length === edits.length) {
    return management;
  }
  return kept.length === 0 ? undefined : { ...management, edits: kept };
}

/** Thinking budgets by effort, for models that want a number; the highest is Claude Code's own. */
const budgets: Readonly<Record<Effort, number>> = {
  none: 1024,
  minimal: 1024,
  low: 4096,
  medium: 10_000,
  high: 24_000,
  xhigh: 31_999,
  max: 31_999,
};
const leastBudget = 1024;

function thinkingFor(request: Rewrite, { mode }: Reasoning): JsonObject | undefined {
  const { input, history, memberValue } = request;
  const quirks = input.facts.quirks ?? {};
  const own = memberValue('thinking');
  const asked = isObject(own) ? own : undefined;
  if (mode === 'default') {
    return asked;
  }
  if (mode === 'off') {
    // A model that always thinks refuses to be told not to.
    return quirks.thinkingAlwaysOn === true ? undefined : { type: 'disabled' };
  }
  const type = asked?.['type'];
  if (quirks.adaptiveThinking === true) {
    const kept = type === 'adaptive' && asked !== undefined ? asked : { type: 'adaptive' };
    // `display` is newer than most resellers.
    return input.isAnthropic ? kept : without(kept, ['display']);
  }
  const isUnknown = input.isAnthropic && input.facts.quirks === undefined;
  if (isUnknown && type !== undefined && type !== 'enabled' && type !== 'disabled') {
    return asked;
  }
  // A turn that begins with a tool call instead of thinking is refused while thinking with a budget is on, and the
  // thinking that belonged there was another vendor's. The next turn thinks again.
  return history.hasLostThinking ? undefined : budgeted(input, asked);
}

function budgeted(input: EncodeInput, asked: JsonObject | undefined): JsonObject | undefined {
  const effort = input.parameters.effort ?? input.request.effort ?? 'medium';
  const wanted = input.request.thinking?.budgetTokens ?? budgets[effort];
  const budget = Math.min(wanted, requiredLimit(input) - 1);
  if (budget < leastBudget) {
    return undefined;
  }
  const kept = asked?.['type'] === 'enabled' && input.isAnthropic ? asked : { type: 'enabled' };
  return { ...kept, budget_tokens: budget };
}

function outputConfigFor(request: Rewrite, { mode, effort }: Reasoning): JsonObject | undefined {
  const { input, memberValue, omitted } = request;
  const { facts, isAnthropic, parameters } = input;
  const own = memberValue('output_config');
  const asked = isObject(own) ? own : {};
  const isClaude = isAnthropic || facts.quirks?.adaptiveThinking === true;
  // DeepSeek refuses an effort together with disabled thinking: anthropics/claude-code#65863.
  const isEffortFree = isClaude || mode !== 'off';
  const isUnknown = isAnthropic && facts.efforts === undefined && parameters.effort === undefined;
  const sent = isUnknown ? asked['effort'] : isEffortFree ? effort : undefined;
  if (!isClaude && 'format' in asked) {
    omitted.add('output_config.format');
  }
  const kept = isAnthropic
    ? asked
    : isClaude && 'format' in asked
      ? { format: asked['format'] }
      : {};
  const config = { ...without(kept, ['effort']), ...(sent === undefined ? {} : { effort: sent }) };
  // The client's own order of members stays when nothing else has changed.
  if ('effort' in asked && asked['effort'] === sent && isAnthropic) {
    return asked;
  }
  return Object.keys(config).length === 0 ? undefined : config;
}

const samplingMembers = ['temperature', 'top_p', 'top_k'] as const;

function editSampling(edits: EditMap, request: Rewrite): void {
  const { input, memberValue } = request;
  if (input.facts.quirks?.noTemperature === true && !isAsAsked(request)) {
    for (const key of samplingMembers) {
      setIfNew(edits, request, key, undefined);
    }
    return;
  }
  const wanted = input.parameters.temperature ?? input.request.temperature;
  // OpenAI's scale ends at 2, this one at 1, and more is refused.
  const temperature = wanted === undefined ? undefined : Math.min(wanted, 1);
  // Anthropic takes no temperature while the model thinks.
  const isThinking = input.isAnthropic && reasoningOf(input).mode === 'on';
  if (temperature !== undefined && !isThinking && memberValue('temperature') !== temperature) {
    edits.set('temperature', String(temperature));
  }
}

/** Members that every vendor of this wire format knows; Anthropic's betas and private data are not among them. */
const commonMembers: ReadonlySet<string> = new Set([
  'model',
  'max_tokens',
  'messages',
  'system',
  'stop_sequences',
  'stream',
  'thinking',
  'output_config',
  'tools',
  'tool_choice',
  ...samplingMembers,
]);

/** Nobody misses it: `user_id` holds device and account ids, and some hosts refuse it as too long. */
const silentlyDropped: ReadonlySet<string> = new Set(['metadata']);

function editForOthers(edits: EditMap, request: Rewrite, members: readonly Member[]): void {
  for (const { key } of members) {
    if (!commonMembers.has(key)) {
      edits.set(key, undefined);
      if (!silentlyDropped.has(key)) {
        request.omitted.add(key);
      }
    }
  }
  editSystem(edits, request);
  editTools(edits, request);
}

function editSystem(edits: EditMap, request: Rewrite): void {
  const system = request.memberValue('system');
  const missing = missingServerTools(request.input);
  const note = missingToolsNote(missing);
  const added = missing.length === 0 ? [] : [{ type: 'text', text: note }];
  if (typeof system === 'string') {
    const texts = [isBillingLine(system) ? '' : system, ...added.map((block) => block.text)];
    const text = texts.filter((piece) => piece !== '').join('\n\n');
    setIfNew(edits, request, 'system', text === '' ? undefined : text);
    return;
  }
  const own: readonly unknown[] = Array.isArray(system) ? system : [];
  const kept = own
    .filter((block) => !isBillingLine(stringAt(block, 'text') ?? ''))
    .map((block) => (isObject(block) ? cleanCacheControl(block) : block));
  const blocks = [...kept, ...added];
  setIfNew(edits, request, 'system', blocks.length === 0 ? undefined : blocks);
}

/** Names of the server tools that the upstream does not run. */
function missingServerTools({ request, facts }: EncodeInput): readonly string[] {
  return request.tools.flatMap((tool) =>
    tool.type === 'server' && !runsServerTool(facts, tool.serverType) ? [tool.name] : [],
  );
}

/** Tool members that came with betas. */
const toolMembers: ReadonlySet<string> = new Set([
  'name',
  'description',
  'input_schema',
  'cache_control',
]);

function editTools(edits: EditMap, request: Rewrite): void {
  const { input, memberValue, omitted } = request;
  const tools = memberValue('tools');
  if (!Array.isArray(tools)) {
    return;
  }
  const isPlaceholder = placeholderTest(input.request);
  const kept = tools.flatMap((tool: unknown, index) => {
    const known = input.request.tools[index];
    if (known?.type === 'server' && isObject(tool)) {
      return runsServerTool(input.facts, known.serverType) ? [cleanCacheControl(tool)] : [];
    }
    if (known?.type !== 'custom' || isPlaceholder(known) || !isObject(tool)) {
      return [];
    }
    const entries = Object.entries(cleanCacheControl(tool));
    return [Object.fromEntries(entries.filter(([key]) => toolMembers.has(key)))];
  });
  for (const name of missingServerTools(input)) {
    omitted.add(`server tool ${name}`);
  }
  setIfNew(edits, request, 'tools', kept.length === 0 ? undefined : kept);
  const choice = memberValue('tool_choice');
  const named = stringAt(choice, 'name');
  if (kept.length === 0 || (named !== undefined && !kept.some((tool) => tool['name'] === named))) {
    setIfNew(edits, request, 'tool_choice', undefined);
  }
}
