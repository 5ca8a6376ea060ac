/** How far the estimate is off for each model, learned from the usage that upstreams report. In memory only. */
export interface TokenCorrection {
  /** An upstream has counted a request: all of its input, from a cache or not. */
  learn(target: string, estimatedTokens: number, countedTokens: number): void;
  /** The estimate in the tokens of this model; as it is for a model that has not told enough. */
  correct(target: string, estimatedTokens: number): number;
}

/** Fixed costs of a host (its own instructions, a chat template) outweigh the text of a short request. */
const minEstimatedTokens = 500;
/** One report may be about a request that the host cut or added to. */
const minReports = 3;
/** The weight of the newest report, once there are more than its inverse. */
const newestWeight = 0.2;
/** What is off by more does not count the same thing: some hosts leave out what they had in a cache. */
const plausible = { least: 0.25, most: 4 };
/** No tokenizer is off by more; what is, was learned from a host that counts in its own way. */
const bounds = { least: 0.5, most: 2 };
const defaultLimit = 500;

export function createTokenCorrection(limit = defaultLimit): TokenCorrection {
  const learned = new Map<string, { ratio: number; reports: number }>();
  return {
    learn(target, estimatedTokens, countedTokens) {
      if (estimatedTokens < minEstimatedTokens) return;
      const ratio = countedTokens / estimatedTokens;
      if (ratio < plausible.least || ratio > plausible.most) return;
      const before = learned.get(target) ?? { ratio, reports: 0 };
      const reports = before.reports + 1;
      const weight = Math.max(newestWeight, 1 / reports);
      learned.delete(target);
      learned.set(target, { ratio: before.ratio + (ratio - before.ratio) * weight, reports });
      const [oldest] = learned.size > limit ? learned.keys() : [];
      if (oldest !== undefined) learned.delete(oldest);
    },
    correct(target, estimatedTokens) {
      const known = learned.get(target);
      if (known === undefined || known.reports < minReports) return estimatedTokens;
      const ratio = Math.min(bounds.most, Math.max(bounds.least, known.ratio));
      return Math.ceil(estimatedTokens * ratio);
    },
  };
}
