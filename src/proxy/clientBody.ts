import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Clock } from './clock';
import type { Refusal } from './guards';
import { inOnePiece } from './inOnePiece';
import type { ServerLimits } from './limits';

export type ClientBody =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly refusal: Refusal };

/** Refuses a body by what it says of itself, before any of it is read. */
export function checkDeclaredSize(
  headers: IncomingHttpHeaders,
  maxBodyBytes: number,
): Refusal | undefined {
  const declared = Number(headers['content-length'] ?? 0);
  return declared > maxBodyBytes ? tooLarge(maxBodyBytes) : undefined;
}

/** The whole body. Refuses one that is too large, or that comes too slowly to be meant. */
export function readClientBody(
  request: IncomingMessage,
  limits: ServerLimits,
  clock: Clock,
): Promise<ClientBody> {
  const { maxBodyBytes, bodySpanMs, minBodyBytesPerSpan } = limits;
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let cancelSpan = armSpan();

    function armSpan(): () => void {
      const before = size;
      return clock.after(bodySpanMs, () => {
        if (size - before < minBodyBytesPerSpan) settle(refused(tooSlow(bodySpanMs)));
        else cancelSpan = armSpan();
      });
    }
    function settle(body: ClientBody): void {
      cancelSpan();
      request.removeListener('data', onData);
      chunks.length = 0;
      resolve(body);
    }
    function onData(chunk: Buffer): void {
      size += chunk.byteLength;
      if (size > maxBodyBytes) settle(refused(tooLarge(maxBodyBytes)));
      else chunks.push(chunk);
    }
    request.on('data', onData);
    request.once('end', () => settle({ ok: true, bytes: inOnePiece(chunks) }));
    // The client left while it was still sending; the answer goes nowhere.
    request.once('error', () => settle(refused(cutOff)));
    request.once('close', () => settle(refused(cutOff)));
  });
}

/** Reads away what the client is still sending, until it has ended, has left, or `limitMs` have passed. */
export function readAway(request: IncomingMessage, limitMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, resolve);
    const settle = () => {
      cancel();
      resolve();
    };
    if (request.readableEnded || request.destroyed) return settle();
    for (const ending of ['end', 'error', 'close']) request.once(ending, settle);
    request.resume();
  });
}

function refused(refusal: Refusal): ClientBody {
  return { ok: false, refusal };
}

function tooLarge(maxBodyBytes: number): Refusal {
  const message = `The request body is larger than ${Math.round(maxBodyBytes / 1024 / 1024)} MiB, the most that Switchyard takes.`;
  return { status: 413, errorType: 'invalid_request_error', message, reason: 'body too large' };
}

function tooSlow(spanMs: number): Refusal {
  const message = `The rest of the request body did not come: next to nothing arrived for ${spanMs / 1000} s. Send the request again.`;
  const reason = 'body too slow';
  return { status: 408, errorType: 'timeout_error', message, reason, retryAfterSeconds: 1 };
}

const cutOff: Refusal = {
  status: 400,
  errorType: 'invalid_request_error',
  message: 'The request body ended before it was complete.',
  reason: 'body cut off',
};
