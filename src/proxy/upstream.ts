import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import connect from 'undici/lib/api/api-connect.js';
import request from 'undici/lib/api/api-request.js';
import symbols from 'undici/lib/core/symbols.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';
import { mendPausedParsers } from './pausedParsers';
import { cleanForPerson } from './redact';

// undici's root module, which we must not load, gives its classes this method; tunnels through a proxy call it.
Object.assign(Dispatcher.prototype, { connect });

/** One HTTP call to an upstream. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Aborts the call and, once headers are there, the body. */
  readonly signal: AbortSignal;
}

export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** Throws when the connection breaks. Must be read or destroyed. */
  readonly body: AsyncIterable<Uint8Array>;
  destroy(): void;
}

export type SendResult =
  | { readonly ok: true; readonly response: UpstreamResponse }
  | {
      readonly ok: false;
      readonly reason: 'connectTimeout' | 'unreachable' | 'broken' | 'cancelled';
      readonly detail: string;
    };

export type Send = (upstreamRequest: UpstreamRequest) => Promise<SendResult>;

export interface Upstream {
  readonly send: Send;
  /** Lets running calls finish, then frees the connections. */
  retire(): Promise<void>;
  /** Frees everything at once. */
  destroy(): Promise<void>;
}

/**
 * Creates the HTTP client for upstreams: own connections, redirects never followed, and none of undici's default
 * 300 s limits, which would kill a healthy stream; deadlines belong to the attempt. Goes through the HTTP proxy that
 * `environment` names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), never for loopback addresses.
 */
export function createUpstream(
  connectTimeoutMs: number,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Upstream {
  const variable = (name: string) => environment[name] ?? environment[name.toUpperCase()] ?? '';
  const httpProxy = proxyUrl(variable('http_proxy'));
  const httpsProxy = variable('https_proxy') === '' ? httpProxy : proxyUrl(variable('https_proxy'));
  if (httpProxy === undefined || httpsProxy === undefined) return unusable(badProxyDetail);
  const agent = new EnvHttpProxyAgent({
    connect: { timeout: connectTimeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
    // Below the 5 s after which many servers close an idle connection, so that a reused one is rarely stale.
    keepAliveTimeout: 4_000,
    maxHeaderSize: 64 * 1024,
    httpProxy,
    httpsProxy,
    noProxy: [variable('no_proxy'), ...loopbackNames].filter((names) => names !== '').join(','),
  });
  const stopMending = mendPausedParsers(symbols.kParser);
  return {
    send: (upstreamRequest) => send(agent, upstreamRequest),
    retire: () => agent.close().finally(stopMending),
    destroy: () => agent.destroy().finally(stopMending),
  };
}

const badProxyDetail =
  'the HTTP proxy in HTTP_PROXY, HTTPS_PROXY or the setting http.proxy is not an address like http://host:port';

/** An address without a scheme is meant as http, as curl takes it; undefined when it is none at all. */
function proxyUrl(value: string): string | undefined {
  if (value === '') return '';
  const url = /^[a-z]+:\/\//i.test(value) ? value : `http://${value}`;
  return URL.canParse(url) && /^https?:/i.test(url) ? url : undefined;
}

function unusable(detail: string): Upstream {
  return {
    send: () => Promise.resolve({ ok: false, reason: 'unreachable', detail }),
    retire: () => Promise.resolve(),
    destroy: () => Promise.resolve(),
  };
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]'];

async function send(
  agent: EnvHttpProxyAgent,
  upstreamRequest: UpstreamRequest,
): Promise<SendResult> {
  try {
    const response = await request.call(agent, {
      origin: new URL(upstreamRequest.url).origin,
      path: pathOf(upstreamRequest.url),
      method: upstreamRequest.method,
      headers: { ...upstreamRequest.headers },
      body: upstreamRequest.body ?? null,
      signal: upstreamRequest.signal,
      // Beyond this the upstream waits for the client. undici reads 64 kB at a time whatever it says here.
      highWaterMark: 16 * 1024,
    });
    // A late transport error must never be unhandled: the reader may already have left.
    response.body.on('error', () => {});
    const headers = flatten(response.headers);
    const body = decompress(response.body, headers['content-encoding']);
    return {
      ok: true,
      response: {
        status: response.statusCode,
        headers,
        body,
        destroy: () => {
          body.destroy();
        },
      },
    };
  } catch (error) {
    return { ok: false, ...explain(error, upstreamRequest.signal) };
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** We ask for no compression; some upstreams compress all the same. */
function decompress(body: Readable, encoding: string | undefined): Readable {
  const decoder = decoders.get(encoding?.trim().toLowerCase() ?? '');
  if (decoder === undefined) return body;
  const decoded = decoder();
  // As for the body: nobody may be left to hear that what was destroyed did not decompress to its end.
  decoded.on('error', () => {});
  body.on('error', (error) => decoded.destroy(error));
  decoded.on('close', () => body.destroy());
  return body.pipe(decoded);
}

const decoders: ReadonlyMap<string, () => ReturnType<typeof createGunzip>> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
]);

type Refusal = Omit<Extract<SendResult, { ok: false }>, 'ok'>;

function explain(error: unknown, signal: AbortSignal): Refusal {
  if (signal.aborted) return { reason: 'cancelled', detail: 'cancelled' };
  const code = errorCode(error);
  const detail = inWords(error, code);
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return { reason: 'connectTimeout', detail };
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
  [/SELF_SIGNED|UNABLE_TO_|CERT_UNTRUSTED/, 'its certificate is not trusted on this machine'],
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
