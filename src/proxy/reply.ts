import type { ServerResponse } from 'node:http';
import type { AnthropicErrorType } from './failure';
import { render, type Words } from './phrase';

type ReplyHeaders = Readonly<Record<string, string>>;

/** The answer to one client request. Committed at most once: a second head is a bug and throws. */
export interface Reply {
  readonly hasStarted: boolean;
  json(status: number, body: string, headers?: ReplyHeaders): void;
  /** An error in the caller's own format; in English for every client but the window itself, since agents match the words. */
  error(status: number, type: AnthropicErrorType, message: Words, headers?: ReplyHeaders): void;
  /**
   * An error after which the connection closes, as soon as `whenRead` resolves: closing it under a client that is still
   * sending would take the answer away from it.
   */
  errorAndClose(
    status: number,
    type: AnthropicErrorType,
    message: string,
    headers: ReplyHeaders,
    whenRead: Promise<void>,
  ): void;
  /** The head of a streamed answer; it leaves with what is written first. */
  startStream(headers?: ReplyHeaders): void;
  /** Gives a promise only where the client reads more slowly than we write; it resolves too when the client leaves. */
  write(chunk: string | Uint8Array): Promise<void> | undefined;
  end(): void;
}

/** A reply whose head carries `headers` as well, whatever becomes of the request. */
export function withHeaders(reply: Reply, headers: ReplyHeaders): Reply {
  return new ReplyWithHeaders(reply, headers);
}

class ReplyWithHeaders implements Reply {
  readonly #reply: Reply;
  readonly #headers: ReplyHeaders;

  constructor(reply: Reply, headers: ReplyHeaders) {
    this.#reply = reply;
    this.#headers = headers;
  }

  get hasStarted(): boolean {
    return this.#reply.hasStarted;
  }

  json(status: number, body: string, more: ReplyHeaders = {}): void {
    this.#reply.json(status, body, { ...this.#headers, ...more });
  }

  error(
    status: number,
    type: AnthropicErrorType,
    message: Words,
    more: ReplyHeaders = noRetry,
  ): void {
    this.#reply.error(status, type, message, { ...this.#headers, ...more });
  }

  errorAndClose(
    status: number,
    type: AnthropicErrorType,
    message: string,
    more: ReplyHeaders,
    whenRead: Promise<void>,
  ): void {
    this.#reply.errorAndClose(status, type, message, { ...this.#headers, ...more }, whenRead);
  }

  startStream(more: ReplyHeaders = {}): void {
    this.#reply.startStream({ ...this.#headers, ...more });
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    return this.#reply.write(chunk);
  }

  end(): void {
    this.#reply.end();
  }
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
  errorBody: ErrorBody,
): Reply {
  return new ServerReply(response, requestId, errorBody);
}

type ErrorBody = (type: string, message: string) => string;

class ServerReply implements Reply {
  readonly #response: ServerResponse;
  readonly #requestId: string;
  readonly #errorBody: ErrorBody;

  constructor(response: ServerResponse, requestId: string, errorBody: ErrorBody) {
    this.#response = response;
    this.#requestId = requestId;
    this.#errorBody = errorBody;
  }

  get hasStarted(): boolean {
    return this.#response.headersSent;
  }

  json(status: number, body: string, headers: ReplyHeaders = {}): void {
    if (this.#isGone()) return;
    this.#jsonHead(status, body, headers);
    this.#response.end(body);
  }

  error(
    status: number,
    type: AnthropicErrorType,
    message: Words,
    headers: ReplyHeaders = noRetry,
  ): void {
    this.json(status, this.#errorBody(type, render(message)), headers);
  }

  errorAndClose(
    status: number,
    type: AnthropicErrorType,
    message: string,
    headers: ReplyHeaders,
    whenRead: Promise<void>,
  ): void {
    if (this.#isGone()) return;
    const body = this.#errorBody(type, message);
    this.#jsonHead(status, body, { connection: 'close', ...headers });
    this.#response.write(body);
    void whenRead.then(() => this.#response.end());
  }

  startStream(headers: ReplyHeaders = {}): void {
    if (this.#isGone()) return;
    this.#head(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
    // Small events must not wait for one another.
    this.#response.socket?.setNoDelay(true);
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    const response = this.#response;
    return this.#isGone() || response.write(chunk) ? undefined : drained(response);
  }

  end(): void {
    if (!this.#isGone()) this.#response.end();
  }

  #isGone(): boolean {
    return this.#response.destroyed || this.#response.writableEnded;
  }

  #head(status: number, headers: ReplyHeaders): void {
    if (this.#response.headersSent) {
      throw new Error(`request ${this.#requestId}: a second answer head`);
    }
    this.#response.writeHead(status, {
      'request-id': this.#requestId,
      'cache-control': 'no-store',
      ...headers,
    });
  }

  #jsonHead(status: number, body: string, headers: ReplyHeaders): void {
    const length = Buffer.byteLength(body).toString();
    this.#head(status, {
      'content-type': 'application/json',
      'content-length': length,
      ...headers,
    });
  }
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
