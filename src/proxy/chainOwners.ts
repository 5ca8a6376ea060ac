/** The providers that have built-in chains; apart from the chains, for whoever needs only the names. */
export const chainOwners = [
  'opencode-go',
  'opencode-zen',
  'anthropic',
  'openai',
  'openrouter',
  'deepseek',
  'moonshot',
  'zai',
] as const;
export type ChainOwner = (typeof chainOwners)[number];

/** A Go plan is a fixed price: nobody who has set no more than a key is charged by the token. */
export const defaultChainOwner: ChainOwner = 'opencode-go';
