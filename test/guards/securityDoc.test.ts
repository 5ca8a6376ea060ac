import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { serverLimits } from '../../src/proxy/limits';

// SECURITY.md promises nothing that no test holds.

const root = path.resolve(__dirname, '../..');
const doc = readFileSync(path.join(root, 'SECURITY.md'), 'utf8');
const [, promises = ''] = /## What we promise[^\n]*\n([\s\S]*?)\n## /.exec(doc) ?? [];

/** The rows of all tables with this head, as cells. */
function rowsUnder(head: string): readonly (readonly string[])[] {
  return promises
    .split(/\n{2,}/)
    .filter((block) => block.startsWith(head))
    .flatMap((block) => block.trim().split('\n').slice(2))
    .map((row) => row.split('|').map((cell) => cell.trim()));
}

describe('SECURITY.md', () => {
  const rows = rowsUnder('| Promise | Test |');

  it('links each promise to a test that exists', () => {
    assert.ok(rows.length >= 20, `${rows.length} promises`);
    for (const [, promise = '', tests = ''] of rows) {
      const links = [...tests.matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
      assert.ok(links.length > 0, `no test: ${promise}`);
      for (const [, title = '', file = ''] of links) {
        assert.ok(existsSync(path.join(root, file)), `${file} is missing`);
        const text = readFileSync(path.join(root, file), 'utf8');
        assert.ok(text.includes(title), `${file} has no test “${title}”`);
      }
    }
  });

  it('tells the figures that hold', () => {
    const figures = new Map(rowsUnder('| Limit | Figure |').map((row) => [row[1], row[2]]));
    const { maxHeadBytes, maxBodyBytes, minBodyBytesPerSpan } = serverLimits;
    const seconds = (ms: number) => `${ms / 1000} s`;
    assert.deepEqual(Object.fromEntries(figures), {
      'request target': `${serverLimits.maxTargetChars} characters`,
      'request line and headers': `${maxHeadBytes / 1024} KiB, ${serverLimits.maxHeaders} headers`,
      body: `${maxBodyBytes / 1024 ** 2} MiB`,
      'time for the headers': `${seconds(serverLimits.headTimeoutMs)}, looked at every ${seconds(serverLimits.headCheckMs)}`,
      'time for the body': `none while each ${seconds(serverLimits.bodySpanMs)} bring ${minBodyBytesPerSpan / 1024} KiB`,
      connections: `${serverLimits.maxConnections}, and ${serverLimits.spareConnections} more that are told why not`,
      'idle connection': seconds(serverLimits.keepAliveMs),
      'a client that takes none of a waiting answer': `${serverLimits.unreadAnswerMs / 60_000} min, so that a paused agent comes back to a whole one`,
    });
  });
});
