import type { Effort } from '../types';
import { type EditMap, type Rewrite, samplingMembers, setIfNew } from './anthropicEdits';
import { rewriteHistory } from './anthropicHistory';
import { editForOthers } from './anthropicOthers';
import type { EncodeInput } from './formats';
import { arrayAt, isObject, type JsonObject, stringAt, without } from './json';
import type { Edits, JsonPiece } from './jsonPieces';
import { outputLimit, type Reasoning, reasoningOf } from './requestRules';

/** What to change in the client's own JSON text for this upstream, and what was left out, in words. */
export function memberEdits(input: EncodeInput): {
  readonly edits: Edits;
  readonly omitted: readonly string[];
} {
  const { value } = input.request.body;
  const request: Rewrite = {
    input,
    // Not what every object has, such as a constructor.
    memberValue: (key) => (Object.hasOwn(value, key) ? value[key] : undefined),
    history: rewriteHistory(input),
    omitted: new Set(),
  };
  const edits = new Map<string, readonly JsonPiece[] | undefined>();
  if (request.history.messages !== undefined) {
    edits.set('messages', request.history.messages);
  }
  if (input.stream !== input.request.stream) {
    edits.set('stream', [String(input.stream)]);
  }
  setIfNew(edits, request, 'max_tokens', requiredLimit(input));
  editReasoning(edits, request);
  editSampling(edits, request);
  if (!input.isAnthropic) {
    editForOthers(edits, request);
  }
  return { edits, omitted: [...request.omitted, ...request.history.omitted] };
}

/** This wire format has no request without a limit; clients of others often name none. */
const usualLimit = 32_000;

function requiredLimit(input: EncodeInput): number {
  return outputLimit(input) ?? input.facts.maxOutput ?? usualLimit;
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
    edits.set('temperature', [String(temperature)]);
  }
}
