/** The bytes of all chunks, without a copy where there is only one. */
export function inOnePiece<Chunk extends Uint8Array>(chunks: readonly Chunk[]): Chunk | Buffer {
  const [first] = chunks;
  return first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
}
