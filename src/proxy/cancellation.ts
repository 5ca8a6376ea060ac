/** Whether something is still wanted. Every `AbortSignal` is one. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(event: 'abort', listener: () => void): void;
  removeEventListener(event: 'abort', listener: () => void): void;
}

export interface Cancellation {
  readonly signal: CancelSignal;
  /** Tells each listener, once. Idempotent. */
  abort(): void;
}

/** What an `AbortController` does, without the 2 µs that making one of those takes: each request needs two. */
export function createCancellation(): Cancellation {
  return new Canceller();
}

class Canceller implements Cancellation, CancelSignal {
  readonly #listeners = new Set<() => void>();
  #isAborted = false;

  get signal(): CancelSignal {
    return this;
  }

  get aborted(): boolean {
    return this.#isAborted;
  }

  addEventListener(_event: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_event: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  abort(): void {
    if (this.#isAborted) return;
    this.#isAborted = true;
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
