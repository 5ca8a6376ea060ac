/**
 * Gemini refuses a history in which the first call of a step lacks its thought signature. It travels through the client in
 * the thinking block before the call, marked with the model that minted it: no other can read it.
 */
const mark = 'sw-gemini';

/** What Google documents for calls that it has not signed, such as another vendor's. It costs some quality. */
export const unsignedCall = 'skip_thought_signature_validator';

/** The signature of the thinking block that carries a call's signature. */
export function carrySignature(model: string, signature: string): string {
  return [mark, model, signature].join(':');
}

/** The signature that this model minted, '' when the block is foreign. Signatures are base64, so they hold no colon. */
export function carriedSignature(model: string, carrier: string): string {
  const prefix = carrySignature(model, '');
  const signature = carrier.startsWith(prefix) ? carrier.slice(prefix.length) : '';
  return signature.includes(':') ? '' : signature;
}
