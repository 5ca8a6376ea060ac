import { inOnePiece } from './inOnePiece';

/** The bytes of an answer, held between its connection and whoever reads them; one read at a time. */
export interface UpstreamBody extends AsyncIterable<Uint8Array> {
  /** What has come since the last read, in one piece. Throws where the answer broke off, behind all that came before. */
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  return(): Promise<IteratorResult<Uint8Array, undefined>>;
  /** Takes what has come. False: the connection is to wait until it is resumed. */
  push(chunk: Uint8Array): boolean;
  end(): void;
  /** The answer breaks off here. Nobody need be left to hear of it. */
  breakOff(error: Error): void;
  /** Drops what nobody has read and lets the connection go; a read that waits fails. Idempotent. */
  destroy(): void;
}

/** The other end of a body. */
export interface BodySource {
  /** Sends on what had to wait, at once or later. */
  resume(): void;
  /** Frees the connection, unless the answer has come whole. */
  abort(): void;
  /** Called once, when the end was read or the body was destroyed. */
  done(): void;
}

/** From here on the upstream waits for the reader. The connection is read 64 kB at a time, whatever this says. */
const maxHeldBytes = 16 * 1024;

export function createUpstreamBody(source: BodySource): UpstreamBody {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let isPaused = false;
  let isOver = false;
  let error: Error | undefined;
  let isDone = false;
  let wake: (() => void) | undefined;

  function wakeReader(): void {
    wake?.();
    wake = undefined;
  }

  function take(): Uint8Array {
    const taken = inOnePiece(held);
    held = [];
    heldBytes = 0;
    return taken;
  }

  function finish(): void {
    if (!isDone) source.done();
    isDone = true;
  }

  function end(): void {
    isOver = true;
    isPaused = false;
    wakeReader();
  }

  const body: UpstreamBody = {
    async next() {
      // What waits close by comes at once, and is read with the rest.
      if (isPaused) {
        isPaused = false;
        source.resume();
      }
      // The pieces of one packet come one by one before a reader that was woken goes on, and so are read together.
      if (held.length === 0 && !isOver) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (held.length > 0) return { done: false, value: take() };
      finish();
      if (error !== undefined) throw error;
      return { done: true, value: undefined };
    },
    async return() {
      body.destroy();
      return { done: true, value: undefined };
    },
    push(chunk) {
      if (isOver) return true;
      held.push(chunk);
      heldBytes += chunk.byteLength;
      isPaused = heldBytes >= maxHeldBytes;
      wakeReader();
      return !isPaused;
    },
    end,
    breakOff(reason) {
      if (!isOver) error = reason;
      end();
    },
    destroy() {
      if (isDone) return;
      held = [];
      error = new Error('the body was let go');
      end();
      finish();
      source.abort();
    },
    [Symbol.asyncIterator]: () => body,
  };
  return body;
}
