import { type Phrase, phrase, render, type Words } from './phrase';
import { cleanForPerson } from './redact';

/** Why a connection did not come about or broke, as the transport tells it. */
export interface TransportError {
  /** `untrusted`: the chain of certificates ends at an authority that is not known here. */
  readonly reason: 'connectTimeout' | 'unreachable' | 'untrusted' | 'broken';
  readonly detail: Words;
}

/** Why a connection did not come about, in words of ours. */
export class WordedError extends Error {
  readonly words: Phrase;

  constructor(words: Phrase) {
    super(render(words));
    this.words = words;
  }
}

/** Reads what undici and Node throw. */
export function readTransportError(error: unknown): TransportError {
  const code = errorCode(error);
  const detail = inWords(error, code);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return { reason: 'connectTimeout', detail };
  if (code !== undefined && untrustedCodes.test(code)) return { reason: 'untrusted', detail };
  // The connection stood: the upstream broke it, which says nothing about its address.
  // Somebody answered, though not in HTTP. Most errors of the parser carry no code.
  if (isParserError(error) || (code !== undefined && brokenCodes.test(code))) {
    return { reason: 'broken', detail };
  }
  return { reason: 'unreachable', detail };
}

const brokenCodes =
  /^(UND_ERR_(SOCKET|CLOSED|DESTROYED|HEADERS|RES_|REQ_|INVALID)|ECONNRESET$|EPIPE$|HPE_)/;

const untrustedCodes =
  /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|CERT_(UNTRUSTED|SIGNATURE_FAILURE)/;

/** What a person can do something with; the code stays beside it for a search. */
function inWords(error: unknown, code: string | undefined): Words {
  if (error instanceof WordedError) return error.words;
  // Certificates and broken heads are quoted in it.
  const told = cleanForPerson(foreignWords(error), 300);
  if (code === undefined) return isParserError(error) ? notHttp(told) : failed(told);
  const words =
    transportWords.find(([pattern]) => pattern.test(code))?.[1] ??
    aboutForeignWords.find(([pattern]) => pattern.test(code))?.[1](told) ??
    failed(told);
  return phrase('{0} ({1})', words, code);
}

function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError';
}

/** OpenSSL's own words stand in `reason`; its message names lines of its sources. */
function foreignWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

function failed(told: string): Phrase {
  return phrase('the connection failed: “{0}”', told);
}

function notHttp(told: string): Phrase {
  return phrase('it did not answer in HTTP: “{0}”', told);
}

/** For what a person seldom meets, by the kind of the code. */
const aboutForeignWords: readonly (readonly [RegExp, (told: string) => Phrase])[] = [
  [
    /CERT_|CRL_|^INVALID_(CA|PURPOSE)$|^PATH_LENGTH_EXCEEDED$/,
    (told) => phrase('its certificate is not accepted: “{0}”', told),
  ],
  [
    /^(ERR_SSL_|ERR_TLS_|EPROTO$)/,
    (told) => phrase('no encrypted connection came about: “{0}”', told),
  ],
];

const transportWords: readonly (readonly [RegExp, Phrase])[] = [
  [/^ECONNREFUSED$/, phrase('nothing listens there')],
  [/^ENOTFOUND$/, phrase('there is no host of that name')],
  [/^EAI_AGAIN$/, phrase('its name cannot be looked up now')],
  [/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN)$/, phrase('the network does not lead there')],
  [/^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/, phrase('the connection was not accepted in time')],
  [/^(UND_ERR_SOCKET|ECONNRESET|EPIPE)$/, phrase('the connection was closed')],
  [untrustedCodes, phrase('its certificate is signed by an authority that is not known here')],
  [/UNABLE_TO_/, phrase('its certificate cannot be verified')],
  [/^CERT_HAS_EXPIRED$/, phrase('its certificate has expired')],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, phrase('its certificate is for another host')],
  [/^CERT_NOT_YET_VALID$/, phrase('its certificate is not valid yet, or the clock is slow here')],
  [/^CERT_REVOKED$/, phrase('its certificate has been revoked')],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/,
    phrase('it does not speak TLS, as https needs'),
  ],
  [
    /^ERR_SSL_.*(PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL)$/,
    phrase('it speaks no version of TLS that is safe'),
  ],
  [
    /^ERR_SSL_.*CERTIFICATE_REQUIRED$/,
    phrase('it asks for a client certificate, which Switchyard cannot send'),
  ],
  [/^HPE_/, phrase('it did not answer in HTTP')],
];

function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Connection attempts over several addresses fail with one error that holds the others.
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return errorCode(error.cause);
}
