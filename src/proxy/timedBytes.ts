import type { Call } from './attempt';
import { inOnePiece } from './inOnePiece';
import type { UpstreamResponse } from './upstream';

/** The bytes of a body, each wait for them limited by the deadlines. */
export interface TimedBytes extends AsyncIterable<Uint8Array> {
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  /** Lets the connection go. Idempotent. */
  release(): void;
}

export function timedBytes(call: Call, response: UpstreamResponse): TimedBytes {
  return new BytesInTime(call, response);
}

class BytesInTime implements TimedBytes {
  readonly #call: Call;
  readonly #response: UpstreamResponse;
  readonly #iterator: AsyncIterator<Uint8Array>;
  #isReleased = false;

  constructor(call: Call, response: UpstreamResponse) {
    this.#call = call;
    this.#response = response;
    this.#iterator = response.body[Symbol.asyncIterator]();
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { deadlines } = this.#call;
    deadlines.beginWait();
    try {
      const next = await this.#iterator.next();
      if (deadlines.passed !== undefined) throw new Error('the deadline has passed');
      if (next.done !== true) return next;
    } finally {
      deadlines.endWait();
    }
    this.#isReleased = true;
    return { done: true, value: undefined };
  }

  release(): void {
    if (!this.#isReleased) release(this.#call, this.#iterator, this.#response);
    this.#isReleased = true;
  }

  [Symbol.asyncIterator](): TimedBytes {
    return this;
  }
}

/** The first bytes that are more than white space, with what came before them; empty for an empty body. */
export async function readHead(bytes: TimedBytes): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  let size = 0;
  while (size < maxBlankBytes) {
    const next = await bytes.next();
    if (next.done === true) break;
    held.push(next.value);
    size += next.value.byteLength;
    if (firstLetter(next.value) !== undefined) break;
  }
  return inOnePiece(held);
}

/** The first byte that is no white space. */
export function firstLetter(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => !whiteSpace.has(byte));
}

const whiteSpace: ReadonlySet<number> = new Set(Buffer.from('\t\n\v\f\r \xa0', 'latin1'));

/** As much white space may come before an answer. */
const maxBlankBytes = 4096;

/** A body whose beginning was read already. */
export async function* joined(head: Uint8Array, rest: TimedBytes): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}

/**
 * After the end marker the upstream may still send a cost line. Reading it to the end keeps the connection for the next
 * request; whoever takes longer than this, or sends more, loses it.
 */
const drainMs = 1_000;
const maxDrainBytes = 64 * 1024;

function release(
  call: Call,
  iterator: AsyncIterator<Uint8Array>,
  response: UpstreamResponse,
): void {
  if (call.deadlines.signal.aborted) {
    response.destroy();
    return;
  }
  const cancel = call.context.clock.after(drainMs, () => response.destroy());
  const drain = async () => {
    let size = 0;
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        size += next.value.byteLength;
        if (size > maxDrainBytes) response.destroy();
      }
    } catch {
      // The answer was complete; what comes after it does not matter.
    }
    cancel();
  };
  void drain();
}
