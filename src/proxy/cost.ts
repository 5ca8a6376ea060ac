import type { ModelFacts, Price } from './types';
import type { Usage } from './wire/streamEvent';

/** What an answer cost by the catalogue's price, in USD. */
export interface Cost {
  readonly usd: number;
  /** What the same tokens would have cost had the upstream cached nothing. */
  readonly usdWithoutCache: number;
}

/** Undefined when the price is not known or the upstream told no usage. Pure. */
export function costOf(
  usage: Usage,
  facts: Pick<ModelFacts, 'price' | 'priceAbove'>,
): Cost | undefined {
  if (!isCounted(usage)) return undefined;
  const wholeInput = usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens;
  const price = priceFor(wholeInput, facts);
  if (price === undefined) return undefined;
  const [input, output, cacheRead, cacheWrite] = price;
  const outputCost = usage.outputTokens * output;
  const cachedCost =
    usage.cacheReadTokens * (cacheRead || input) + usage.cacheWriteTokens * (cacheWrite || input);
  return {
    usd: (usage.inputTokens * input + cachedCost + outputCost) / tokensPerPriceUnit,
    usdWithoutCache: (wholeInput * input + outputCost) / tokensPerPriceUnit,
  };
}

/** False where all counts are zero: the upstream told none. */
export function isCounted(usage: Usage): boolean {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens > 0;
}

const tokensPerPriceUnit = 1_000_000;

function priceFor(
  wholeInput: number,
  { price, priceAbove }: Pick<ModelFacts, 'price' | 'priceAbove'>,
): Price | undefined {
  if (priceAbove !== undefined && wholeInput > priceAbove.inputTokens) return priceAbove.price;
  return price;
}
