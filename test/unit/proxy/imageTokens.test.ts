import assert from 'node:assert/strict';
import { imageSize, imageTokens } from '../../../src/proxy/imageTokens';

describe('imageSize', () => {
  const size = { width: 300, height: 250 };

  it('reads the size of a PNG', () => {
    const bytes = Buffer.alloc(40);
    bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
    bytes.write('IHDR', 12, 'latin1');
    bytes.writeUInt32BE(300, 16);
    bytes.writeUInt32BE(250, 20);
    assert.deepEqual(imageSize(bytes.toString('base64')), size);
  });

  it('reads the size of a GIF', () => {
    const bytes = Buffer.alloc(40);
    bytes.write('GIF89a', 0, 'latin1');
    bytes.writeUInt16LE(300, 6);
    bytes.writeUInt16LE(250, 8);
    assert.deepEqual(imageSize(bytes.toString('base64')), size);
  });

  for (const [kind, write] of [
    [
      'VP8 ',
      (bytes: Buffer) => {
        bytes.writeUInt16LE(300, 26);
        bytes.writeUInt16LE(250, 28);
      },
    ],
    ['VP8L', (bytes: Buffer) => bytes.writeUInt32LE(299 | (249 << 14), 21)],
    [
      'VP8X',
      (bytes: Buffer) => {
        bytes.writeUIntLE(299, 24, 3);
        bytes.writeUIntLE(249, 27, 3);
      },
    ],
  ] as const) {
    it(`reads the size of a WebP (${kind.trim()})`, () => {
      const bytes = Buffer.alloc(40);
      bytes.write(`RIFF....WEBP${kind}`, 0, 'latin1');
      write(bytes);
      assert.deepEqual(imageSize(bytes.toString('base64')), size);
    });
  }

  it('reads the size of a JPEG behind its metadata, wherever that ends in the base64 text', () => {
    for (let length = 254; length <= 258; length += 1) {
      const metadata = Buffer.concat([
        Buffer.from([0xff, 0xe1, 0x01, length - 254]),
        Buffer.alloc(length),
      ]);
      const exact = metadata.subarray(0, 2 + metadata.readUInt16BE(2));
      const frame = Buffer.from([0xff, 0xc2, 0, 17, 8, 0, 250, 1, 44, 3, 0, 0, 0, 0, 0, 0]);
      const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8]), exact, frame]);
      assert.deepEqual(imageSize(jpeg.toString('base64')), size, String(length));
    }
  });

  it('assumes a large image when the size cannot be read', () => {
    const endless = Buffer.from([
      0xff,
      0xd8,
      ...Array.from({ length: 4000 }, () => [0xff, 0xe1, 0, 0]).flat(),
    ]);
    for (const data of [
      undefined,
      '',
      'A'.repeat(100),
      Buffer.from([0xff, 0xd8, 1]).toString('base64'),
      endless.toString('base64'),
    ]) {
      assert.equal(imageTokens(imageSize(data)), 1499);
    }
  });
});

describe('imageTokens', () => {
  const screenshot = { width: 1920, height: 1080 };

  it('follows the rule of the model, and that of Anthropic without one', () => {
    assert.equal(imageTokens({ width: 300, height: 250 }), 100);
    assert.equal(imageTokens(screenshot), 1600);
    assert.equal(imageTokens(screenshot, 'claude-opus-5-5'), 1600);
    assert.equal(imageTokens(screenshot, 'glm-5.3'), 1600);
    assert.equal(imageTokens(screenshot, 'qwen4-coder'), 2560);
  });

  it('counts tiles for GPT: scaled to a shorter side of 768, 140 tokens for each 512 × 512 and 70 more', () => {
    assert.equal(imageTokens({ width: 1024, height: 1024 }, 'gpt-6.1'), 70 + 4 * 140);
    assert.equal(imageTokens({ width: 2048, height: 4096 }, 'gpt-6.1'), 70 + 6 * 140);
    assert.equal(imageTokens({ width: 100, height: 100 }, 'vendor/gpt-6.1'), 70 + 140);
  });

  it('counts tiles for Gemini: 258 tokens for each 768 × 768', () => {
    assert.equal(imageTokens({ width: 384, height: 300 }, 'gemini-3.8-flash'), 258);
    assert.equal(imageTokens(screenshot, 'gemini-3.8-flash'), 6 * 258);
  });

  it('counts at least one token, and takes a model of any name', () => {
    assert.equal(imageTokens({ width: 1, height: 1 }), 1);
    assert.equal(imageTokens({ width: 300, height: 250 }, 'constructor'), 100);
  });
});
