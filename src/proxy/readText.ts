import { createGrowingBuffer } from './wire/growingBuffer';

/** The text of a body, cut at `maxBytes`; reading stops there. Throws when the connection breaks. */
export async function readText(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<string> {
  const read = createGrowingBuffer();
  for await (const chunk of bytes) {
    read.add(chunk.subarray(0, maxBytes - read.size));
    if (read.size >= maxBytes) break;
  }
  return read.text();
}
