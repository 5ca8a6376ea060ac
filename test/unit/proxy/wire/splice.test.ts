import assert from 'node:assert/strict';
import { elementsOf, membersOf, spliceMembers } from '../../../../src/proxy/wire/splice';

const model = { key: 'model', json: '"new"' };

describe('splicing', () => {
  it('keeps the bytes of every value that it does not touch', () => {
    const text =
      '{"a":1.0e+05,"model":"x","b":{"model":"y","c":"\\u00e9\\"}\\\\"},"d":[ 1 , {"e":"]"} ]}';
    assert.equal(
      spliceMembers(text, model, new Map()),
      '{"model":"new","a":1.0e+05,"b":{"model":"y","c":"\\u00e9\\"}\\\\"},"d":[ 1 , {"e":"]"} ]}',
    );
  });

  it('replaces, removes and adds members', () => {
    const edits = new Map([
      ['a', '2'],
      ['b', undefined],
      ['c', '[]'],
      ['d', undefined],
    ]);
    assert.equal(spliceMembers('{"a":1,"b":2}', model, edits), '{"model":"new","a":2,"c":[]}');
  });

  it('reads pretty-printed JSON, empty objects and escaped keys', () => {
    assert.equal(spliceMembers(' { } ', model, new Map()), '{"model":"new"}');
    const text = '{\n  "mod\\u0065l" : "x" ,\n  "n" : null ,\n  "t" : true\n}';
    assert.equal(spliceMembers(text, model, new Map()), '{"model":"new","n":null,"t":true}');
  });

  it('takes the last of a repeated key, as JSON parsers do', () => {
    const text = '{"model":"a","x":1,"x":2,"model":"b"}';
    assert.equal(spliceMembers(text, model, new Map()), '{"model":"new","x":2}');
  });

  it('finds elements of arrays and says when there is none', () => {
    const text = '[1, "a,]", {"b":[2]} , []]';
    const ranges = elementsOf(text, 0) ?? [];
    assert.deepEqual(
      ranges.map(({ start, end }) => text.slice(start, end)),
      ['1', '"a,]"', '{"b":[2]}', '[]'],
    );
    assert.equal(elementsOf('{}', 0), undefined);
    assert.equal(membersOf('[]'), undefined);
  });
});
