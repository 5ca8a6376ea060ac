import { countAt, objectAt } from './json';
import { noUsage, type Usage } from './streamEvent';

/** Reads the `usage` of a response into disjoint counts: `input_tokens` includes what was cached. */
export function readResponsesUsage(response: unknown): Usage {
  const usage = objectAt(response, 'usage');
  if (usage === undefined) {
    return noUsage;
  }
  const details = objectAt(usage, 'input_tokens_details');
  const cacheReadTokens = countAt(details, 'cached_tokens') ?? 0;
  const cacheWriteTokens = countAt(details, 'cache_write_tokens') ?? 0;
  const total = countAt(usage, 'input_tokens') ?? cacheReadTokens + cacheWriteTokens;
  return {
    inputTokens: Math.max(0, total - cacheReadTokens - cacheWriteTokens),
    // Reasoning included.
    outputTokens: countAt(usage, 'output_tokens') ?? 0,
    cacheReadTokens,
    cacheWriteTokens,
  };
}
