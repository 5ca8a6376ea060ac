import { usageMembers } from './anthropic';
import { countAt, isObject } from './json';
import { noUsage, type Usage } from './streamEvent';

/** True for a `usage` that clients can add up: both totals are there, and no count is negative, huge or no number. */
export function isSoundUsage(usage: unknown): boolean {
  return (
    countAt(usage, 'input_tokens') !== undefined &&
    countAt(usage, 'output_tokens') !== undefined &&
    hasOnlyCounts(usage)
  );
}

/** The `usage` of a `message_start` itself, or one that clients can add up. */
export function mendStartUsage(usage: unknown): unknown {
  return isSoundUsage(usage) ? usage : usageMembers(readUsage(usage, noUsage));
}

/** The `usage` of a `message_delta` itself, or one that clients can add up and that takes back nothing of the output. */
export function mendDeltaUsage(usage: unknown, before: Usage): unknown {
  const output = countAt(usage, 'output_tokens');
  const isSound = output !== undefined && output >= before.outputTokens && hasOnlyCounts(usage);
  return isSound ? usage : usageMembers(readUsage(usage, before));
}

/** Later counts win, but a zero or missing prompt does not undo what `message_start` said, and the other way round. */
export function readUsage(value: unknown, before: Usage): Usage {
  const input = countAt(value, 'input_tokens');
  const cacheRead = countAt(value, 'cache_read_input_tokens');
  const cacheWrite = countAt(value, 'cache_creation_input_tokens');
  const hasInput = (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0) > 0;
  return {
    inputTokens: hasInput && input !== undefined ? input : before.inputTokens,
    cacheReadTokens: hasInput && cacheRead !== undefined ? cacheRead : before.cacheReadTokens,
    cacheWriteTokens: hasInput && cacheWrite !== undefined ? cacheWrite : before.cacheWriteTokens,
    outputTokens: Math.max(countAt(value, 'output_tokens') ?? 0, before.outputTokens),
  };
}

const counts = [
  'input_tokens',
  'output_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
] as const;

/** What is not there, or null, counts nothing and does no harm. */
function hasOnlyCounts(usage: unknown): boolean {
  return counts.every((name) => {
    const member = isObject(usage) ? (usage[name] ?? undefined) : undefined;
    return member === undefined || countAt(usage, name) !== undefined;
  });
}
