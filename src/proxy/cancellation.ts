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
  const listeners = new Set<() => void>();
  let aborted = false;
  return {
    signal: {
      get aborted() {
        return aborted;
      },
      addEventListener(_event, listener) {
        listeners.add(listener);
      },
      removeEventListener(_event, listener) {
        listeners.delete(listener);
      },
    },
    abort() {
      if (aborted) return;
      aborted = true;
      for (const listener of listeners) listener();
      listeners.clear();
    },
  };
}
