/**
 * What an image costs, by Anthropic's rule (width × height / 750, at most 1600 tokens): from the size in the header of a
 * base64 PNG, GIF or JPEG; 1500 when the size cannot be read.
 */
export function imageTokens(base64: string | undefined): number {
  const size = base64 === undefined ? undefined : readSize(base64);
  if (size === undefined) return unknownImageTokens;
  return Math.min(maxImageTokens, Math.max(1, Math.ceil((size.width * size.height) / 750)));
}

interface Size {
  readonly width: number;
  readonly height: number;
}

const maxImageTokens = 1600;
const unknownImageTokens = 1500;
/** A JPEG's size comes after its metadata, which may hold a preview picture. */
const scannedBase64Chars = 131_072;

function readSize(base64: string): Size | undefined {
  const head = Buffer.from(base64.slice(0, 64), 'base64');
  if (head.length < 24) return undefined;
  if (head.toString('latin1', 1, 4) === 'PNG') {
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  }
  if (head.toString('latin1', 0, 3) === 'GIF') {
    return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  }
  const isJpeg = head[0] === 0xff && head[1] === 0xd8;
  return isJpeg ? jpegSize(Buffer.from(base64.slice(0, scannedBase64Chars), 'base64')) : undefined;
}

function jpegSize(bytes: Buffer): Size | undefined {
  let offset = 2;
  while (offset + 9 < bytes.length) {
    if (bytes[offset] !== 0xff) return undefined;
    const marker = bytes[offset + 1] ?? 0;
    // The frame headers; C4, C8 and CC are tables in the same range.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      return { width: bytes.readUInt16BE(offset + 7), height: bytes.readUInt16BE(offset + 5) };
    }
    offset += 2 + bytes.readUInt16BE(offset + 2);
  }
  return undefined;
}
