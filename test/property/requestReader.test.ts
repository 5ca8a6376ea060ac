// The reader of requests is written by hand for its speed. Whatever is done to a recorded request, it must say what the
// schema says: the same request, or the same words about the same member.
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { parseMessagesRequest } from '../../src/proxy/wire/anthropicRequest';
import { isObject } from '../../src/proxy/wire/json';
import { readBySchema } from '../support/messagesSchema';

const folder = path.join(__dirname, '../fixtures/requests');

describe('the reader of requests', () => {
  const bodies = recordedBodies();

  it('has recorded requests to read', () => {
    assert.ok(bodies.length > 10, `${bodies.length} recorded requests`);
  });

  it('agrees with the schema on every recorded request', () => {
    for (const body of bodies) {
      assert.deepEqual(parseMessagesRequest(JSON.stringify(body)), readBySchema(body));
    }
  });

  it('agrees with the schema on whatever a broken client may send', () => {
    const changes = fc.array(fc.record({ at: fc.nat(), put: strangeValue }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.constantFrom(...bodies), changes, (body, wanted) => {
        const text = wanted.reduce(
          (json, { at, put }) => changed(json, at, put),
          JSON.stringify(body),
        );
        assert.deepEqual(parseMessagesRequest(text), readBySchema(JSON.parse(text)));
      }),
      { numRuns: 3000 },
    );
  });

  it('refuses what is nested too deep, and nothing else for brackets in its texts', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const refusal = parseMessagesRequest(nested(501));
    assert.ok(!refusal.ok && /nested deeper than 500/.test(refusal.message));
    const text = JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: '[{"\\'.repeat(900) }],
    });
    assert.ok(parseMessagesRequest(text).ok);
    const behind = `{"model":"m","x":"\\\\","y":${nested(501)}}`;
    const late = parseMessagesRequest(behind);
    assert.ok(!late.ok && /nested deeper than 500/.test(late.message));
  });
});

const strangeValue = fc.constantFrom<unknown>(
  ...[undefined, null, true, 0, -1, 1.5, 2 ** 60, '', 'text', [], {}, [null], [{}], { type: 7 }],
  ...['constructor', '__proto__', [{ type: 'text' }], { type: 'image', source: {} }],
);

/** The JSON text with its n-th member, counted over the whole tree, replaced; left out for undefined. */
function changed(json: string, at: number, put: unknown): string {
  let count = 0;
  JSON.parse(json, () => {
    count += 1;
  });
  let seen = 0;
  const text = JSON.stringify(
    JSON.parse(json, (_key, value: unknown) => {
      seen += 1;
      // The root stays what it is.
      return seen === (at % count) + 1 && seen !== count ? put : value;
    }),
  );
  return text;
}

function recordedBodies(): readonly object[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const recorded: unknown = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
      const body = isObject(recorded) && isObject(recorded['body']) ? recorded['body'] : recorded;
      return isObject(body) && Array.isArray(body['messages']) ? [body] : [];
    });
}
