import type { CancelSignal } from './cancellation';
import { decompress, type ReadableBody } from './decompress';
import type { UpstreamResponse } from './upstream';
import { type BodySource, createUpstreamBody, type UpstreamBody } from './upstreamBody';

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
  return new Receiver(signal, outcome);
}

class Receiver implements AnswerHandler, BodySource {
  readonly #signal: CancelSignal;
  readonly #outcome: Outcome;
  readonly #onAbort = (): void => this.#cancel();
  #body: UpstreamBody | undefined;
  #readable: ReadableBody | undefined;
  // Until the call has a connection there is nothing to abort, and nothing to send on.
  #abortCall = (): void => {};
  #resumeCall = (): void => {};

  constructor(signal: CancelSignal, outcome: Outcome) {
    this.#signal = signal;
    this.#outcome = outcome;
    signal.addEventListener('abort', this.#onAbort);
  }

  onConnect(abort: () => void): void {
    this.#abortCall = abort;
    if (this.#signal.aborted) abort();
  }

  onHeaders(status: number, rawHeaders: readonly Buffer[], resume: () => void): boolean {
    // The answer itself follows.
    if (status < 200) return true;
    this.#resumeCall = resume;
    const headers = readHeaders(rawHeaders);
    const body = createUpstreamBody(this);
    const readable = decompress(body, headers['content-encoding']);
    this.#body = body;
    this.#readable = readable;
    this.#outcome.answered({ status, headers, body: readable, destroy: () => readable.destroy() });
    return true;
  }

  onData(chunk: Uint8Array): boolean {
    return this.#body?.push(chunk) ?? true;
  }

  onComplete(): void {
    this.#body?.end();
  }

  onError(error: Error): void {
    if (this.#body !== undefined) {
      this.#body.breakOff(error);
      return;
    }
    this.done();
    // What is aborted fails too.
    if (this.#signal.aborted) this.#outcome.cancelled();
    else this.#outcome.failed(error);
  }

  resume(): void {
    this.#resumeCall();
  }

  abort(): void {
    this.#abortCall();
  }

  done(): void {
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  #cancel(): void {
    if (this.#readable !== undefined) {
      this.#readable.destroy();
      return;
    }
    this.#outcome.cancelled();
    this.#abortCall();
  }
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
