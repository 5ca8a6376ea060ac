import type { Target, WireFormat } from './types';
import { codecs } from './wire/formats';

/** The other wire format that we can write, for an upstream that refused the target's own. */
export function otherFormat(target: Target): WireFormat | undefined {
  const order: readonly WireFormat[] = [
    'openai-chat',
    'anthropic-messages',
    'openai-responses',
    'gemini',
  ];
  return order.find((format) => format !== target.wireFormat && codecs[format] !== undefined);
}
