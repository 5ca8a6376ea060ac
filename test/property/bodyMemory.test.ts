// What comes again with each turn is not read again. Whatever the turns are, that must never show: a body is what its own
// bytes say, in every part, and is refused exactly where a JSON parser refuses it.
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { createBodyMemory } from '../../src/proxy/wire/bodyMemory';
import { isObject } from '../../src/proxy/wire/json';
import type { JsonBody } from '../../src/proxy/wire/jsonBody';

const folder = path.join(__dirname, '../fixtures/requests');
const limits = { maxBytes: 2 ** 24, maxBodies: 4, leastBytes: 0 };

describe('bodies behind other bodies', () => {
  it('are what their bytes say, whatever came before', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const body = fc.record({
      messages: fc.array(value, { maxLength: 6 }),
      tools: fc.array(value, { maxLength: 3 }),
      other: value,
    });
    const turns = fc.array(fc.tuple(body, fc.constantFrom(0, 1, 2)), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(turns, (all) => {
        const memory = createBodyMemory(limits);
        for (const [index, [one, space]] of all.entries()) {
          // Most turns continue an earlier one.
          const before = all[Math.max(0, index - 2)]?.[0].messages ?? [];
          const messages = index % 3 === 2 ? one.messages : [...before, ...one.messages];
          assertRead(memory, JSON.stringify({ ...one, messages }, undefined, space));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are refused exactly when they are no JSON objects, with a byte changed anywhere', () => {
    const [recorded] = recordedBodies();
    assert.ok(recorded !== undefined);
    const memory = createBodyMemory(limits);
    assertRead(memory, recorded);
    const letters = fc.constantFrom(...'{}[]",:\\ \n0-1eEn.tu/'.split(''));
    const change = fc.record({ at: fc.nat(), letter: letters, isInserted: fc.boolean() });
    fc.assert(
      fc.property(change, ({ at, letter, isInserted }) => {
        const place = at % recorded.length;
        const rest = recorded.slice(isInserted ? place : place + 1);
        assertRead(memory, recorded.slice(0, place) + letter + rest);
      }),
      { numRuns: 3000 },
    );
  });

  it('are the same for every recorded request, read twice and behind one another', () => {
    const memory = createBodyMemory(limits);
    const bodies = recordedBodies();
    assert.ok(bodies.length > 10);
    for (const text of [...bodies, ...bodies]) assertRead(memory, text);
  });
});

function assertRead(memory: ReturnType<typeof createBodyMemory>, text: string): void {
  const read = memory.read(Buffer.from(text));
  const expected = parse(text);
  assert.equal(read.ok, isObject(expected), text);
  if (!read.ok) return;
  assert.deepEqual(read.body.value, expected);
  assert.deepEqual(Object.keys(read.body.value), Object.keys(Object(expected)));
  assertPlaces(read.body);
}

/** What is said to stand somewhere does. */
function assertPlaces({ bytes, members }: JsonBody): void {
  const valueAt = ({ start, end }: { readonly start: number; readonly end: number }): unknown =>
    JSON.parse(bytes.toString('utf8', start, end));
  for (const { value, valueRange, elements } of members) {
    assert.deepEqual(valueAt(valueRange), value);
    if (Array.isArray(value)) assert.deepEqual(elements.map(valueAt), value);
    else assert.deepEqual(elements, []);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function recordedBodies(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const recorded: unknown = JSON.parse(readFileSync(path.join(folder, name), 'utf8'));
      const body = isObject(recorded) && isObject(recorded['body']) ? recorded['body'] : recorded;
      return isObject(body) ? [JSON.stringify(body)] : [];
    });
}
