import { arrayAt, type JsonObject, stringAt } from './json';

/** Mark our own in `encrypted_content`: everything else was sealed by somebody whom we cannot ask. */
const thinkingMark = 'sw-thinking:';
const redactedMark = 'sw-redacted:';

/** Begins the ids of our reasoning items, for clients that send back no `encrypted_content`. */
export const reasoningIdPrefix = 'rs_sw';

/** What carries the signature of a thinking block to the client and back; '' is a signature too. */
export function sealedThinking(signature: string): string {
  return thinkingMark + signature;
}

export function sealedRedacted(data: string): string {
  return redactedMark + data;
}

/** The block that a reasoning item came from; undefined for the reasoning of other providers. */
export function thinkingBlock(item: JsonObject): JsonObject | undefined {
  const sealed = stringAt(item, 'encrypted_content');
  if (sealed?.startsWith(redactedMark) === true) {
    return { type: 'redacted_thinking', data: sealed.slice(redactedMark.length) };
  }
  const thinking = arrayAt(item, 'summary')
    .map((part) => stringAt(part, 'text') ?? '')
    .join('\n\n');
  if (sealed?.startsWith(thinkingMark) === true) {
    return { type: 'thinking', thinking, signature: sealed.slice(thinkingMark.length) };
  }
  const isOurs = sealed === undefined && stringAt(item, 'id')?.startsWith(reasoningIdPrefix);
  return isOurs === true && thinking !== ''
    ? { type: 'thinking', thinking, signature: '' }
    : undefined;
}
