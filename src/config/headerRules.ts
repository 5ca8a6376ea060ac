import { type Phrase, phrase } from '../proxy/phrase';
import { keyMark } from '../proxy/providerCall';
import { redact } from '../proxy/redact';

/** Why a header of a provider may not be sent; undefined when it may. */
export function headerFault(name: string, value: string): Phrase | undefined {
  if (!/^[\w!#$%&'*+.^`|~-]{1,100}$/.test(name)) {
    return phrase('A header name has letters, digits and “-”, and no spaces.');
  }
  const refused = refusedHeaders.get(name.toLowerCase());
  if (refused !== undefined) return refused;
  if (!/^[\x20-\x7e]{1,1000}$/.test(value)) {
    return phrase('A header value is one line of at most 1,000 plain characters.');
  }
  const rest = value.replaceAll(keyMark, '');
  if (rest.includes('${')) return phrase('Only {0} has a meaning in a header.', keyMark);
  if (looksLikeKey(rest)) return keysBelongElsewhere;
  if (carriesKey.test(name) && rest === value) return keysBelongElsewhere;
  return undefined;
}

/** Why a query parameter of a provider may not be sent; undefined when it may. */
export function queryFault(name: string, value: string): Phrase | undefined {
  if (name === '' || name.length > 100 || value.length > 1_000) {
    return phrase('A query parameter has a name, and a value of at most 1,000 characters.');
  }
  if (/\p{Cc}/u.test(name + value)) return phrase('A query parameter has no line breaks.');
  if (value.includes('${') || carriesKey.test(name) || looksLikeKey(value)) {
    return phrase(
      'No key travels in a URL, which many logs keep; send it in a header that holds {0}.',
      keyMark,
    );
  }
  return undefined;
}

const keysBelongElsewhere = phrase(
  'A key never stands in the settings: write {0} in its place, and set the key with “Switchyard: Set API Key”.',
  keyMark,
);

const breaksRequests = phrase(
  'Switchyard sets this header itself; another value would break the request or its answer.',
);

const carriesLogin = phrase('Switchyard sends no logins but the API key of the provider.');

const refusedHeaders: ReadonlyMap<string, Phrase> = new Map([
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
  ...['cookie', 'set-cookie', 'proxy-authorization'].map((name) => [name, carriesLogin] as const),
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
