// Pictures as small PNG files: one picture, or several that follow each other (an APNG, which every browser plays).
import UPNG from 'upng-js';

export interface Frame {
  readonly png: Uint8Array;
  readonly showMs: number;
}

const COLOURS = 128;

/** Encodes frames of one size anew, with few colours. */
export function smallPng(frames: readonly Frame[]): Uint8Array {
  const images = frames.map(({ png }) => UPNG.decode(bufferOf(png)));
  const [first] = images;
  if (first === undefined) throw new Error('there is no frame');
  const pixels = images.flatMap((image) => UPNG.toRGBA8(image).slice(0, 1));
  const delays = frames.map(({ showMs }) => showMs);
  return new Uint8Array(UPNG.encode(pixels, first.width, first.height, COLOURS, delays));
}

function bufferOf(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
}
