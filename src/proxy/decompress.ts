import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { UpstreamBody } from './upstreamBody';

/** A body to read, and to be destroyed where it is not read to its end. */
export interface ReadableBody extends AsyncIterable<Uint8Array> {
  destroy(): void;
}

/** We ask for no compression; some upstreams compress all the same. */
export function decompress(body: UpstreamBody, encoding: string | undefined): ReadableBody {
  const decoder = encoding === undefined ? undefined : decoders.get(encoding.trim().toLowerCase());
  if (decoder === undefined) return body;
  const decoded = decoder();
  // Whoever reads hears of every error, and nobody may be left to read.
  decoded.on('error', () => {});
  decoded.on('close', () => body.destroy());
  pipeline(body, decoded, () => {});
  return decoded;
}

const decoders: ReadonlyMap<string, () => ReturnType<typeof createGunzip>> = new Map([
  ['gzip', () => createGunzip()],
  ['x-gzip', () => createGunzip()],
  ['deflate', () => createInflate()],
  ['br', () => createBrotliDecompress()],
]);
