import assert from 'node:assert/strict';
import { createFrameReader } from '../../../../src/proxy/wire/sseFrames';

/** What is wrong with a body that comes in pieces of this size. */
function errorOf(body: string, size: number) {
  const reader = createFrameReader();
  const bytes = Buffer.from(body);
  for (let start = 0; start < bytes.length; start += size) {
    reader.push(bytes.subarray(start, start + size));
  }
  return reader.end().error;
}

describe('the frames of a streamed body', () => {
  it('are no event stream in whatever pieces a long page comes', () => {
    const page = `${': comment\n'.repeat(500)}<html>`;
    const sizes = [5, 4096, page.length];
    for (const size of sizes) assert.equal(errorOf(page, size)?.origin, 'malformed', `${size}`);
  });

  it('may be none but comments, in whatever pieces', () => {
    const comments = ': comment\n\n'.repeat(10_000);
    for (const size of [5, 4096, comments.length]) assert.equal(errorOf(comments, size), undefined);
  });

  it('are the error that stands there in place of events, be it long', () => {
    const body = JSON.stringify({ error: { message: 'Overloaded', more: 'x'.repeat(10_000) } });
    for (const size of [100, body.length]) {
      const error = errorOf(body, size);
      assert.equal(error?.origin, 'upstream');
      assert.equal(error.message, 'Overloaded');
    }
  });
});
