import assert from 'node:assert/strict';
import { readJsonBody } from '../../../../src/proxy/wire/jsonBody';
import {
  arrayPieces,
  type Edits,
  joinPieces,
  spliceMembers,
} from '../../../../src/proxy/wire/jsonPieces';

const model = { key: 'model', json: '"new"' };

function spliced(text: string, edits: Edits = new Map()): string {
  const read = readJsonBody(Buffer.from(text));
  assert.ok(read.ok);
  return spliceMembers(read.body, model, edits).toString('utf8');
}

describe('splicing', () => {
  it('keeps the bytes of every value that it does not touch', () => {
    const text =
      '{"a":1.0e+05,"model":"x","b":{"model":"y","c":"\\u00e9é\\"}\\\\"},"d":[ 1 , {"e":"]"} ]}';
    assert.equal(
      spliced(text),
      '{"model":"new","a":1.0e+05,"b":{"model":"y","c":"\\u00e9é\\"}\\\\"},"d":[ 1 , {"e":"]"} ]}',
    );
  });

  it('replaces, removes and adds members', () => {
    const edits: Edits = new Map([
      ['a', ['2']],
      ['b', undefined],
      ['c', arrayPieces([])],
      ['d', undefined],
    ]);
    assert.equal(spliced('{"a":1,"b":2}', edits), '{"model":"new","a":2,"c":[]}');
  });

  it('reads pretty-printed JSON, empty objects and escaped keys', () => {
    assert.equal(spliced(' { } '), '{"model":"new"}');
    const text = '{\n  "mod\\u0065l" : "x" ,\n  "n" : null ,\n  "t" : true\n}';
    assert.equal(spliced(text), '{"model":"new","n":null,"t":true}');
  });

  it('takes the last of a repeated key, as JSON parsers do', () => {
    assert.equal(spliced('{"model":"a","x":1,"x":2,"model":"b"}'), '{"model":"new","x":2}');
  });

  it('joins text and bytes in UTF-8', () => {
    const pieces = arrayPieces(['"é"', Buffer.from('"“"'), '1']);
    assert.equal(joinPieces(pieces).toString('utf8'), '["é","“",1]');
  });
});
