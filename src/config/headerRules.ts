import { keyMark } from '../proxy/providerCall';
import { redact } from '../proxy/redact';

/** Why a header of a provider may not be sent, as a sentence; undefined when it may. */
export function headerFault(name: string, value: string): string | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name)) {
    return 'A header name has letters, digits and “-”, and no spaces.';
  }
  const refused = refusedHeaders.get(name.toLowerCase());
  if (refused !== undefined) return refused;
  if (!/^[\x20-\x7e]{1,1000}$/.test(value)) {
    return 'A header value is one line of at most 1,000 plain characters.';
  }
  const rest = value.replaceAll(keyMark, '');
  if (rest.includes('${')) return `Only ${keyMark} has a meaning in a header.`;
  if (looksLikeKey(rest)) return keysBelongElsewhere;
  if (carriesKey.test(name) && rest === value) return keysBelongElsewhere;
  return undefined;
}

/** Why a query parameter of a provider may not be sent, as a sentence; undefined when it may. */
export function queryFault(name: string, value: string): string | undefined {
  if (name === '' || name.length > 100 || value.length > 1_000) {
    return 'A query parameter has a name, and a value of at most 1,000 characters.';
  }
  if (/\p{Cc}/u.test(name + value)) return 'A query parameter has no line breaks.';
  if (value.includes('${') || carriesKey.test(name) || looksLikeKey(value)) {
    return `No key travels in a URL, which many logs keep; send it in a header that holds ${keyMark}.`;
  }
  return undefined;
}

const keysBelongElsewhere = `A key never stands in the settings: write ${keyMark} in its place, and set the key with “Switchyard: Set API Key”.`;

const breaksRequests =
  'Switchyard sets this header itself; another value would break the request or its answer.';

const refusedHeaders: ReadonlyMap<string, string> = new Map([
  ...[
    'accept',
    'accept-encoding',
    'connection',
    'content-encoding',
    'content-length',
    'content-type',
    'expect',
    'host',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
  ].map((name) => [name, breaksRequests] as const),
  ...['cookie', 'set-cookie', 'proxy-authorization'].map(
    (name) => [name, 'Switchyard sends no logins but the API key of the provider.'] as const,
  ),
]);

/** Names of headers and query parameters that hold nothing but keys. */
const carriesKey =
  /^(?:key|sig|signature)$|(?:^|[-_])(?:authorization|(?:api|access|auth|subscription)[-_]?key|token|secret|password)$/i;

/** Keys of the well-known forms, and long runs of letters and digits that no name or version has. */
function looksLikeKey(value: string): boolean {
  if (redact(value) !== value || /\beyJ[\w-]{10,}\.[\w-]+/.test(value)) return true;
  const runs: readonly string[] = value.match(/[A-Za-z0-9+/=_]{40,}/g) ?? [];
  return runs.some((run) => /[A-Za-z]/.test(run) && /\d/.test(run));
}
