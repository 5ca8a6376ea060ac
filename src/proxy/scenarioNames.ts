/** The built-in scenarios by name; apart from their rules, so that whoever needs only names does not load the catalogue. */
export const builtInScenarioNames = [
  'default',
  'fast',
  'background',
  'think',
  'complex',
  'longContext',
  'vision',
] as const;
export type BuiltInScenarioName = (typeof builtInScenarioNames)[number];

/** As many models as a fallback chain may have. */
export const maxChainLength = 32;

/** Asked for by clients that must name a model: the rules decide, as for every name that is no model. */
export const automaticModel = 'auto';
