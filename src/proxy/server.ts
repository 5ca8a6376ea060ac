import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  answerBroken,
  type BrokenRequest,
  describeBrokenRequest,
  tunnelRequest,
} from './brokenRequests';
import { checkDeclaredSize, readAway, readClientBody } from './clientBody';
import type { Clock } from './clock';
import { type Connections, createConnections } from './connections';
import {
  checkAccessToken,
  checkContentType,
  checkHead,
  checkNoBody,
  checkUpgrade,
  type Refusal,
} from './guards';
import { type ServerLimits, serverLimits } from './limits';
import type { Logger } from './log';
import { createReply, noRetry, type Reply } from './reply';
import {
  describeMissingRoute,
  findRoute,
  nameOf,
  pathOf,
  type RouteEntry,
  type Routes,
} from './routeTable';

export interface ServerOptions {
  readonly accessToken: string;
  readonly routes: Routes;
  /** For requests that no route knows. */
  readonly errorBody: (type: string, message: string) => string;
  /** Routes that need no access token. */
  readonly openRoutes: ReadonlySet<string>;
  readonly log: Logger;
  readonly clock: Clock;
  readonly limits?: Partial<ServerLimits>;
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
  const limits = { ...serverLimits, ...options.limits };
  const connections = createConnections(limits.maxConnections);
  const state: ServerState = {
    options,
    limits,
    connections,
    port: 0,
    active: 0,
    isDraining: false,
    onIdle: undefined,
  };
  const server = createServer({
    // Said, not left to NODE_OPTIONS: what two parsers read differently is refused.
    insecureHTTPParser: false,
    // Our own check answers a missing Host, in the caller's format.
    requireHostHeader: false,
    maxHeaderSize: limits.maxHeadBytes,
    headersTimeout: limits.headTimeoutMs,
    connectionsCheckingInterval: limits.headCheckMs,
    // A large body may take its time: see readClientBody.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveMs,
  });
  server.maxConnections = limits.maxConnections + limits.spareConnections;
  server.on('connection', connections.opened);
  // No listener for `upgrade`: such a request is one like any other, and passes the same checks.
  for (const event of ['request', 'checkExpectation'] as const) {
    server.on(event, (request, response) => void serve(state, request, response));
  }
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    void serve(state, request, response, () => response.writeContinue());
  });
  server.on('connect', (_request, connection: Duplex) =>
    refuseBroken(state, connection, tunnelRequest),
  );
  server.on('clientError', (error: NodeJS.ErrnoException, connection: Duplex) => {
    if (connection.writable && connections.mayBeAnswered(connection))
      refuseBroken(state, connection, describeBrokenRequest(error.code));
    // What has been written still goes out, and nothing after it.
    else connection.end(() => connection.destroy());
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
  readonly limits: ServerLimits;
  readonly connections: Connections;
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

function refuseBroken({ options }: ServerState, connection: Duplex, broken: BrokenRequest): void {
  const { status, message } = broken;
  options.log.warn(`connection refused status=${status}: ${message}`);
  answerBroken(connection, status, options.errorBody('invalid_request_error', message));
}

async function serve(
  state: ServerState,
  request: IncomingMessage,
  response: ServerResponse,
  askForBody: () => void = () => {},
): Promise<void> {
  const id = randomUUID().slice(0, 4);
  const route = findRoute(state.options.routes, request);
  const { errorBody } = route ?? state.options;
  const reply = createReply(response, `req_${id}`, errorBody);
  response.on('error', () => {
    // The client's side broke; `close` follows and aborts the work.
  });
  state.connections.answering(request.socket, response);
  letGoOfIdleReader(state, response, id);
  const controller = new AbortController();
  // `close` of the request fires as soon as its body is read; only the response knows whether the client is still there.
  response.on('close', () => {
    if (!response.writableFinished) controller.abort();
    // Not when the handler returns: a slow reader may still be getting what it wrote.
    setActive(state, state.active - 1);
  });
  setActive(state, state.active + 1);
  try {
    await answer(state, { id, request, reply, route, askForBody, signal: controller.signal });
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
  /** Tells a client that waits to be asked (`Expect: 100-continue`) that its body is wanted. */
  readonly askForBody: () => void;
  readonly signal: AbortSignal;
}

/** A client that takes nothing of what waits for it holds its connection and its upstream's; not for ever. */
function letGoOfIdleReader(state: ServerState, response: ServerResponse, id: string): void {
  const { unreadAnswerMs } = state.limits;
  // Called whenever nothing has moved on the connection for so long, in either direction.
  response.setTimeout(unreadAnswerMs, () => {
    const { socket } = response;
    // Nothing waits to be read: it is we who have nothing to say yet.
    if (socket === null || socket.writableLength === 0) return;
    const seconds = unreadAnswerMs / 1000;
    state.options.log.warn(`request ${id}: the client read nothing of its answer for ${seconds} s`);
    socket.destroy();
  });
}

async function answer(state: ServerState, exchange: Exchange): Promise<void> {
  const { options, limits } = state;
  const { id, request, reply, route, askForBody, signal } = exchange;
  const refusal = checkBeforeBody(state, exchange);
  if (refusal !== undefined) return refuse(state, exchange, refusal);
  if (route === undefined)
    return refuse(state, exchange, describeMissingRoute(options.routes, request));
  let body: Buffer = Buffer.alloc(0);
  if (takesBody(request)) {
    askForBody();
    const read = await readClientBody(request, limits, options.clock);
    if (!read.ok) return refuse(state, exchange, read.refusal);
    body = read.bytes;
  }
  const { headers } = request;
  await route.handle({ id, path: pathOf(request), headers, body, signal }, reply);
}

function checkBeforeBody(state: ServerState, { request, route }: Exchange): Refusal | undefined {
  const { options, limits, port } = state;
  const { headers } = request;
  const isOpen = options.openRoutes.has(nameOf(request));
  return (
    checkHead(request, port, limits) ??
    checkUpgrade(headers) ??
    (isOpen ? undefined : checkAccessToken(headers, options.accessToken)) ??
    checkConnections(state, request) ??
    checkDraining(state) ??
    (route === undefined ? undefined : checkBody(request, limits.maxBodyBytes))
  );
}

function checkBody(request: IncomingMessage, maxBodyBytes: number): Refusal | undefined {
  const { headers } = request;
  if (!takesBody(request)) return checkNoBody(headers);
  return checkContentType(headers) ?? checkDeclaredSize(headers, maxBodyBytes);
}

function takesBody({ method }: IncomingMessage): boolean {
  return method === 'POST';
}

function checkConnections(state: ServerState, request: IncomingMessage): Refusal | undefined {
  if (state.connections.mayBeServed(request.socket)) return undefined;
  const message = `Switchyard already serves ${state.limits.maxConnections} connections, the most that it serves at a time. Close agents that you no longer use, or try again in a moment.`;
  const reason = 'too many connections';
  return { status: 503, errorType: 'api_error', message, reason, retryAfterSeconds: 1 };
}

function checkDraining(state: ServerState): Refusal | undefined {
  if (!state.isDraining) return undefined;
  const message =
    'Switchyard is stopping and takes no new requests. Run “Switchyard: Start” in VS Code.';
  return { status: 503, errorType: 'api_error', message, reason: 'stopping' };
}

function refuse(state: ServerState, exchange: Exchange, refusal: Refusal): void {
  const { options, limits } = state;
  const { id, reply, request } = exchange;
  const { status, errorType, message, retryAfterSeconds } = refusal;
  options.log.warn(`request ${id} refused status=${status}: ${refusal.reason}`);
  const retry =
    retryAfterSeconds === undefined ? noRetry : { 'retry-after': String(retryAfterSeconds) };
  // The body was not read: the connection cannot be used again.
  const whenRead = readAway(request, limits.lingerMs, options.clock);
  reply.errorAndClose(status, errorType, message, { ...retry, ...refusal.headers }, whenRead);
}

function setActive(state: ServerState, active: number): void {
  state.active = active;
  state.options.onActiveChange?.(active);
  if (active === 0) state.onIdle?.();
}
