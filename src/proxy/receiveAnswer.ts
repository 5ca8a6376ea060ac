import { decompress } from './decompress';
import type { UpstreamResponse } from './upstream';
import { createUpstreamBody, type UpstreamBody } from './upstreamBody';

/** What becomes of a call: one of the two is called, once. */
export interface Outcome {
  answered(response: UpstreamResponse): void;
  failed(error: unknown): void;
}

/** What undici's dispatchers call as an answer comes in; it has no other interface that it does not wrap into this one. */
export interface AnswerHandler {
  onConnect(abort: () => void): void;
  onHeaders(status: number, rawHeaders: readonly Buffer[], resume: () => void): boolean;
  onData(chunk: Uint8Array): boolean;
  onComplete(): void;
  onError(error: Error): void;
}

/** Receives the answer to one call. Aborting `signal` ends the call, and the body until it was read to its end. */
export function receiveAnswer(signal: AbortSignal, outcome: Outcome): AnswerHandler {
  let body: UpstreamBody | undefined;
  let destroyBody: (() => void) | undefined;
  let hasFailed = false;
  // Until the call has a connection there is nothing to abort.
  let abortCall = () => {};

  function unlisten(): void {
    signal.removeEventListener('abort', cancel);
  }

  function fail(error: unknown): void {
    if (hasFailed) return;
    hasFailed = true;
    unlisten();
    outcome.failed(error);
  }

  function cancel(): void {
    if (destroyBody !== undefined) {
      destroyBody();
      return;
    }
    fail(signal.reason);
    abortCall();
  }

  signal.addEventListener('abort', cancel, { once: true });
  return {
    onConnect(abort) {
      abortCall = abort;
      if (signal.aborted) abort();
    },
    onHeaders(status, rawHeaders, resume) {
      // The answer itself follows.
      if (status < 200) return true;
      const headers = readHeaders(rawHeaders);
      body = createUpstreamBody({ resume, abort: abortCall, done: unlisten });
      const readable = decompress(body, headers['content-encoding']);
      destroyBody = () => readable.destroy();
      outcome.answered({ status, headers, body: readable, destroy: destroyBody });
      return true;
    },
    onData: (chunk) => body?.push(chunk) ?? true,
    onComplete: () => body?.end(),
    onError(error) {
      if (body === undefined) fail(error);
      else body.breakOff(error);
    },
  };
}

/** `raw` has names and values in turn. */
function readHeaders(raw: readonly Buffer[]): Record<string, string> {
  const headers = new Map<string, string>();
  let name: string | undefined;
  for (const bytes of raw) {
    const text = bytes.toString('latin1');
    if (name === undefined) {
      name = text.toLowerCase();
      continue;
    }
    const before = headers.get(name);
    headers.set(name, before === undefined ? text : `${before}, ${text}`);
    name = undefined;
  }
  return Object.fromEntries(headers);
}
