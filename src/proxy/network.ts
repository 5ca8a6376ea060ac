import { BlockList, isIP } from 'node:net';
import { type Phrase, phrase } from './phrase';

/** VS Code's settings for HTTP. They win over the variables of the environment. */
export interface NetworkSettings {
  /** `http.proxy`; empty when unset. */
  readonly proxy: string;
  /** `http.proxyAuthorization`, the value of a header; empty when unset. A secret. */
  readonly proxyAuthorization: string;
  /** `http.noProxy` */
  readonly noProxy: readonly string[];
  /** `http.proxySupport` is `off`: no proxy at all, whatever the environment says. */
  readonly isProxyOff: boolean;
  /** `http.proxyStrictSSL` */
  readonly verifiesCertificates: boolean;
  /** `http.systemCertificates` */
  readonly trustsSystem: boolean;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A proxy between us and the upstreams, as companies have them. Not to be confused with Switchyard. */
export interface WebProxy {
  readonly protocol: ProxyProtocol;
  readonly hostname: string;
  readonly port: number;
  /** For people, without credentials: `http://proxy.example:3128`. */
  readonly address: string;
  /** The value of `Proxy-Authorization`. A secret. */
  readonly authorization: string | undefined;
  /** For SOCKS. A secret. */
  readonly login: Login | undefined;
}

export type ProxyProtocol = 'http:' | 'https:' | 'socks5:';

export interface Login {
  readonly username: string;
  readonly password: string;
}

/** How a URL is reached. */
export type Way =
  | { readonly by: 'direct' }
  | { readonly by: 'proxy'; readonly proxy: WebProxy }
  /** The proxy that is set cannot be used; going around it is not for us to decide. */
  | { readonly by: 'nothing'; readonly detail: Phrase };

/** Everything that decides how upstreams are reached, read once from settings and environment. */
export interface Network {
  wayTo(url: URL): Way;
  readonly verifiesCertificates: boolean;
  readonly trustsSystem: boolean;
  /** Files of certificates that the environment names, in PEM form. */
  readonly extraCertificatesFile: string | undefined;
  readonly systemCertificatesFile: string | undefined;
  /** What must not appear in any log. */
  readonly secrets: readonly string[];
}

/**
 * Reads the network from VS Code's settings, where there are any, and from the variables that other programs obey:
 * `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY` in either case, `NODE_EXTRA_CA_CERTS`, `NODE_USE_SYSTEM_CA`,
 * `SSL_CERT_FILE`. Loopback addresses are always reached directly.
 */
export function readNetwork(environment: Environment, settings?: NetworkSettings): Network {
  const variable = (name: string) => environment[name.toLowerCase()] ?? environment[name] ?? '';
  const isDirect = directRule(
    settings !== undefined && settings.noProxy.length > 0
      ? settings.noProxy
      : variable('NO_PROXY').split(/[,\s]+/),
  );
  const forHttp = variable('HTTP_PROXY') || variable('ALL_PROXY');
  const inEnvironment = { 'http:': forHttp, 'https:': variable('HTTPS_PROXY') || forHttp };
  const ways = new Map<string, Way>();
  const isDirectByOrigin = new Map<string, boolean>();
  // Asked several times for each request, and a range of addresses takes a while to look up.
  function isKnownDirect(url: URL): boolean {
    const known = isDirectByOrigin.get(url.origin);
    if (known !== undefined) return known;
    const found = isDirect(url);
    isDirectByOrigin.set(url.origin, found);
    return found;
  }
  function proxied(protocol: 'http:' | 'https:'): Way {
    const address = settings?.proxy || inEnvironment[protocol];
    const known = ways.get(address);
    if (known !== undefined) return known;
    const way = readProxy(address, settings?.proxyAuthorization);
    ways.set(address, way);
    return way;
  }
  const both = (['http:', 'https:'] as const).map(proxied);
  return {
    wayTo(url) {
      if (settings?.isProxyOff === true || isKnownDirect(url)) return { by: 'direct' };
      return proxied(url.protocol === 'http:' ? 'http:' : 'https:');
    },
    verifiesCertificates: settings?.verifiesCertificates ?? true,
    trustsSystem: settings?.trustsSystem ?? environment['NODE_USE_SYSTEM_CA'] === '1',
    extraCertificatesFile: environment['NODE_EXTRA_CA_CERTS'] || undefined,
    systemCertificatesFile: environment['SSL_CERT_FILE'] || undefined,
    secrets: [
      ...(settings?.proxyAuthorization ? [settings.proxyAuthorization] : []),
      ...both.flatMap((way) => (way.by === 'proxy' ? secretsOf(way.proxy) : [])),
    ],
  };
}

function secretsOf({ authorization, login }: WebProxy): readonly string[] {
  return [authorization, login?.password].filter((secret) => secret !== undefined);
}

/** An address without a scheme is meant as http, as curl takes it. */
function readProxy(value: string, authorization: string | undefined): Way {
  if (value === '') return { by: 'direct' };
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const known = schemes.get(url?.protocol ?? '');
  if (url === undefined || known === undefined || url.hostname === '') {
    // Without the value itself, which may hold a password.
    const detail = phrase(
      'the proxy in the setting http.proxy or the variable HTTPS_PROXY is not an address like http://host:port (http, https or socks5)',
    );
    return { by: 'nothing', detail };
  }
  const { protocol, defaultPort } = known;
  const port = url.port === '' ? defaultPort : Number(url.port);
  const login = loginIn(url);
  return {
    by: 'proxy',
    proxy: {
      protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port,
      address: `${protocol}//${url.hostname}:${port}`,
      authorization: authorization || (login && basic(login)),
      login,
    },
  };
}

const socks = { protocol: 'socks5:', defaultPort: 1080 } as const;

/** `socks5h` has the proxy look the names up, which we always do. */
const schemes = new Map<string, { protocol: ProxyProtocol; defaultPort: number }>([
  ['http:', { protocol: 'http:', defaultPort: 80 }],
  ['https:', { protocol: 'https:', defaultPort: 443 }],
  ['socks:', socks],
  ['socks5:', socks],
  ['socks5h:', socks],
]);

function loginIn({ username, password }: URL): Login | undefined {
  if (username === '' && password === '') return undefined;
  return { username: decoded(username), password: decoded(password) };
}

function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Which addresses need no proxy. A name stands for itself and everything below it, with or without `.` or `*.` before it;
 * `name:port` for one port; `10.0.0.0/8` for a range of addresses; `*` for everything.
 */
function directRule(names: readonly string[]): (url: URL) => boolean {
  const entries = names.map((name) => name.trim().toLowerCase()).filter((name) => name !== '');
  if (entries.includes('*')) return () => true;
  const ranges = new BlockList();
  ranges.addSubnet('127.0.0.0', 8, 'ipv4');
  ranges.addAddress('::1', 'ipv6');
  for (const entry of entries) addRange(ranges, entry);
  const rules = entries.map(readName);
  return (url) => {
    const hostname = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
    if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true;
    const family = isIP(hostname);
    if (family !== 0 && ranges.check(hostname, family === 4 ? 'ipv4' : 'ipv6')) return true;
    const port = url.port === '' ? (url.protocol === 'http:' ? '80' : '443') : url.port;
    return rules.some(
      (rule) =>
        (rule.port === undefined || rule.port === port) &&
        (hostname === rule.name || hostname.endsWith(`.${rule.name}`)),
    );
  };
}

function readName(entry: string): { readonly name: string; readonly port: string | undefined } {
  const [, host = entry, port] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  return { name: host.replace(/^\*?\./, '').replace(/^\[|\]$/g, ''), port };
}

function addRange(ranges: BlockList, entry: string): void {
  const [address = '', bits = ''] = entry.split('/', 2);
  const family = isIP(address);
  const length = Number(bits);
  if (family === 0 || !/^\d+$/.test(bits) || length > (family === 4 ? 32 : 128)) return;
  ranges.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
}
