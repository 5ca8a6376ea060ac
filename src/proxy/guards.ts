import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { AnthropicErrorType } from './failure';
import type { ServerLimits } from './limits';

/** Why a request is turned away before it is served. */
export interface Refusal {
  readonly status: number;
  readonly errorType: AnthropicErrorType;
  readonly message: string;
  /** For the log: what was wrong, in two words. */
  readonly reason: string;
  /** Set where the same request may be served later; clients stop at once where it is not. */
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is known of a request before its body is read. */
export type RequestHead = Pick<IncomingMessage, 'url' | 'headers' | 'rawHeaders' | 'httpVersion'>;

/** All that is asked of a request whoever sent it: that it has one meaning only, and that it comes from no web page. */
export function checkHead(
  head: RequestHead,
  port: number,
  limits: ServerLimits,
): Refusal | undefined {
  return (
    checkVersion(head) ??
    checkSize(head, limits) ??
    checkRepeated(head) ??
    checkTransferEncoding(head) ??
    checkHost(head.headers, port) ??
    checkBrowser(head.headers) ??
    checkExpectation(head.headers)
  );
}

/** The parser knows 0.9 and 2.0 as well, which have no such requests. */
function checkVersion({ httpVersion }: RequestHead): Refusal | undefined {
  if (httpVersion === '1.1' || httpVersion === '1.0') return undefined;
  return badRequest(505, 'Switchyard speaks HTTP/1.1 only.', 'HTTP version');
}

function checkSize({ url = '', rawHeaders }: RequestHead, limits: ServerLimits) {
  const { maxTargetChars, maxHeaders } = limits;
  if (url.length > maxTargetChars) {
    const message = `The request target has more than ${maxTargetChars} characters, the most that Switchyard takes.`;
    return badRequest(414, message, 'target too long');
  }
  // Names and values alternate.
  if (rawHeaders.length / 2 <= maxHeaders) return undefined;
  const message = `The request has more than ${maxHeaders} headers, the most that Switchyard takes.`;
  return badRequest(431, message, 'too many headers');
}

/** Of these Node keeps the first or joins them all; another reader might believe the last. */
const singleHeaders: ReadonlySet<string> = new Set([
  'host',
  'origin',
  'authorization',
  'x-api-key',
  'content-type',
  'content-encoding',
  'content-length',
  'transfer-encoding',
  'expect',
]);

function checkRepeated({ rawHeaders }: RequestHead): Refusal | undefined {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (!singleHeaders.has(name)) continue;
    if (seen.has(name)) {
      return badRequest(400, `The request has more than one ${name} header.`, `two ${name}`);
    }
    seen.add(name);
  }
  return undefined;
}

/** The parser takes other codings before `chunked`, and `chunked` in HTTP/1.0, where others see no body. */
function checkTransferEncoding({ headers, httpVersion }: RequestHead): Refusal | undefined {
  const encoding = headers['transfer-encoding'];
  if (encoding === undefined) return undefined;
  if (encoding.toLowerCase() === 'chunked' && httpVersion === '1.1') return undefined;
  const message = 'Switchyard takes no transfer-encoding but “chunked”, in HTTP/1.1.';
  return badRequest(400, message, 'transfer-encoding');
}

/** A web page that reaches the port by a name of its own (DNS rebinding) shows that name here. */
function checkHost(headers: IncomingHttpHeaders, port: number): Refusal | undefined {
  const match = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?$/i.exec(headers.host ?? '');
  // Clients leave out the default port of HTTP.
  if (match !== null && Number(match[1] ?? 80) === port) return undefined;
  return forbidden(
    `Switchyard answers only to 127.0.0.1:${port} and localhost:${port}: the Host header names something else.`,
    'foreign Host',
  );
}

/** No agent is a web page. Pages get no CORS header either: there is nothing that they might be allowed. */
function checkBrowser(headers: IncomingHttpHeaders): Refusal | undefined {
  if (headers.origin !== undefined) {
    return forbidden(
      'Switchyard does not serve web pages: requests with an Origin header are refused.',
      'Origin header',
    );
  }
  // Browsers send it where a page has no Origin to show: for pictures, scripts, frames and links.
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'none') {
    return forbidden(
      'Switchyard does not serve web pages: requests with a Sec-Fetch-Site header are refused.',
      'Sec-Fetch-Site header',
    );
  }
  if (headers['access-control-request-method'] === undefined) return undefined;
  return forbidden('Switchyard does not serve web pages: it answers no preflight.', 'preflight');
}

function checkExpectation({ expect }: IncomingHttpHeaders): Refusal | undefined {
  if (expect === undefined || expect.toLowerCase() === '100-continue') return undefined;
  return badRequest(417, 'Switchyard meets no expectation but 100-continue.', 'expectation');
}

/**
 * Accepts the access token as `Authorization: Bearer` or `x-api-key`; compares in constant time. One of the two is
 * enough: clients send a leftover key of another service beside ours, and neither goes any further.
 */
export function checkAccessToken(
  headers: IncomingHttpHeaders,
  accessToken: string,
): Refusal | undefined {
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  const apiKey = headers['x-api-key'];
  const presented = [bearer, typeof apiKey === 'string' ? apiKey : undefined];
  // Both are always compared, so that the time tells nothing of which one was right.
  const expected = digest(accessToken);
  const matches = presented.map((token) => timingSafeEqual(digest(token ?? ''), expected));
  if (accessToken !== '' && matches.includes(true)) return undefined;
  const message =
    'This is not the access token of this Switchyard window. Open a new terminal in VS Code, or run “Switchyard: Copy Environment”.';
  return { status: 401, errorType: 'authentication_error', message, reason: 'access token' };
}

/** Equal digests instead of equal texts: both have one length, and how far they agree tells nothing of the text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Codex tries a WebSocket first; 426 makes it fall back at once, every other status costs it seven tries. */
export function checkUpgrade({ upgrade }: IncomingHttpHeaders): Refusal | undefined {
  // Other protocols (h2c) are only offered: the request is served as it is.
  if (upgrade?.toLowerCase() !== 'websocket') return undefined;
  const message = 'Switchyard speaks no WebSocket: send the request over HTTP.';
  const headers = { upgrade: 'HTTP/1.1', connection: 'close, upgrade' };
  const reason = 'WebSocket';
  return { status: 426, errorType: 'invalid_request_error', message, reason, headers };
}

const jsonType = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;

/** What a page may send without a preflight is no JSON; and nothing is ever unpacked. */
export function checkContentType(headers: IncomingHttpHeaders): Refusal | undefined {
  if (!jsonType.test(headers['content-type'] ?? '')) {
    const message = 'Send the request body as JSON, with “content-type: application/json”.';
    return badRequest(415, message, 'content-type');
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return undefined;
  const message =
    'Switchyard takes no compressed request bodies: leave out the content-encoding header.';
  return badRequest(415, message, 'content-encoding');
}

/** Nothing reads the body of a GET; reading it away would let anyone keep a connection busy. */
export function checkNoBody(headers: IncomingHttpHeaders): Refusal | undefined {
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) return undefined;
  return badRequest(400, 'This request takes no body.', 'unexpected body');
}

function badRequest(status: number, message: string, reason: string): Refusal {
  return { status, errorType: 'invalid_request_error', message, reason };
}

function forbidden(message: string, reason: string): Refusal {
  return { status: 403, errorType: 'permission_error', message, reason };
}
