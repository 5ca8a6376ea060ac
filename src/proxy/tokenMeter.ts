import { imageTokens } from './imageTokens';
import { createTokenCorrection } from './tokenCorrection';
import { createTokenCounter, type TokenCounter } from './tokens';
import { type RequestFacts, type Target, targetName } from './types';
import type { Usage } from './wire/streamEvent';

/** The input tokens of requests: estimated for all models alike, and as each model counts them. */
export interface TokenMeter {
  readonly count: TokenCounter;
  /** The input of a request in the tokens of this target, as far as its upstream has told of earlier ones. */
  inputTokens(target: Target, facts: RequestFacts): number;
  /** The usage at the end of a whole answer; all zero when the upstream told none. */
  learn(target: Target, facts: RequestFacts, usage: Usage): void;
}

export function createTokenMeter(count = createTokenCounter()): TokenMeter {
  const correction = createTokenCorrection();
  return {
    count,
    inputTokens(target, facts) {
      const imageSizes = facts.imageSizes ?? [];
      const usual = imageSizes.reduce((sum, size) => sum + imageTokens(size), 0);
      const own = imageSizes.reduce((sum, size) => sum + imageTokens(size, target.model), 0);
      return correction.correct(targetName(target), facts.inputTokens - usual) + own;
    },
    learn(target, facts, usage) {
      // What an image costs is a rule of its own, and may not even have been sent.
      if (facts.hasImages) return;
      const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage;
      const counted = inputTokens + cacheReadTokens + cacheWriteTokens;
      correction.learn(targetName(target), facts.inputTokens, counted);
    },
  };
}
