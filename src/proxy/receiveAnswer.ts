import type { CancelSignal } from './cancellation';
import { decompress } from './decompress';
import type { UpstreamResponse } from './upstream';
import { createUpstreamBody, type UpstreamBody } from './upstreamBody';

/** What becomes of a call: what is called first. */
export interface Outcome {
  answered(response: UpstreamResponse): void;
  failed(error: Error): void;
  cancelled(): void;
}

/** What undici's dispatchers call as an answer comes in; it has no other interface that it does not wrap into this one. */
export interface AnswerHandler {
  onConnect(abort: () => void): void;
  onHeaders(status: number, rawHeaders: readonly Buffer[], resume: () => void): boolean;
  onData(chunk: Uint8Array): boolean;
  onComplete(): void;
  onError(error: Error): void;
}

/** Receives the answer to one call. Aborting `signal` ends the call, and its body while that is not read to the end. */
export function receiveAnswer(signal: CancelSignal, outcome: Outcome): AnswerHandler {
  let body: UpstreamBody | undefined;
  // Until the call has a connection there is nothing to abort.
  let abortCall = () => {};
  let cancel = () => {
    outcome.cancelled();
    abortCall();
  };
  const onAbort = () => cancel();
  const unlisten = () => signal.removeEventListener('abort', onAbort);
  signal.addEventListener('abort', onAbort);
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
      cancel = () => readable.destroy();
      outcome.answered({ status, headers, body: readable, destroy: cancel });
      return true;
    },
    onData: (chunk) => body?.push(chunk) ?? true,
    onComplete: () => body?.end(),
    onError(error) {
      if (body !== undefined) return body.breakOff(error);
      unlisten();
      // What is aborted fails too.
      if (signal.aborted) outcome.cancelled();
      else outcome.failed(error);
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
