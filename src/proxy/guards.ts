import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { AnthropicErrorType } from './failure';

/** Why a request is turned away before its body is read. */
export interface Refusal {
  readonly status: number;
  readonly errorType: AnthropicErrorType;
  readonly message: string;
  /** For the log: what was wrong, in two words. */
  readonly reason: string;
}

/** A web page that reaches the port by a name of its own (DNS rebinding) shows that name here. */
export function checkHost(headers: IncomingHttpHeaders, port: number): Refusal | undefined {
  const host = headers.host ?? '';
  const match = /^(127\.0\.0\.1|localhost|\[::1\])(?::(\d+))?$/i.exec(host);
  if (match !== null && (match[2] === undefined || Number(match[2]) === port)) return undefined;
  const message =
    'Switchyard answers only to 127.0.0.1 and localhost: the Host header names another machine.';
  return { status: 403, errorType: 'permission_error', message, reason: 'foreign Host' };
}

/** Browsers send Origin; no agent does. */
export function checkOrigin(headers: IncomingHttpHeaders): Refusal | undefined {
  if (headers.origin === undefined) return undefined;
  const message =
    'Switchyard does not serve web pages: requests with an Origin header are refused.';
  return { status: 403, errorType: 'permission_error', message, reason: 'Origin header' };
}

/** Accepts the access token as `Authorization: Bearer` or `x-api-key`; compares in constant time. */
export function checkAccessToken(
  headers: IncomingHttpHeaders,
  accessToken: string,
): Refusal | undefined {
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  const apiKey = headers['x-api-key'];
  const presented = [bearer, typeof apiKey === 'string' ? apiKey : undefined];
  // Both are always compared, so that the time tells nothing of which one was right.
  const matches = presented.map((token) => isSameSecret(token ?? '', accessToken));
  if (matches.includes(true)) return undefined;
  const message =
    'This is not the access token of this Switchyard window. Open a new terminal in VS Code, or run “Switchyard: Copy Environment”.';
  return { status: 401, errorType: 'authentication_error', message, reason: 'access token' };
}

function isSameSecret(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
