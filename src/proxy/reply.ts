import type { ServerResponse } from 'node:http';
import type { AnthropicErrorType } from './failure';
import { render, type Words } from './phrase';

/** The answer to one client request. Committed at most once: a second head is a bug and throws. */
export interface Reply {
  readonly hasStarted: boolean;
  json(status: number, body: string, headers?: Readonly<Record<string, string>>): void;
  /** An error in the caller's own format; in English for every client but the window itself, since agents match the words. */
  error(
    status: number,
    type: AnthropicErrorType,
    message: Words,
    headers?: Readonly<Record<string, string>>,
  ): void;
  /**
   * An error after which the connection closes, as soon as `whenRead` resolves: closing it under a client that is still
   * sending would take the answer away from it.
   */
  errorAndClose(
    status: number,
    type: AnthropicErrorType,
    message: string,
    headers: Readonly<Record<string, string>>,
    whenRead: Promise<void>,
  ): void;
  /** The head of a streamed answer; it leaves with what is written first. */
  startStream(headers?: Readonly<Record<string, string>>): void;
  /** Gives a promise only where the client reads more slowly than we write; it resolves too when the client leaves. */
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  end(): void;
}

/** A reply whose head carries `headers` as well, whatever becomes of the request. */
export function withHeaders(reply: Reply, headers: Readonly<Record<string, string>>): Reply {
  return {
    get hasStarted() {
      return reply.hasStarted;
    },
    json: (status, body, more) => reply.json(status, body, { ...headers, ...more }),
    error: (status, type, message, more = noRetry) =>
      reply.error(status, type, message, { ...headers, ...more }),
    errorAndClose: (status, type, message, more, whenRead) =>
      reply.errorAndClose(status, type, message, { ...headers, ...more }, whenRead),
    startStream: (more) => reply.startStream({ ...headers, ...more }),
    write: reply.write,
    end: reply.end,
  };
}

/** Names come from settings and clients and may hold any character; headers may not. */
export function headerSafe(text: string): string {
  return text
    .replace(/[“”]/g, '"')
    .replace(/’/g, "'")
    .replace(/…/g, '...')
    .replace(/[^\x20-\x7e]/g, '?');
}

/** The same request would fail the same way: clients that know the header stop at once. */
export const noRetry = { 'x-should-retry': 'false' } as const;

/** `errorBody` words errors as the client's own wire format does. */
export function createReply(
  response: ServerResponse,
  requestId: string,
  errorBody: (type: string, message: string) => string,
): Reply {
  const isGone = () => response.destroyed || response.writableEnded;
  function head(status: number, headers: Readonly<Record<string, string>>): void {
    if (response.headersSent) throw new Error(`request ${requestId}: a second answer head`);
    response.writeHead(status, {
      'request-id': requestId,
      'cache-control': 'no-store',
      ...headers,
    });
  }
  function jsonHead(status: number, body: string, headers: Readonly<Record<string, string>>): void {
    const length = Buffer.byteLength(body).toString();
    head(status, { 'content-type': 'application/json', 'content-length': length, ...headers });
  }
  const reply: Reply = {
    get hasStarted() {
      return response.headersSent;
    },
    json(status, body, headers = {}) {
      if (isGone()) return;
      jsonHead(status, body, headers);
      response.end(body);
    },
    error(status, type, message, headers = noRetry) {
      reply.json(status, errorBody(type, render(message)), headers);
    },
    errorAndClose(status, type, message, headers, whenRead) {
      if (isGone()) return;
      const body = errorBody(type, message);
      jsonHead(status, body, { connection: 'close', ...headers });
      response.write(body);
      void whenRead.then(() => response.end());
    },
    startStream(headers = {}) {
      if (isGone()) return;
      head(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
      // Small events must not wait for one another.
      response.socket?.setNoDelay(true);
    },
    write(chunk) {
      return isGone() || response.write(chunk) ? undefined : drained(response);
    },
    end() {
      if (!isGone()) response.end();
    },
  };
  return reply;
}

/** Whoever feeds us learns from its own signal that a client has left. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}
