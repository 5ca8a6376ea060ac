import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireFormat } from '../../../../src/proxy/types';
import { inEnglish } from '../../../support/inEnglish';
import { codecOf, cut, eventsOf } from './replay';

const fixtures = join(__dirname, '../../../fixtures/wire');

/** The events, with our words for what is wrong in English. */
async function read(format: WireFormat, chunks: Iterable<Uint8Array>): Promise<readonly unknown[]> {
  return (await eventsOf(codecOf(format), chunks)).map(inEnglish);
}

for (const format of ['anthropic-messages', 'openai-chat', 'openai-responses', 'gemini'] as const) {
  const folder = join(fixtures, format);
  describe(`the ${format} decoder`, () => {
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.sse'))) {
      const bytes = readFileSync(join(folder, file));
      const lines = readFileSync(join(folder, file.replace('.sse', '.events.jsonl')), 'utf8');
      const expected: readonly unknown[] = lines
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));

      it(`reads ${file} whole`, async () => {
        assert.deepEqual(await read(format, [bytes]), expected);
      });

      it(`reads ${file} in pieces of any size with the same events`, async () => {
        for (const size of [1, 2, 3, 5, 7, 64]) {
          const events = await read(format, cut(bytes, size));
          assert.deepEqual(events, expected, `pieces of ${size} bytes`);
        }
      });

      it(`reads ${file} with other line ends, cut inside CRLF`, async () => {
        for (const newline of ['\r\n', '\r']) {
          const changed = Buffer.from(bytes.toString().replaceAll('\n', newline));
          const events = await read(format, cut(changed, 1));
          // A stray answer is quoted with its line ends, so only its kind is compared.
          const isStray = file.startsWith('stray');
          assert.equal(events.length, expected.length);
          assert.deepEqual(isStray ? expected : events, expected);
        }
      });
    }
  });
}
