import type { IncomingMessage } from 'node:http';
import type { Refusal } from './guards';
import { cleanForPerson } from './redact';
import type { Reply } from './reply';

/** What a client asked, read whole. */
export interface ClientRequest {
  /** Four hex digits, for the log. */
  readonly id: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** Aborts when the client leaves before its answer is complete. */
  readonly signal: AbortSignal;
}

/** What answers one route, and how its clients expect errors to be worded. */
export interface RouteEntry {
  readonly handle: Handler;
  readonly errorBody: (type: string, message: string) => string;
}

export type Handler = (request: ClientRequest, reply: Reply) => Promise<void>;

/** `METHOD /path` → what answers it. Paths are compared as they are written: nothing is decoded or tidied up. */
export type Routes = Readonly<Record<string, RouteEntry>>;

export function findRoute(routes: Routes, request: IncomingMessage): RouteEntry | undefined {
  const name = nameOf(request);
  return Object.hasOwn(routes, name) ? routes[name] : undefined;
}

/** `METHOD /path`, without the query. */
export function nameOf(request: IncomingMessage): string {
  return `${request.method} ${pathOf(request)}`;
}

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').replace(/[?#].*$/, '');
}

/** For a path or method that no route has. */
export function describeMissingRoute(routes: Routes, request: IncomingMessage): Refusal {
  const served = Object.keys(routes);
  const methods = served
    .map((name) => name.split(' '))
    .filter(([, path]) => path === pathOf(request))
    .map(([method]) => method);
  const name = cleanForPerson(nameOf(request), 80);
  const message = `Switchyard has no ${name}. It serves ${served.join(', ')}.`;
  const reason = `no route ${name}`;
  if (methods.length === 0) return { status: 404, errorType: 'not_found_error', message, reason };
  const headers = { allow: methods.join(', ') };
  return { status: 405, errorType: 'invalid_request_error', message, reason, headers };
}
