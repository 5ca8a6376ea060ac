import assert from 'node:assert/strict';
import { requestBody } from '../../../bench/bodies';
import { parseMessagesRequest } from '../../../src/proxy/wire/anthropicRequest';

describe('the bodies of the bench', () => {
  for (const bytes of [1_000, 16_000, 160_000, 1_000_000]) {
    it(`are requests that the proxy takes, of about ${bytes} bytes`, () => {
      const body = requestBody({ model: 'bench/model', bytes });
      const size = Buffer.byteLength(body);
      assert.ok(Math.abs(size - bytes) < bytes * 0.1, `${size} bytes`);
      assert.ok(parseMessagesRequest(body).ok);
    });
  }

  it('hold tools, and a history in which every call has its result', () => {
    const parsed = parseMessagesRequest(requestBody({ model: 'bench/model', bytes: 160_000 }));
    assert.ok(parsed.ok);
    const { tools, messages } = parsed.request;
    assert.equal(new Set(tools.map(({ name }) => name)).size, 25);
    const blocks = messages.flatMap(({ content }) => content);
    const calls = blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
    const results = blocks.flatMap((block) =>
      block.type === 'tool_result' ? [block.toolUseId] : [],
    );
    assert.ok(calls.length >= 40);
    assert.deepEqual(results, calls);
  });
});
