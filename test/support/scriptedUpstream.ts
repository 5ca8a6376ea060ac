// A real HTTP server that plays an upstream: it answers what a test scripted and remembers what it was asked.
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request as it arrived. `isAborted` turns true when the caller leaves before the answer is complete. */
export interface RecordedRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: string;
  readonly headers: IncomingHttpHeaders;
  /** The parsed JSON, or the text itself where it is not JSON. */
  readonly body: unknown;
  readonly text: string;
  readonly receivedAt: number;
  isAborted: boolean;
  /** Resolves when the exchange is over, however it ended. */
  readonly whenClosed: Promise<void>;
}

/** A whole answer at once; an object body is sent as JSON. */
export interface PlainAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Silence before the status line. */
  readonly headersDelayMs?: number;
}

/** An event stream; each chunk is one write, so that a test decides where the bytes are cut. */
export interface StreamAnswer {
  readonly sse: readonly (string | Uint8Array)[];
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Silence before the status line. */
  readonly headersDelayMs?: number;
  /** Silence before each chunk but the first. */
  readonly delayMs?: number;
  /** Silence between the headers and the first chunk. */
  readonly firstDelayMs?: number;
  /** After the last chunk: cut the connection (a TCP reset). */
  readonly thenReset?: true;
  /** After the last chunk: stay open and silent until the caller leaves. */
  readonly thenHang?: true;
  /** After the last chunk: end properly. The default, to be written where a test is about the ending. */
  readonly thenEnd?: true;
}

export type Answer =
  | PlainAnswer
  | StreamAnswer
  /** Cut the connection before any byte of an answer. */
  | { readonly reset: true }
  /** Take the request and say nothing, ever. */
  | { readonly silent: true };

export type AnswerFunction = (request: RecordedRequest, index: number) => Answer | Promise<Answer>;

export interface ScriptedUpstream {
  /** `http://127.0.0.1:PORT`, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
  /** Queues answers: each serves one request, before the answer given at the start is used. */
  answer(...answers: readonly (Answer | AnswerFunction)[]): void;
  /** Replaces the answer used whenever the queue is empty. */
  answerAlways(answer: Answer | AnswerFunction): void;
  /** Resolves as soon as `count` requests have arrived. */
  waitForRequests(count: number): Promise<void>;
  /** Connections that are open now. */
  openSockets(): number;
  /** Connections accepted since the start: tells whether connections are reused. */
  acceptedSockets(): number;
  close(): Promise<void>;
}

/** Starts an upstream on a free loopback port. Unscripted requests get a 500 that says so. */
export async function startScriptedUpstream(
  fallback?: Answer | AnswerFunction,
  fixedPort = 0,
  /** Speaks TLS with it. */
  certificate?: { readonly cert: string; readonly key: string },
): Promise<ScriptedUpstream> {
  const requests: RecordedRequest[] = [];
  const queue: (Answer | AnswerFunction)[] = [];
  const sockets = new Set<Socket>();
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let always: Answer | AnswerFunction = fallback ?? nothingScripted;
  let accepted = 0;

  const serve: RequestListener = (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A caller that leaves while sending is seen on the response; without a listener it would be an uncaught error.
    incoming.on('error', () => undefined);
    outgoing.on('error', () => undefined);
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
      const whenClosed = new Promise<void>((resolve) => outgoing.on('close', () => resolve()));
      const request: RecordedRequest = {
        method: incoming.method ?? 'GET',
        path,
        query,
        headers: incoming.headers,
        body: parseJson(text),
        text,
        receivedAt: Date.now(),
        isAborted: false,
        whenClosed,
      };
      const exchange = { isOurReset: false };
      outgoing.on('close', () => {
        request.isAborted = !outgoing.writableFinished && !exchange.isOurReset;
      });
      const index = requests.push(request) - 1;
      for (const waiter of waiting) if (requests.length >= waiter.count) waiter.resolve();
      const next = queue.shift() ?? always;
      void send(next, { request, index, outgoing, exchange }).catch((error: unknown) => {
        // A script that throws must be seen by the test that wrote it, not end the whole run.
        if (!outgoing.headersSent) outgoing.writeHead(500);
        outgoing.end(`the scripted answer failed: ${String(error)}`);
      });
    });
  };
  const server =
    certificate === undefined ? createServer(serve) : createSecureServer({ ...certificate }, serve);
  server.on('connection', (socket: Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listen(server, fixedPort);

  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    port,
    requests,
    answer: (...answers) => {
      queue.push(...answers);
    },
    answerAlways: (answer) => {
      always = answer;
    },
    waitForRequests: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) resolve();
        else waiting.push({ count, resolve });
      }),
    openSockets: () => sockets.size,
    acceptedSockets: () => accepted,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** Follows keys and indexes into foreign data; undefined as soon as one is missing. */
export function valueAt(value: unknown, ...path: readonly (string | number)[]): unknown {
  let current: unknown = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = new Map<string, unknown>(Object.entries(current)).get(String(key));
  }
  return current;
}

interface Exchange {
  readonly request: RecordedRequest;
  readonly index: number;
  readonly outgoing: ServerResponse;
  readonly exchange: { isOurReset: boolean };
}

async function send(next: Answer | AnswerFunction, of: Exchange): Promise<void> {
  const answer = typeof next === 'function' ? await next(of.request, of.index) : next;
  if ('silent' in answer) return;
  if ('reset' in answer) {
    reset(of);
    return;
  }
  if (answer.headersDelayMs !== undefined) await sleep(answer.headersDelayMs);
  if (of.outgoing.destroyed) return;
  if ('sse' in answer) await sendStream(answer, of);
  else sendPlain(answer, of.outgoing);
}

function sendPlain(answer: PlainAnswer, outgoing: ServerResponse): void {
  const isText = typeof answer.body === 'string';
  const text = isText ? answer.body : answer.body === undefined ? '' : JSON.stringify(answer.body);
  outgoing.writeHead(answer.status, {
    'content-type': isText ? 'text/plain;charset=UTF-8' : 'application/json',
    ...answer.headers,
  });
  outgoing.end(text);
}

async function sendStream(answer: StreamAnswer, of: Exchange): Promise<void> {
  const { outgoing } = of;
  outgoing.writeHead(answer.status ?? 200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...answer.headers,
  });
  outgoing.flushHeaders();
  for (const [index, chunk] of answer.sse.entries()) {
    const pauseMs = index === 0 ? answer.firstDelayMs : answer.delayMs;
    if (pauseMs !== undefined) await sleep(pauseMs);
    if (outgoing.destroyed) return;
    // Waiting for each write keeps the chunks apart on the wire, and the reset behind the last of them.
    await new Promise<void>((resolve) => outgoing.write(chunk, () => resolve()));
  }
  if (answer.thenHang === true) return;
  if (answer.thenReset === true) reset(of);
  else outgoing.end();
}

function reset({ outgoing, exchange }: Exchange): void {
  exchange.isOurReset = true;
  outgoing.socket?.resetAndDestroy();
}

function nothingScripted(request: RecordedRequest): Answer {
  const message = `nothing is scripted for ${request.method} ${request.path}`;
  return { status: 500, body: { type: 'error', error: { type: 'api_error', message } } };
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Not JSON: tests about broken requests want to see the text.
    return text;
  }
}

function listen(
  server: Pick<Server, 'once' | 'listen' | 'address'>,
  fixedPort: number,
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(fixedPort, '127.0.0.1', () => resolve(portOf(server.address())));
  });
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return address.port;
}
