import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from './clock';
import { checkAccessToken, checkHost, checkOrigin, type Refusal } from './guards';
import type { Logger } from './log';
import { cleanForPerson } from './redact';
import { createReply, noRetry, type Reply } from './reply';

/** What a client asked, read whole. */
export interface ClientRequest {
  /** Four hex digits, for the log. */
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Aborts when the client leaves before its answer is complete. */
  readonly signal: AbortSignal;
}

/** What answers one route, and how its clients expect errors to be worded. */
export interface RouteEntry {
  readonly handle: Handler;
  readonly errorBody: (type: string, message: string) => string;
}

export type Handler = (request: ClientRequest, reply: Reply) => Promise<void>;

export interface ServerOptions {
  readonly accessToken: string;
  /** `METHOD /path` → handler; the query is not part of the path. */
  readonly routes: Readonly<Record<string, RouteEntry>>;
  /** For requests that no route knows. */
  readonly errorBody: (type: string, message: string) => string;
  /** Routes that need no access token. */
  readonly openRoutes: ReadonlySet<string>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly maxBodyBytes?: number;
  readonly onActiveChange?: (activeRequests: number) => void;
}

export interface ProxyServer {
  /** Binds 127.0.0.1; rejects with the socket's error, EADDRINUSE above all. Resolves to the port. */
  listen(port: number): Promise<number>;
  /** Refuses new requests, waits for running ones up to `graceMs`, then frees the port. Asked again, the shorter wins. */
  close(graceMs: number): Promise<void>;
}

/** The HTTP server in front of everything: who may ask, what is a request, and when the client has left. */
export function createProxyServer(options: ServerOptions): ProxyServer {
  const state: ServerState = { options, port: 0, active: 0, isDraining: false, onIdle: undefined };
  const server = createServer({
    headersTimeout: 20_000,
    requestTimeout: 120_000,
    maxHeaderSize: 64 * 1024,
  });
  // Longer than clients keep idle connections, so that they never write into one that we just closed.
  server.keepAliveTimeout = 120_000;
  server.on('request', (request, response) => void serve(state, request, response));
  server.on('upgrade', (_request, socket: Duplex) => refuseUpgrade(socket));
  server.on('clientError', (_error, socket: Duplex) => {
    if (socket.writable)
      socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
  });
  let closing: Promise<void> | undefined;
  return {
    async listen(port) {
      state.port = await bind(server, port);
      return state.port;
    },
    close(graceMs) {
      if (closing !== undefined) options.clock.after(graceMs, () => state.onIdle?.());
      closing ??= drain(state, server, graceMs);
      return closing;
    },
  };
}

interface ServerState {
  readonly options: ServerOptions;
  port: number;
  active: number;
  isDraining: boolean;
  onIdle: (() => void) | undefined;
}

function bind(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject);
      server.on('error', () => {
        // Errors after listening concern single connections, which have their own handlers.
      });
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function drain(state: ServerState, server: Server, graceMs: number): Promise<void> {
  state.isDraining = true;
  if (state.active > 0) {
    await new Promise<void>((resolve) => {
      const cancel = state.options.clock.after(graceMs, resolve);
      state.onIdle = () => {
        cancel();
        resolve();
      };
    });
  }
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Codex tries a WebSocket first; 426 makes it fall back at once, every other status costs it seven tries. */
function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => {
    // The client gave up on the upgrade; there is nobody left to answer.
  });
  socket.end(
    'HTTP/1.1 426 Upgrade Required\r\nupgrade: HTTP/1.1\r\nconnection: close, upgrade\r\ncontent-length: 0\r\n\r\n',
  );
}

async function serve(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const id = randomBytes(2).toString('hex');
  const route = routeOf(state, request);
  const { errorBody } = route ?? state.options;
  const reply = createReply(response, `req_${id}`, errorBody);
  response.on('error', () => {
    // The client's side broke; `close` follows and aborts the work.
  });
  const controller = new AbortController();
  // `close` of the request fires as soon as its body is read; only the response knows whether the client is still there.
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
    // Not when the handler returns: a slow reader may still be getting what it wrote.
    setActive(state, state.active - 1);
  });
  setActive(state, state.active + 1);
  try {
    await answer(state, { id, request, reply, route, signal: controller.signal });
    if (!reply.hasStarted && !response.destroyed) throw new Error('a request without an answer');
  } catch (error) {
    state.options.log.error(
      `request ${id} bug: ${error instanceof Error ? error.stack : String(error)}`,
    );
    if (reply.hasStarted) response.destroy();
    else
      reply.error(
        500,
        'api_error',
        `Switchyard failed inside (request ${id}). Run “Switchyard: Show Log” in VS Code.`,
      );
  }
}

interface Exchange {
  readonly id: string;
  readonly request: IncomingMessage;
  readonly reply: Reply;
  readonly route: RouteEntry | undefined;
  readonly signal: AbortSignal;
}

function routeOf({ options }: ServerState, request: IncomingMessage): RouteEntry | undefined {
  const name = `${request.method} ${pathOf(request)}`;
  return Object.hasOwn(options.routes, name) ? options.routes[name] : undefined;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/[?#].*$/, '');
}

async function answer(state: ServerState, exchange: Exchange): Promise<void> {
  const { options, port } = state;
  const { id, request, reply, route, signal } = exchange;
  const path = pathOf(request);
  const routeName = `${request.method} ${path}`;
  const { headers } = request;
  const refusal =
    checkHost(headers, port) ??
    checkOrigin(headers) ??
    (options.openRoutes.has(routeName)
      ? undefined
      : checkAccessToken(headers, options.accessToken)) ??
    checkDraining(state);
  if (refusal !== undefined) return refuse(state, exchange, refusal);
  if (route === undefined) {
    const message = `Switchyard has no ${routeName}. It serves ${Object.keys(options.routes).join(', ')}.`;
    const reason = `no route ${cleanForPerson(routeName, 80)}`;
    return refuse(state, exchange, { status: 404, errorType: 'not_found_error', message, reason });
  }
  const body = await readBody(request, options.maxBodyBytes ?? defaultMaxBodyBytes);
  if (!body.ok) return refuse(state, exchange, body.refusal);
  await route.handle({ id, path, headers, body: body.text, signal }, reply);
}

function checkDraining(state: ServerState): Refusal | undefined {
  if (!state.isDraining) return undefined;
  const message =
    'Switchyard is stopping and takes no new requests. Run “Switchyard: Start” in VS Code.';
  return { status: 503, errorType: 'api_error', message, reason: 'stopping' };
}

function refuse(state: ServerState, exchange: Exchange, refusal: Refusal): void {
  state.options.log.warn(
    `request ${exchange.id} refused status=${refusal.status}: ${refusal.reason}`,
  );
  // The body was not read: the connection cannot be used again.
  exchange.reply.error(refusal.status, refusal.errorType, refusal.message, {
    ...noRetry,
    connection: 'close',
  });
  exchange.request.resume();
}

const defaultMaxBodyBytes = 64 * 1024 * 1024;

type Body =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly refusal: Refusal };

async function readBody(request: IncomingMessage, maxBodyBytes: number): Promise<Body> {
  const tooLarge: Body = {
    ok: false,
    refusal: {
      status: 413,
      reason: 'body too large',
      errorType: 'invalid_request_error',
      message: `The request body is larger than ${Math.round(maxBodyBytes / 1024 / 1024)} MiB, the most that Switchyard takes.`,
    },
  };
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Leaving the loop early must not destroy the connection: the 413 still has to go out on it.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.byteLength;
      if (size > maxBodyBytes) return tooLarge;
      chunks.push(chunk);
    }
  } catch {
    // The client left while it was still sending; the answer goes nowhere.
    const message = 'The request body ended before it was complete.';
    const reason = 'body cut off';
    return {
      ok: false,
      refusal: { status: 400, errorType: 'invalid_request_error', message, reason },
    };
  }
  return { ok: true, text: Buffer.concat(chunks).toString('utf8') };
}

function setActive(state: ServerState, active: number): void {
  state.active = active;
  state.options.onActiveChange?.(active);
  if (active === 0) state.onIdle?.();
}
