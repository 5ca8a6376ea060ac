/**
 * The families of Claude models that Claude Code offers, its default first, each with the model that version 2.1.330 asks
 * for (2026-11-22). An id that it knows keeps its own limits and efforts; one that it does not know would lose them.
 */
export const tierModels = {
  opus: 'claude-opus-5-5',
  sonnet: 'claude-sonnet-5-5',
  haiku: 'claude-haiku-5-5',
  fable: 'claude-fable-5-2',
} as const;
export type ModelTier = keyof typeof tierModels;

export const modelTiers = [
  'opus',
  'sonnet',
  'haiku',
  'fable',
] as const satisfies readonly ModelTier[];

/** Where an ordinary turn with a model of the tier goes. */
export interface TierRoute {
  readonly tier: ModelTier;
  readonly scenario: string;
  /** The first target of the chain that has its key: `provider/model`. */
  readonly target: string;
}
