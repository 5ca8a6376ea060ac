import { EventEmitter } from 'node:events';
import type { Clock } from '../../src/proxy/clock';
import type { KeyOrigins } from '../../src/proxy/keyOrigins';
import type { ServerLimits } from '../../src/proxy/limits';
import type { Environment, NetworkSettings } from '../../src/proxy/network';
import type { Notice, ProxyReport } from '../../src/proxy/protocol';
import { createProxy, type SwitchyardProxy } from '../../src/proxy/proxy';
import type { RequestTrace } from '../../src/proxy/requestTrace';
import type { ApiKeys, ProxySettings } from '../../src/proxy/types';
import { plainNetwork } from './plainNetwork';

export const testToken = 'test-access-token-0123456789abcdef';

export interface TestProxy {
  readonly proxy: SwitchyardProxy;
  readonly url: string;
  readonly logs: string[];
  readonly notices: Notice[];
  readonly reports: ProxyReport[];
  /** What would be kept for the next session. */
  readonly rests: unknown[];
  /** Every state of every request's trace, as told. */
  readonly traces: RequestTrace[];
  /** The trace of the next request that ends. */
  nextEnded(): Promise<RequestTrace>;
  configure(change: {
    settings?: Partial<ProxySettings>;
    keys?: ApiKeys;
    network?: NetworkSettings;
    /** Where keys may go; everywhere by default. */
    keyOrigins?: KeyOrigins;
  }): void;
  /** POST /v1/messages with the access token. */
  post(body: object | string, options?: RequestOptions): Promise<Response>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

interface RequestOptions {
  readonly headers?: Record<string, string>;
  readonly path?: string;
  readonly signal?: AbortSignal;
}

export interface TestProxyOptions {
  readonly settings?: Partial<ProxySettings>;
  readonly keys?: ApiKeys;
  readonly clock?: Clock;
  readonly network?: NetworkSettings;
  /** Default: that of the process. */
  readonly environment?: Environment;
  /** What an earlier session kept. */
  readonly rests?: unknown;
  readonly limits?: Partial<ServerLimits>;
}

export const plainSettings: ProxySettings = {
  providers: {},
  scenarios: {},
  modelOverrides: {},
  onAuthError: 'stop',
  timeouts: { connectMs: 5_000, firstTokenMs: 120_000, idleMs: 180_000 },
};

/** The real proxy on a free loopback port, without a worker around it. */
export async function startTestProxy(options: TestProxyOptions = {}): Promise<TestProxy> {
  const logs: string[] = [];
  const notices: Notice[] = [];
  const reports: ProxyReport[] = [];
  const rests: unknown[] = [];
  const traces: RequestTrace[] = [];
  const ended = new EventEmitter<{ trace: [RequestTrace] }>();
  const proxy = createProxy({
    write: (level, message) => logs.push(`[${level}] ${message}`),
    onNotice: (notice) => notices.push(notice),
    onReport: (report) => reports.push(report),
    onRests: (kept) => rests.push(kept),
    onTrace(trace) {
      traces.push(trace);
      if (trace.outcome !== undefined) ended.emit('trace', trace);
    },
    random: () => 0.5,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
  });
  let settings: ProxySettings = { ...plainSettings, ...options.settings };
  let keys: ApiKeys = options.keys ?? {};
  let network: NetworkSettings = options.network ?? plainNetwork;
  proxy.configure({ version: '9.9.9', settings, keys, network, rests: options.rests });
  const port = await proxy.listen(0, testToken);
  const url = `http://127.0.0.1:${port}`;
  const call = (path: string, init: RequestInit = {}) =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${testToken}`, ...headersOf(init) },
    });
  return {
    proxy,
    url,
    logs,
    notices,
    reports,
    rests,
    traces,
    nextEnded: () => new Promise((resolve) => ended.once('trace', resolve)),
    configure(change) {
      settings = { ...settings, ...change.settings };
      keys = change.keys ?? keys;
      network = change.network ?? network;
      const { keyOrigins } = change;
      const origins = keyOrigins === undefined ? {} : { keyOrigins };
      proxy.configure({ version: '9.9.9', settings, keys, network, ...origins });
    },
    fetch: call,
    post(body, { headers = {}, path = '/v1/messages', signal } = {}) {
      return call(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          'anthropic-version': '2023-06-01',
          ...headers,
        },
        ...(signal === undefined ? {} : { signal }),
      });
    },
    close: () => proxy.dispose(),
  };
}

function headersOf(init: RequestInit): Record<string, string> {
  return Object.fromEntries(new Headers(init.headers ?? {}).entries());
}
