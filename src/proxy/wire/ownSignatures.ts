/**
 * Upstreams other than Anthropic want their sealed thoughts back as well. They travel through the client as the signatures
 * of thinking blocks, behind this mark: whoever has not minted them must never be shown them.
 */
const mark = 'sw-';

/** True for a signature, or for redacted data, that Switchyard has put together and that no Anthropic can verify. */
export function isOwnSignature(signature: string): boolean {
  return signature.startsWith(mark);
}
