import { modelFamily } from './modelFamily';

/** In pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** What an image costs a model, by the rule that its maker documents; without a model, or for an unknown one, by Anthropic's. */
export function imageTokens(size: ImageSize, model?: string): number {
  const family = model === undefined ? undefined : modelFamily(model);
  const rule = family !== undefined && Object.hasOwn(rules, family) ? rules[family] : undefined;
  return Math.ceil((rule ?? byArea(1600))(size));
}

type ImageRule = (size: ImageSize) => number;

/** One token for 750 pixels (patches of 28 × 28, with seams); what is larger is scaled down to the maximum. */
function byArea(maxTokens: number): ImageRule {
  return ({ width, height }) => Math.min(maxTokens, Math.max(1, (width * height) / 750));
}

/** Scaled into 2048 × 2048, then to a shorter side of 768, then cut into tiles of 512 × 512. */
function byTilesOf512({ width, height }: ImageSize): number {
  const fit = Math.min(1, 2048 / Math.max(width, height));
  const shrink = Math.min(1, 768 / (Math.min(width, height) * fit)) * fit;
  return 70 + 140 * Math.ceil((width * shrink) / 512) * Math.ceil((height * shrink) / 512);
}

/** Small ones count once, others by tiles of 768 × 768. */
function byTilesOf768({ width, height }: ImageSize): number {
  if (width <= 384 && height <= 384) return 258;
  return 258 * Math.ceil(width / 768) * Math.ceil(height / 768);
}

/** By model family, where the rule is another than Anthropic's. */
const rules: Readonly<Record<string, ImageRule>> = {
  gpt: byTilesOf512,
  gemini: byTilesOf768,
  // Patches of 28 or 32 pixels and a far higher limit.
  qwen: byArea(2560),
};

/** About as large as Anthropic's rule lets an image count. */
const unknownSize: ImageSize = { width: 1060, height: 1060 };

/** The size in the header of a base64 PNG, GIF, JPEG or WebP; that of a large image when it cannot be read. */
export function imageSize(base64: string | undefined): ImageSize {
  if (base64 === undefined) return unknownSize;
  const head = bytesAt(base64, 0, 32);
  const size = head.length < 30 ? undefined : readHead(base64, head);
  return size !== undefined && size.width > 0 && size.height > 0 ? size : unknownSize;
}

function readHead(base64: string, head: Buffer): ImageSize | undefined {
  if (head.toString('latin1', 1, 4) === 'PNG') {
    return { width: head.readUInt32BE(16), height: head.readUInt32BE(20) };
  }
  if (head.toString('latin1', 0, 3) === 'GIF') {
    return { width: head.readUInt16LE(6), height: head.readUInt16LE(8) };
  }
  if (head.toString('latin1', 8, 12) === 'WEBP') return webpSize(head);
  return head[0] === 0xff && head[1] === 0xd8 ? jpegSize(base64) : undefined;
}

function webpSize(head: Buffer): ImageSize | undefined {
  switch (head.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = head.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1 };
    default:
      return undefined;
  }
}

/** A file with more segments than this before its frame is none that a camera or a browser makes. */
const maxSegments = 200;

/** Goes from segment to segment: the metadata between them may hold a preview picture and is not read. */
function jpegSize(base64: string): ImageSize | undefined {
  let offset = 2;
  for (let segment = 0; segment < maxSegments; segment += 1) {
    const bytes = bytesAt(base64, offset, 9);
    if (bytes.length < 9 || bytes[0] !== 0xff) return undefined;
    const marker = bytes[1] ?? 0;
    // The frame headers; C4, C8 and CC are tables in the same range.
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { width: bytes.readUInt16BE(7), height: bytes.readUInt16BE(5) };
    offset += 2 + bytes.readUInt16BE(2);
  }
  return undefined;
}

/** Some bytes of a base64 text, without decoding the others. */
function bytesAt(base64: string, offset: number, length: number): Buffer {
  const group = Math.floor(offset / 3);
  const end = Math.ceil((offset + length) / 3);
  const bytes = Buffer.from(base64.slice(group * 4, end * 4), 'base64');
  return bytes.subarray(offset - group * 3, offset - group * 3 + length);
}
