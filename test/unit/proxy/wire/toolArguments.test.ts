import assert from 'node:assert/strict';
import { createToolArguments } from '../../../../src/proxy/wire/toolArguments';

/** What is streamed after each piece, then the rest; `invalid` when it is no object. */
function read(...pieces: readonly unknown[]): readonly string[] {
  const input = createToolArguments();
  const taken = pieces.map((piece) => {
    input.add(piece);
    return input.take();
  });
  const { rest, isValid } = input.finish();
  return [...taken, isValid ? rest : 'invalid'];
}

describe('the arguments of a tool call', () => {
  it('are streamed piece by piece', () => {
    assert.deepEqual(read('{"a"', ':1', '}'), ['{"a"', ':1', '}', '']);
  });

  it('may come as growing snapshots, or twice', () => {
    assert.deepEqual(read('{"a', '{"a":1', '{"a":1}').join(''), '{"a":1}');
    assert.deepEqual(read('{"a":1}', '{"a":1}'), ['{"a":1}', '', '']);
  });

  it('are not taken for a snapshot when the pieces only look like one', () => {
    assert.equal(read('{"a":', '{"a":', '1}}').join(''), '{"a":{"a":1}}');
  });

  it('may be an object, nothing, null, or a string inside a string', () => {
    assert.equal(read({ a: 1 }).join(''), '{"a":1}');
    for (const nothing of ['', 'null', null, undefined, {}]) {
      assert.equal(read(nothing).join(''), '', String(nothing));
    }
    assert.deepEqual(read('"{\\"a\\"', ':1}"'), ['', '', '{"a":1}']);
  });

  it('may begin with an empty object that stands for nothing yet', () => {
    assert.equal(read('{}', '{"a":1}').join(''), '{"a":1}');
    assert.equal(read('{}').join(''), '{}');
    assert.equal(read('{', '}').join(''), '{}');
  });

  it('are invalid when they are cut off or no object', () => {
    for (const text of ['{"a":', '[1]', '3', '"x"', '{"a":1}}']) {
      assert.equal(read(text).at(-1), 'invalid', text);
    }
  });
});
