import assert from 'node:assert/strict';
import { type JsonBody, memberOf, readJsonBody } from '../../../../src/proxy/wire/jsonBody';

function read(text: string, known: readonly JsonBody[] = []): JsonBody {
  const result = readJsonBody(Buffer.from(text), known);
  assert.ok(result.ok, `${text} was refused`);
  return result.body;
}

describe('the body of a request', () => {
  it('is refused where a name is no string', () => {
    const names = ['1', 'true', 'null', '[]', '{}', '', '{"toString":1}', '"a":1,2'];
    for (const text of names.map((name) => `{${name}:2}`)) {
      assert.equal(readJsonBody(Buffer.from(text)).ok, false, text);
    }
  });

  it('is not taken for a known one whose numbers it only begins with', () => {
    const known = read('{"count":1,"list":[1,2],"last":[3]}');
    for (const text of [
      '{"count":12,"list":[1,2],"last":[3]}',
      '{"count":1,"list":[12,2],"last":[3]}',
      '{"count":1.5,"list":[1,2e2],"last":[3,4]}',
    ]) {
      assert.deepEqual(read(text, [known]).value, JSON.parse(text));
    }
  });

  it('has the very objects of a known one where it says the same', () => {
    const known = read('{"tools":[{"name":"a"}],"system":{"b":1},"messages":[{"c":1}]}');
    const next = read('{"messages":[{"c":1},{"d":1}],"system":{"b":1},"tools":[{"name":"a"}]}', [
      known,
    ]);
    for (const key of ['tools', 'system']) {
      assert.equal(memberOf(next, key)?.value, memberOf(known, key)?.value, key);
    }
    const messagesOf = (body: JsonBody) => memberOf(body, 'messages')?.value;
    const [before, after] = [messagesOf(known), messagesOf(next)];
    assert.ok(Array.isArray(before) && Array.isArray(after));
    assert.equal(after[0], before[0]);
    assert.equal(after.length, 2);
  });
});
