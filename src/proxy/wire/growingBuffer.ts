/** Bytes gathered chunk by chunk. */
export interface GrowingBuffer {
  add(chunk: Uint8Array): void;
  readonly size: number;
  /** Read as UTF-8. */
  text(): string;
}

/** One buffer that grows by doubling: a list of chunks would cost a hundred bytes for each, and they may be of one byte. */
export function createGrowingBuffer(): GrowingBuffer {
  let buffer = Buffer.alloc(4096);
  let size = 0;
  return {
    add(chunk) {
      const needed = size + chunk.byteLength;
      if (needed > buffer.byteLength) {
        const grown = Buffer.alloc(Math.max(needed, 2 * buffer.byteLength));
        grown.set(buffer.subarray(0, size));
        buffer = grown;
      }
      buffer.set(chunk, size);
      size = needed;
    },
    get size() {
      return size;
    },
    text: () => buffer.toString('utf8', 0, size),
  };
}
