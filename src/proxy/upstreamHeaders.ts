import { placesKey } from './providerCall';
import type { Target, WireFormat } from './types';

/** The headers of one call, but for those of the settings. Nothing of the client's own goes along but what is named here. */
export function upstreamHeaders(
  target: Target,
  sender: { readonly version: string; readonly apiKey: string | undefined },
  request: { readonly stream: boolean; readonly sessionId: string },
): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: request.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    // OpenCode localises its error messages; the classifier reads English.
    'accept-language': 'en',
    'user-agent': userAgent(sender.version),
    // OpenCode Go refuses requests without it, and keeps a conversation on one warm cache with it.
    'x-opencode-session': request.sessionId,
    ...(placesKey(target.provider) ? {} : keyHeader(target.wireFormat, sender.apiKey)),
  };
}

export function userAgent(version: string): string {
  return `switchyard/${version}`;
}

/** The header in which an endpoint of this format reads the key. */
export function keyHeader(format: WireFormat, apiKey: string | undefined): Record<string, string> {
  if (apiKey === undefined) return {};
  switch (format) {
    case 'anthropic-messages':
      // OpenCode's /messages reads the key here only; a Bearer there is a 401 that looks like a bad key.
      return { 'x-api-key': apiKey };
    case 'gemini':
      return { 'x-goog-api-key': apiKey };
    case 'openai-chat':
    case 'openai-responses':
      return { authorization: `Bearer ${apiKey}` };
  }
}
