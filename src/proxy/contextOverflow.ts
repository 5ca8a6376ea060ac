import { type Phrase, phrase } from './phrase';

/** True for the words in which upstreams say that a prompt does not fit. */
export function saysContextTooLong(message: string): boolean {
  return overflowPatterns.some((pattern) => pattern.test(message));
}

/** The prompt's length and the most that is allowed, in tokens, as far as the message gives them. */
export function readOverflow(message: string): {
  readonly tokens?: number;
  readonly maxTokens?: number;
} {
  for (const pattern of numberPatterns) {
    const groups = pattern.exec(message)?.groups;
    if (groups === undefined) continue;
    const tokens = toCount(groups['tokens']);
    const maxTokens = toCount(groups['max']);
    return {
      ...(tokens === undefined ? {} : { tokens }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
    };
  }
  return {};
}

/**
 * When prompt and answer together are too long though the prompt alone fits, the words by which Claude Code asks again
 * with a smaller `max_tokens`; else undefined.
 */
export function outputBudgetSentence(message: string): Phrase | undefined {
  for (const pattern of budgetPatterns) {
    const groups = pattern.exec(message)?.groups;
    const input = toCount(groups?.['input']);
    const output = toCount(groups?.['output']);
    const max = toCount(groups?.['max']);
    if (input === undefined || output === undefined || max === undefined || input >= max) continue;
    return phrase(
      'input length and `max_tokens` exceed context limit: {0} + {1} > {2}',
      input,
      output,
      max,
    );
  }
  return undefined;
}

// Source: the overflow patterns that pi's client collected from these hosts, 2026-11.
const overflowPatterns: readonly RegExp[] = [
  /prompt (?:is )?too long/i,
  /exceeds max length/i,
  /exceeds? the context window/i,
  /exceeds? (?:the )?context limit/i,
  /maximum context length/i,
  /context_length_exceeded/i,
  /input token count.{0,80}exceeds/i,
  /maximum prompt length is/i,
  /reduce the length of the messages/i,
  /exceeds the available context size/i,
  /context window exceeds limit/i,
  /exceeded model token limit/i,
  /range of input length/i,
  /model_context_window_exceeded/i,
];

const numberPatterns: readonly RegExp[] = [
  /too long:? (?<tokens>[\d,]+) tokens > (?<max>[\d,]+)/i,
  /maximum context length (?:is|of) (?<max>[\d,]+) tokens.{0,120}?(?:resulted in|requested|contains at least|has)(?: about)? (?<tokens>[\d,]+)/is,
  /maximum context length (?:is|of) (?<max>[\d,]+)/i,
  /input token count \(?(?<tokens>[\d,]+)\)? exceeds.{0,80}?(?<max>[\d,]{4,})/i,
  /maximum prompt length is (?<max>[\d,]+).{0,60}?contains (?<tokens>[\d,]+)/i,
  /exceeded model token limit: (?<max>[\d,]+) \(requested: (?<tokens>[\d,]+)/i,
  /\((?<tokens>[\d,]+) tokens\) exceeds the available context size \((?<max>[\d,]+)/i,
  /exceeds the available context size \((?<max>[\d,]+)/i,
  /range of input length should be \[\d+, (?<max>[\d,]+)/i,
  /context limit: (?<tokens>[\d,]+) \+ [\d,]+ > (?<max>[\d,]+)/i,
];

const budgetPatterns: readonly RegExp[] = [
  /context limit: (?<input>[\d,]+) \+ (?<output>[\d,]+) > (?<max>[\d,]+)/i,
  /maximum context length is (?<max>[\d,]+) tokens.{0,120}?\((?<input>[\d,]+) in the messages, (?<output>[\d,]+) in the completion\)/is,
];

function toCount(digits: string | undefined): number | undefined {
  const count = Number((digits ?? '').replaceAll(',', ''));
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}
