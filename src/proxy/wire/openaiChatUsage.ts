import { countAt, isObject, objectAt } from './json';
import type { Usage } from './streamEvent';

/**
 * Reads a Chat Completions `usage` of any vendor into disjoint counts: `prompt_tokens` includes what was cached. Gives
 * undefined when it counts nothing.
 */
export function readChatUsage(value: unknown): Usage | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const details = objectAt(value, 'prompt_tokens_details');
  const cacheReadTokens = Math.max(
    countAt(details, 'cached_tokens') ?? 0,
    // Moonshot.
    countAt(value, 'cached_tokens') ?? 0,
    // DeepSeek.
    countAt(value, 'prompt_cache_hit_tokens') ?? 0,
  );
  const cacheWriteTokens = Math.max(
    countAt(details, 'cache_write_tokens') ?? 0,
    // Alibaba.
    countAt(details, 'cache_creation_input_tokens') ?? 0,
  );
  const missed = countAt(value, 'prompt_cache_miss_tokens') ?? 0;
  const promptTokens = countAt(value, 'prompt_tokens') ?? cacheReadTokens + missed;
  const outputTokens = countAt(value, 'completion_tokens') ?? 0;
  if (promptTokens + outputTokens === 0) {
    return undefined;
  }
  const inputTokens = Math.max(0, promptTokens - cacheReadTokens - cacheWriteTokens);
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens };
}
