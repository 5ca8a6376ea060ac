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
  return new HeldBody(source);
}

class HeldBody implements UpstreamBody {
  readonly #source: BodySource;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #isPaused = false;
  #isOver = false;
  #error: Error | undefined;
  #isDone = false;
  #wake: (() => void) | undefined;

  constructor(source: BodySource) {
    this.#source = source;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    // What waits close by comes at once, and is read with the rest.
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#source.resume();
    }
    // The pieces of one packet come one by one before a reader that was woken goes on, and so are read together.
    if (this.#held.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#held.length > 0) return { done: false, value: this.#take() };
    this.#finish();
    if (this.#error !== undefined) throw this.#error;
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.destroy();
    return { done: true, value: undefined };
  }

  push(chunk: Uint8Array): boolean {
    if (this.#isOver) return true;
    this.#held.push(chunk);
    this.#heldBytes += chunk.byteLength;
    this.#isPaused = this.#heldBytes >= maxHeldBytes;
    this.#wakeReader();
    return !this.#isPaused;
  }

  end(): void {
    this.#isOver = true;
    this.#isPaused = false;
    this.#wakeReader();
  }

  breakOff(reason: Error): void {
    if (!this.#isOver) this.#error = reason;
    this.end();
  }

  destroy(): void {
    if (this.#isDone) return;
    this.#held = [];
    this.#error = new Error('the body was let go');
    this.end();
    this.#finish();
    this.#source.abort();
  }

  [Symbol.asyncIterator](): UpstreamBody {
    return this;
  }

  #take(): Uint8Array {
    const taken = inOnePiece(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    return taken;
  }

  #wakeReader(): void {
    this.#wake?.();
    this.#wake = undefined;
  }

  #finish(): void {
    if (!this.#isDone) this.#source.done();
    this.#isDone = true;
  }
}
