import { type JsonObject, parseJson, stringAt } from './json';

/** Marks the signatures that hold a reasoning item. Its beginning is what `isOwnSignature` knows. */
const mark = 'sw-responses:';

/**
 * The signature that carries a reasoning item to the client and back: the mark and base64url of a JSON object. '' for an
 * item without encrypted content, since nothing is stored upstream and its id alone means nothing.
 */
export function reasoningSignature(item: JsonObject, model: string): string {
  const encrypted = stringAt(item, 'encrypted_content') ?? '';
  if (encrypted === '') {
    return '';
  }
  const json = JSON.stringify({ model, id: stringAt(item, 'id') ?? '', encrypted });
  return mark + Buffer.from(json).toString('base64url');
}

/** The reasoning item of a thinking block for this model; undefined for the thinking of everybody else. */
export function reasoningItem(
  block: { readonly thinking: string; readonly signature: string },
  model: string,
): JsonObject | undefined {
  const { signature } = block;
  if (!signature.startsWith(mark)) {
    return undefined;
  }
  const carried = parseJson(Buffer.from(signature.slice(mark.length), 'base64url').toString());
  const id = stringAt(carried, 'id') ?? '';
  const encrypted = stringAt(carried, 'encrypted') ?? '';
  // What another model encrypted would be a 400 `invalid_encrypted_content`, and so the end of the conversation.
  if (encrypted === '' || stringAt(carried, 'model') !== model) {
    return undefined;
  }
  return {
    type: 'reasoning',
    // An empty one is refused.
    ...(id === '' ? {} : { id }),
    summary: block.thinking === '' ? [] : [{ type: 'summary_text', text: block.thinking }],
    encrypted_content: encrypted,
  };
}
