import http from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import type { WebProxy } from './network';
import { type Phrase, phrase, render, type Words } from './phrase';
import { askSocks } from './socks';
import { readTransportError, WordedError } from './transportError';

/** A connection to `host:port` through a proxy, or why there is none. */
export type Tunnel =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly refusal: TunnelRefusal };

export interface TunnelRefusal {
  readonly reason: 'unreachable' | 'networkRefused';
  readonly detail: Phrase;
  /** The address of the proxy, where everything behind it shares the fate. */
  readonly proxy?: string;
}

/** Carries a refusal through undici, which knows errors only. */
export class TunnelError extends Error {
  readonly refusal: TunnelRefusal;

  constructor(refusal: TunnelRefusal) {
    super(render(refusal.detail));
    this.refusal = refusal;
  }
}

export interface TunnelOptions {
  readonly timeoutMs: number;
  /** For the TLS connection to an `https:` proxy. */
  readonly secureContext: SecureContext | undefined;
  readonly verifiesCertificates: boolean;
  /** What to do about a certificate that is not trusted. */
  readonly cure: Phrase;
}

export interface Destination {
  /** Without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** Opens a tunnel through the proxy. Never throws, and gives up after the time limit. */
export function openTunnel(
  proxy: WebProxy,
  to: Destination,
  options: TunnelOptions,
): Promise<Tunnel> {
  return proxy.protocol === 'socks5:'
    ? openSocksTunnel(proxy, to, options)
    : openHttpTunnel(proxy, to, options);
}

/** An answer of the proxy itself that asks for credentials, or for others than were given. */
export function credentialsWanted(proxy: WebProxy, authenticate: string): TunnelRefusal {
  const schemes = authenticate
    .split(/,(?=\s*[a-z]+(?:\s|,|$))/i)
    .map((challenge) => challenge.trim().split(/\s/, 1)[0] ?? '')
    .filter((scheme) => /^[a-z]+$/i.test(scheme));
  const isBasic = schemes.length === 0 || schemes.some((scheme) => /^basic$/i.test(scheme));
  return { reason: 'networkRefused', detail: credentialsDetail(), proxy: proxy.address };

  function credentialsDetail(): Phrase {
    const name = nameOf(proxy);
    if (!isBasic && proxy.authorization === undefined) {
      return phrase(
        '{0} asks for a login by {1}, which is not supported. Name a local relay that does it, like Px or Cntlm, in the setting http.proxy',
        name,
        schemes.reduce<Words>(
          (list, one) => (list === '' ? one : phrase('{0} or {1}', list, one)),
          '',
        ),
      );
    }
    return proxy.authorization === undefined
      ? phrase(
          '{0} asks for credentials. Give them in the setting http.proxy (http://user:password@host:port), in http.proxyAuthorization or in HTTPS_PROXY',
          name,
        )
      : phrase(
          '{0} does not accept the credentials that it is given. Correct them in the setting http.proxy or http.proxyAuthorization, or in HTTPS_PROXY',
          name,
        );
  }
}

/** The proxy could not be connected to. */
export function proxyUnreachable(proxy: WebProxy, error: unknown, cure?: Phrase): TunnelRefusal {
  const { reason, detail } = readTransportError(error);
  const said = phrase('{0} cannot be reached: {1}', nameOf(proxy), detail);
  if (reason !== 'untrusted') {
    return { reason: 'unreachable', detail: said, proxy: proxy.address };
  }
  const detailed = cure === undefined ? said : phrase('{0}. {1}', said, cure);
  return { reason: 'networkRefused', detail: detailed, proxy: proxy.address };
}

function openHttpTunnel(proxy: WebProxy, to: Destination, options: TunnelOptions): Promise<Tunnel> {
  return new Promise((resolve) => {
    const authority = `${net.isIPv6(to.hostname) ? `[${to.hostname}]` : to.hostname}:${to.port}`;
    const asked = (proxy.protocol === 'https:' ? https : http).request({
      method: 'CONNECT',
      host: proxy.hostname,
      port: proxy.port,
      path: authority,
      headers: {
        host: authority,
        ...(proxy.authorization === undefined
          ? {}
          : { 'proxy-authorization': proxy.authorization }),
      },
      agent: false,
      // Else Node takes the name in the Host header, which is the upstream's.
      servername: net.isIP(proxy.hostname) === 0 ? proxy.hostname : '',
      rejectUnauthorized: options.verifiesCertificates,
      ...(options.secureContext === undefined ? {} : { secureContext: options.secureContext }),
    });
    const end = (tunnel: Tunnel): void => {
      clearTimeout(timer);
      if (!tunnel.ok) asked.destroy();
      resolve(tunnel);
    };
    const timer = setTimeout(() => end(timedOut(proxy)), options.timeoutMs);
    asked.on('error', (error) => end(fail(proxyUnreachable(proxy, error, options.cure))));
    // Only what is no answer to CONNECT comes here.
    asked.on('response', () => end(fail(notHttp(proxy))));
    asked.on('connect', (answer, socket: Socket, head) => {
      const status = answer.statusCode ?? 0;
      if (status >= 200 && status < 300) {
        if (head.length > 0) socket.unshift(head);
        end({ ok: true, socket });
        return;
      }
      socket.on('error', () => {});
      socket.destroy();
      const authenticate = String(answer.headers['proxy-authenticate'] ?? '');
      end(
        fail(status === 407 ? credentialsWanted(proxy, authenticate) : refused(proxy, to, status)),
      );
    });
    asked.end();
  });
}

async function openSocksTunnel(
  proxy: WebProxy,
  to: Destination,
  options: TunnelOptions,
): Promise<Tunnel> {
  const socket = net.connect({ host: proxy.hostname, port: proxy.port });
  const timer = setTimeout(() => socket.destroy(new WordedError(tooSlow)), options.timeoutMs);
  try {
    const answer = await askSocks(socket, to, proxy.login);
    if (answer.outcome === 'open') return { ok: true, socket };
    socket.destroy();
    switch (answer.outcome) {
      case 'credentialsWanted':
        return fail(credentialsWanted(proxy, ''));
      case 'refused':
        return fail(
          answer.isOfHost ? notReached(proxy, answer.detail) : denied(proxy, to, answer.detail),
        );
    }
  } catch (error) {
    socket.destroy();
    return fail(proxyUnreachable(proxy, error, options.cure));
  } finally {
    clearTimeout(timer);
  }
}

const tooSlow = phrase('it did not answer in time');

function timedOut(proxy: WebProxy): Tunnel {
  return fail(proxyUnreachable(proxy, new WordedError(tooSlow)));
}

function fail(refusal: TunnelRefusal): Tunnel {
  return { ok: false, refusal };
}

function notHttp(proxy: WebProxy): TunnelRefusal {
  return proxyUnreachable(proxy, new WordedError(phrase('it did not answer as a proxy does')));
}

/** 4xx: it does not let us; 5xx: it tried. Neither says anything about other addresses. */
function refused(proxy: WebProxy, to: Destination, status: number): TunnelRefusal {
  const why = phrase('status {0}', status);
  return status >= 500 ? notReached(proxy, why) : denied(proxy, to, why);
}

function denied(proxy: WebProxy, to: Destination, why: Phrase): TunnelRefusal {
  const detail = phrase(
    '{0} does not allow connections to {1} ({2}). Ask those who run it to allow this address, or name it in http.noProxy if it can be reached directly',
    nameOf(proxy),
    `${to.hostname}:${to.port}`,
    why,
  );
  return { reason: 'networkRefused', detail };
}

function notReached(proxy: WebProxy, why: Phrase): TunnelRefusal {
  const detail = phrase('{0} could not connect to it ({1})', nameOf(proxy), why);
  return { reason: 'unreachable', detail };
}

function nameOf({ protocol, address }: WebProxy): Phrase {
  return phrase('the {0} proxy {1}', protocol === 'socks5:' ? 'SOCKS' : 'HTTP', address);
}
