// A delta that is read by its bytes must be what a JSON parser makes of it, and everything else is left to that parser.
import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { parseJson } from '../../src/proxy/wire/json';
import { plainDelta, plainDeltaEvent } from '../../src/proxy/wire/plainDelta';
import { createSseParser, linesOf } from '../../src/proxy/wire/sse';

const kinds = [
  ['text_delta', 'text'],
  ['thinking_delta', 'thinking'],
  ['input_json_delta', 'partial_json'],
] as const;

const written = fc.record({
  kind: fc.constantFrom(...kinds),
  index: fc.nat({ max: 12 }),
  text: fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.json()),
  isSpaced: fc.boolean(),
  padding: fc.nat({ max: 3 }),
});

/** The frame as Anthropic writes it, spaces in front of the last bracket included. */
function frameOf({ kind: [type, member], index, text, isSpaced, padding }: Written): string {
  const data = {
    type: plainDeltaEvent,
    index,
    delta: { type, [member]: text },
  };
  const json = isSpaced ? spaced(data) : JSON.stringify(data);
  return `event: ${plainDeltaEvent}\ndata: ${json.slice(0, -1)}${' '.repeat(padding)}}\n\n`;
}
type Written = typeof written extends fc.Arbitrary<infer Value> ? Value : never;

/** As Python writes it: a space behind each comma and colon outside of strings. */
function spaced(value: object): string {
  return JSON.stringify(value).replace(/"(?:\\.|[^"\\])*"|[,:]/g, (part) =>
    part.length === 1 ? `${part} ` : part,
  );
}

function bothReadings(bytes: Buffer) {
  const [frame] = createSseParser().push(bytes);
  if (frame === undefined) return undefined;
  const { event, data } = linesOf(frame);
  return { quick: plainDelta(frame.bytes), event, value: parseJson(data ?? '') };
}

describe('a delta that is read by its bytes', () => {
  it('says what a JSON parser reads in it', () => {
    let quick = 0;
    fc.assert(
      fc.property(written, (one) => {
        const read = bothReadings(Buffer.from(frameOf(one)));
        assert.ok(read !== undefined);
        assert.equal(
          read.quick !== undefined,
          one.index < 10,
          'one digit is all that is looked for',
        );
        if (read.quick === undefined) return;
        quick += 1;
        assert.deepEqual(read.quick, read.value);
      }),
      { numRuns: 3000 },
    );
    assert.ok(quick > 1000);
  });

  it('is never one that a JSON parser reads otherwise or refuses, with a byte changed anywhere', () => {
    const letter = fc.oneof(
      fc.nat({ max: 255 }),
      fc.constantFrom(...Buffer.from('"\\{}[]:, \n\r9-')),
    );
    const change = fc.record({ at: fc.nat(), letter, isInserted: fc.boolean() });
    let kept = 0;
    fc.assert(
      fc.property(written, change, (one, { at, letter, isInserted }) => {
        const frame = Buffer.from(frameOf(one));
        const place = at % frame.length;
        const rest = frame.subarray(isInserted ? place : place + 1);
        const changed = Buffer.concat([frame.subarray(0, place), Buffer.from([letter]), rest]);
        const read = bothReadings(changed);
        if (read?.quick === undefined) return;
        kept += 1;
        assert.equal(read.event, plainDeltaEvent);
        assert.deepEqual(read.quick, read.value);
      }),
      { numRuns: 10_000 },
    );
    assert.ok(kept > 100, 'some changes hit the text only');
  });
});
