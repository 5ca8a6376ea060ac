// The prompt cache of a provider of Chat Completions, as the real ones work: it belongs to one model and one key, knows
// every beginning of a conversation that it has read, serves only beginnings of some length, and forgets in time.
import { createHash } from 'node:crypto';
import { type RecordedRequest, valueAt } from './scriptedUpstream';

export interface CacheReading {
  readonly promptTokens: number;
  readonly cachedTokens: number;
}

export interface PrefixCache {
  /** What this request costs: all its tokens, and how many of them are read from the cache. It is cached afterwards. */
  read(request: RecordedRequest): CacheReading;
}

/** Shorter beginnings are never cached. Source: OpenAI's document on prompt caching, 2026-11. */
const minCachedTokens = 1_024;
const charactersPerToken = 4;

export function createPrefixCache(now: () => number, lifeMs: number): PrefixCache {
  const usedAt = new Map<string, number>();
  return {
    read(request) {
      const parts = partsOf(request);
      const beginnings = parts.map((_, index) => ({
        name: hashOf(parts.slice(0, index + 1)),
        tokens: tokensOf(parts.slice(0, index + 1)),
      }));
      const known = beginnings.filter(
        ({ name, tokens }) =>
          tokens >= minCachedTokens && now() - (usedAt.get(name) ?? -Infinity) < lifeMs,
      );
      for (const { name } of beginnings) usedAt.set(name, now());
      return { promptTokens: tokensOf(parts), cachedTokens: known.at(-1)?.tokens ?? 0 };
    },
  };
}

/** Whose cache it is, then all that the model reads, in order. */
function partsOf({ headers, body }: RecordedRequest): readonly string[] {
  const owner = [headers.authorization, valueAt(body, 'model'), valueAt(body, 'tools')];
  const messages = valueAt(body, 'messages');
  return [owner, ...(Array.isArray(messages) ? messages : [])].map((part) => JSON.stringify(part));
}

function tokensOf(parts: readonly string[]): number {
  return Math.ceil(parts.join('').length / charactersPerToken);
}

function hashOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
