import { cleanForPerson } from './redact';

/** Why a connection did not come about or broke, as the transport tells it. */
export interface TransportError {
  /** `untrusted`: the chain of certificates ends at an authority that is not known here. */
  readonly reason: 'connectTimeout' | 'unreachable' | 'untrusted' | 'broken';
  readonly detail: string;
}

/** Reads what undici and Node throw. */
export function readTransportError(error: unknown): TransportError {
  const code = errorCode(error);
  const detail = inWords(error, code);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return { reason: 'connectTimeout', detail };
  if (code !== undefined && untrustedCodes.test(code)) return { reason: 'untrusted', detail };
  // The connection stood: the upstream broke it, which says nothing about its address.
  // Somebody answered, though not in HTTP. Most errors of the parser carry no code.
  const isParserError = error instanceof Error && error.name === 'HTTPParserError';
  if (isParserError || (code !== undefined && brokenCodes.test(code))) {
    return { reason: 'broken', detail };
  }
  return { reason: 'unreachable', detail };
}

const brokenCodes =
  /^(UND_ERR_(SOCKET|CLOSED|DESTROYED|HEADERS|RES_|REQ_|INVALID)|ECONNRESET$|EPIPE$|HPE_)/;

const untrustedCodes =
  /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_(UNTRUSTED|SIGNATURE_FAILURE)/;

/** What a person can do something with; the code stays beside it for a search. */
function inWords(error: unknown, code: string | undefined): string {
  // Certificates and broken heads are quoted in it.
  const message = cleanForPerson(error instanceof Error ? error.message : String(error), 300);
  if (code === undefined) return message;
  const words = transportWords.find(([pattern]) => pattern.test(code))?.[1] ?? message;
  return `${words} (${code})`;
}

const transportWords: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there'],
  [/^ENOTFOUND$/, 'there is no host of that name'],
  [/^EAI_AGAIN$/, 'its name cannot be looked up now'],
  [/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/, 'the network does not lead there'],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, 'the connection was not accepted in time'],
  [/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/, 'the connection was closed'],
  [untrustedCodes, 'its certificate is signed by an authority that is not known here'],
  [/UNABLE_TO_/, 'its certificate cannot be verified'],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired'],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'its certificate is for another host'],
  [/^HPE_/, 'it did not answer in HTTP'],
];

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Connection attempts over several addresses fail with one error that holds the others.
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}
