import { countAt } from './json';
import type { Usage } from './streamEvent';

/**
 * Reads a `usageMetadata` into disjoint counts: the prompt includes what was cached, the candidates leave the thoughts out.
 * Gives undefined when it counts nothing.
 */
export function readGeminiUsage(value: unknown): Usage | undefined {
  const prompt = countAt(value, 'promptTokenCount') ?? 0;
  const toolUse = countAt(value, 'toolUsePromptTokenCount') ?? 0;
  const thoughts = countAt(value, 'thoughtsTokenCount') ?? 0;
  const candidates = countAt(value, 'candidatesTokenCount') ?? 0;
  const total = countAt(value, 'totalTokenCount');
  // Vertex has counted the thoughts among the candidates at times; its total tells.
  const isInclusive = prompt + toolUse + candidates === total;
  const outputTokens = isInclusive ? candidates : candidates + thoughts;
  if (prompt + toolUse + outputTokens === 0) {
    return undefined;
  }
  const cacheReadTokens = Math.min(prompt, countAt(value, 'cachedContentTokenCount') ?? 0);
  const inputTokens = prompt - cacheReadTokens + toolUse;
  return { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens: 0 };
}
