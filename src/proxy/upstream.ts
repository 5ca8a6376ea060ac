import type { Readable } from 'node:stream';
import tls from 'node:tls';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import symbols from 'undici/lib/core/symbols.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { certificateCure, trustedAuthorities } from './certificates';
import type { Logger } from './log';
import type { Network, WebProxy } from './network';
import { mendPausedParsers } from './pausedParsers';
import { phrase, type Words } from './phrase';
import { readTransportError } from './transportError';
import { credentialsWanted, openTunnel, proxyUnreachable, TunnelError } from './tunnel';

/** One HTTP call to an upstream. */
export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or its bytes in UTF-8. */
  readonly body?: string | Uint8Array;
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
      readonly reason:
        | 'connectTimeout'
        | 'unreachable'
        | 'broken'
        | 'cancelled'
        /** What stands between us and the upstream does not let us through, and waiting will not change that. */
        | 'networkRefused';
      readonly detail: Words;
      /** The address of the proxy that failed, where everything behind it shares the fate. */
      readonly proxy?: string;
    };

export type Send = (upstreamRequest: UpstreamRequest) => Promise<SendResult>;

export interface Upstream {
  readonly send: Send;
  /** Lets running calls finish, then frees the connections. */
  retire(): Promise<void>;
  /** Frees everything at once. */
  destroy(): Promise<void>;
}

export interface UpstreamOptions {
  readonly connectTimeoutMs: number;
  readonly network: Network;
  readonly log: Logger;
}

/**
 * Creates the HTTP client for upstreams: own connections, redirects never followed, and none of undici's default
 * 300 s limits, which would kill a healthy stream; deadlines belong to the attempt. Goes through the proxies and trusts the
 * certificates that `network` names; what it is made of is its own, so that nobody else's connections change.
 */
export function createUpstream(options: UpstreamOptions): Upstream {
  const { network } = options;
  const connectors = createConnectors(options);
  const limits = {
    headersTimeout: 0,
    bodyTimeout: 0,
    // Below the 5 s after which many servers close an idle connection, so that a reused one is rarely stale.
    keepAliveTimeout: 4_000,
    maxHeaderSize: 64 * 1024,
  };
  const direct = new Agent({ ...limits, connect: connectors.direct });
  const tunnelled = new Agent({ ...limits, connect: connectors.tunnelled });
  const both = [direct, tunnelled];
  const stopMending = mendPausedParsers(symbols.kParser);
  return {
    async send(upstreamRequest) {
      const url = new URL(upstreamRequest.url);
      const way = network.wayTo(url);
      if (way.by === 'nothing') return { ok: false, reason: 'networkRefused', detail: way.detail };
      if (way.by === 'proxy' && isForwarded(url, way.proxy)) {
        return forward(direct, upstreamRequest, way.proxy);
      }
      return exchange(way.by === 'direct' ? direct : tunnelled, upstreamRequest, {
        origin: url.origin,
        path: url.pathname + url.search,
        explain: (error) => explain(error, network),
      });
    },
    async retire() {
      await Promise.all(both.map((agent) => agent.close())).finally(stopMending);
    },
    async destroy() {
      await Promise.all(both.map((agent) => agent.destroy())).finally(stopMending);
    },
  };
}

interface Connectors {
  readonly direct: buildConnector.connector;
  readonly tunnelled: buildConnector.connector;
}

function createConnectors({ connectTimeoutMs, network, log }: UpstreamOptions): Connectors {
  const { verifiesCertificates } = network;
  const cure = certificateCure(network);
  const timeout = connectTimeoutMs;
  const plain = buildConnector({ timeout });
  let secureContext: tls.SecureContext | undefined;
  let secure: buildConnector.connector | undefined;
  // At the first need: reading a system's certificates takes a tenth of a second, and local upstreams need none.
  function readCertificates(): buildConnector.connector {
    const authorities = trustedAuthorities(network, log);
    secureContext = authorities && tls.createSecureContext({ ca: [...authorities] });
    const context = secureContext === undefined ? {} : { secureContext };
    return buildConnector({ timeout, rejectUnauthorized: verifiesCertificates, ...context });
  }
  const direct: buildConnector.connector = (to, callback) => {
    if (to.protocol !== 'https:') return plain(to, callback);
    secure ??= readCertificates();
    return secure(to, callback);
  };
  return {
    direct,
    tunnelled(to, callback) {
      const isSecure = to.protocol === 'https:';
      const port = to.port === '' ? (isSecure ? 443 : 80) : Number(to.port);
      const hostname = to.hostname.replace(/^\[|\]$/g, '');
      const way = network.wayTo(new URL(`${to.protocol}//${to.hostname}:${port}`));
      if (way.by !== 'proxy') return direct(to, callback);
      if (way.proxy.protocol === 'https:') secure ??= readCertificates();
      const limits = { timeoutMs: timeout, secureContext, verifiesCertificates, cure };
      void openTunnel(way.proxy, { hostname, port }, limits).then((tunnel) => {
        if (!tunnel.ok) callback(new TunnelError(tunnel.refusal), null);
        else if (isSecure) direct({ ...to, httpSocket: tunnel.socket }, callback);
        else callback(null, tunnel.socket);
      });
      return undefined;
    },
  };
}

/** Proxies seldom let tunnels through to other ports than 443, so that plain HTTP is handed over request by request. */
function isForwarded(url: URL, proxy: WebProxy): boolean {
  return url.protocol === 'http:' && proxy.protocol === 'http:';
}

const proxyLoginStatus = 407;

async function forward(
  agent: Agent,
  upstreamRequest: UpstreamRequest,
  proxy: WebProxy,
): Promise<SendResult> {
  const { host, href } = new URL(upstreamRequest.url);
  const login =
    proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization };
  const headers = { ...upstreamRequest.headers, host, ...login };
  const sent = await exchange(
    agent,
    { ...upstreamRequest, headers },
    {
      origin: proxy.address,
      path: href,
      explain(error) {
        const { reason, detail } = readTransportError(error);
        return reason === 'broken' ? { reason, detail } : proxyUnreachable(proxy, error);
      },
    },
  );
  if (!sent.ok || sent.response.status !== proxyLoginStatus) return sent;
  sent.response.destroy();
  const wanted = credentialsWanted(proxy, sent.response.headers['proxy-authenticate'] ?? '');
  return { ok: false, ...wanted };
}

function explain(error: unknown, network: Network): Refusal {
  if (error instanceof TunnelError) return error.refusal;
  const { reason, detail } = readTransportError(error);
  return reason === 'untrusted'
    ? { reason: 'networkRefused', detail: phrase('{0}. {1}', detail, certificateCure(network)) }
    : { reason, detail };
}

interface Exchange {
  readonly origin: string;
  readonly path: string;
  explain(error: unknown): Refusal;
}

async function exchange(
  agent: Agent,
  upstreamRequest: UpstreamRequest,
  { origin, path, explain }: Exchange,
): Promise<SendResult> {
  const { signal } = upstreamRequest;
  try {
    const response = await request.call(agent, {
      origin,
      path,
      method: upstreamRequest.method,
      headers: { ...upstreamRequest.headers },
      body: upstreamRequest.body ?? null,
      signal,
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
    if (signal.aborted) return { ok: false, reason: 'cancelled', detail: phrase('cancelled') };
    return { ok: false, ...explain(error) };
  }
}

type Refusal = Omit<Extract<SendResult, { ok: false }>, 'ok'>;

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
