import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { assertNoBug, type HostileBench, startHostileBench } from '../support/hostileBench';
import { openaiChatSse } from '../support/openaiChatAnswers';
import { headOf, type Line } from '../support/rawUpstream';

const events = openaiChatSse({ text: 'hello' }).join('');
const oops = '{"error":{"message":"oops"}}';

/** Everything that the proxy ever says in a head, besides what Node adds itself. */
const ownHeaders = [
  'cache-control',
  'connection',
  'content-length',
  'content-type',
  'date',
  'keep-alive',
  'request-id',
  'retry-after',
  'transfer-encoding',
  'x-should-retry',
  'x-switchyard-route',
  'x-switchyard-scenario',
  'x-switchyard-target',
  'x-switchyard-upstream-status',
];

describe('the head of a hostile upstream’s answer', () => {
  let bench: HostileBench;
  beforeEach(async () => {
    bench = await startHostileBench();
  });
  afterEach(async () => {
    assertNoBug(bench);
    await bench.close();
  });

  const answering = (head: string, body = '') => ({
    async send(line: Line) {
      await line.send(head + body);
      line.end();
    },
  });
  const healthy = answering(headOf('200 OK', { 'content-type': 'text/event-stream' }), events);

  const bombs: readonly (readonly [string, string])[] = [
    ['one header of a megabyte', `x: ${'a'.repeat(1_000_000)}\r\n`],
    ['a hundred thousand headers', 'x: y\r\n'.repeat(100_000)],
    ['a header name of a megabyte', `${'a'.repeat(1_000_000)}: x\r\n`],
  ];
  for (const [what, lines] of bombs) {
    it(`may not be ${what}`, async () => {
      const answer = await bench.ask(answering(`HTTP/1.1 200 OK\r\n${lines}\r\n`, events).send);
      assert.equal(answer.status, 502);
      assert.match(answer.error, /broke off/);
    });
  }

  it('may not go on for ever', async () => {
    const answer = await bench.ask(async (line) => {
      await line.send('HTTP/1.1 200 OK\r\n');
      await line.flood(`x: ${'a'.repeat(1000)}\r\n`);
    });
    assert.equal(answer.status, 502);
    await bench.upstream.whenPlayed();
  });

  it('may not put off its answer with informational ones for ever', async () => {
    const answer = await bench.ask(
      (line) => line.flood('HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', 1e6),
      { advance: { behindBytes: 100_000, ms: 120_000 } },
    );
    assert.match(answer.error, /^No first token .* within 2 min/);
    await bench.upstream.whenPlayed();
  });

  it('gives none of its headers to the client, whatever they are', async () => {
    const headers = {
      'set-cookie': 'a=b',
      location: 'http://evil.example/',
      'access-control-allow-origin': '*',
      'x-switchyard-target': 'another/model',
      'x-switchyard-upstream-status': '200',
      'request-id': 'evil',
      'retry-after': '7',
      'x-should-retry': 'true',
      'content-disposition': 'attachment',
    };
    for (const status of ['200 OK', '400 Bad', '429 Slow', '500 Oops', '529 Busy']) {
      const type = status.startsWith('2') ? 'text/event-stream' : 'application/json';
      const head = headOf(status, { ...headers, 'content-type': type });
      const body = status.startsWith('2') ? events : oops;
      const answer = await bench.ask(answering(head, body).send);
      const names = [...answer.headers.keys()].filter((name) => !ownHeaders.includes(name));
      assert.deepEqual(names, [], status);
      assert.ok(!JSON.stringify([...answer.headers]).includes('evil'));
      assert.notEqual(answer.headers.get('x-should-retry'), 'true');
    }
  });

  it('cannot break lines into the client’s head', async () => {
    // As bytes on the wire: a bare CR, a bare LF, a folded line, NUL.
    for (const value of ['5\rx-evil: 1', '5\nx-evil: 1', '5\r\n x-evil: 1', '5\u0000x-evil: 1']) {
      const head = headOf('429 Slow', { 'retry-after': value });
      const answer = await bench.ask(answering(head, oops).send);
      assert.equal(answer.headers.get('x-evil'), null);
      assert.ok(/^\d*$/.test(answer.headers.get('retry-after') ?? ''));
    }
  });

  for (const value of ['1e99', '-5', 'NaN', 'Infinity', '9'.repeat(400), '0x10', '', ' ']) {
    it(`names no absurd time by “retry-after: ${value.slice(0, 10)}”`, async () => {
      const answer = await bench.ask(
        answering(headOf('429 Slow', { 'retry-after': value }), oops).send,
      );
      assert.equal(answer.status, 429);
      assertSoon(answer.headers);
    });
  }

  it('names no time of another millennium', async () => {
    const far = 'Fri, 31 Dec 9999 23:59:59 GMT';
    const body = JSON.stringify({ error: { message: 'x', resetsAt: 1e300, reset_at: far } });
    const answer = await bench.ask(
      answering(headOf('429 Slow', { 'retry-after': far }), body).send,
    );
    assert.equal(answer.status, 429);
    assertSoon(answer.headers);
    const rests = bench.proxy.reports.at(-1)?.targets.flatMap(({ restsUntil }) => restsUntil ?? []);
    for (const until of rests ?? []) assert.ok(until < bench.clock.now() + 3_600_000);
  });

  const statuses = ['999 X', '000 X', '099 X', '1000 X', '20 X', '-1 X', '101 Switching', '100 X'];
  for (const status of statuses) {
    it(`may say “${status}” and is a failure`, async () => {
      const answer = await bench.ask(answering(headOf(status), events).send);
      assert.ok(answer.status >= 500 && answer.status < 600, String(answer.status));
      assert.equal((await bench.ask(healthy.send)).status, 200);
    });
  }

  const lengths: readonly (readonly [string, string])[] = [
    ['two lengths', 'content-length: 5\r\ncontent-length: 9\r\n'],
    ['a length and chunks', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'],
    ['a negative length', 'content-length: -1\r\n'],
    ['a huge length', `content-length: ${'9'.repeat(40)}\r\n`],
    ['chunks of a huge size', 'transfer-encoding: chunked\r\n'],
  ];
  for (const [what, lines] of lengths) {
    it(`may not claim ${what}`, async () => {
      const body = lines.startsWith('transfer') ? `${'f'.repeat(30)}\r\n${events}` : events;
      const answer = await bench.ask(answering(`HTTP/1.1 200 OK\r\n${lines}\r\n`, body).send);
      assert.equal(answer.status, 502);
      assert.equal((await bench.ask(healthy.send)).status, 200);
    });
  }

  it('cannot leave an answer behind for the next request', async () => {
    const stray = openaiChatSse({ text: 'stray' }).join('');
    const whole = (body: string) =>
      `HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    await bench.ask(async (line) => {
      await line.send(whole(events) + whole(stray));
    });
    const next = await bench.ask(healthy.send);
    assert.equal(next.status, 200);
    assert.ok(!next.body.includes('stray'));
  });

  it('leads nowhere: a redirect is not followed and is told in one short line', async () => {
    let calls = 0;
    const target = `http://${'a'.repeat(30_000)}.example:${new URL(bench.upstream.url).port}/x`;
    const answer = await bench.ask((line) => {
      calls += 1;
      return answering(headOf('307 Go', { location: target })).send(line);
    });
    assert.equal(calls, 1);
    assert.match(answer.error, /redirects to a/);
    assert.ok(answer.error.length < 600);
  });

  for (const name of ['constructor', '__proto__', 'toString', 'gzip, gzip', 'zstd', '']) {
    it(`may call its encoding “${name}”`, async () => {
      const head = headOf('400 Bad', { 'content-encoding': name });
      const answer = await bench.ask(answering(head, oops).send);
      assert.equal(answer.status, 400);
      assert.match(answer.error, /^oops/);
    });
  }

  it('is understood however it spells its encoding', async () => {
    const head = headOf('400 Bad', { 'content-encoding': 'GZIP ' });
    const answer = await bench.ask(async (line) => {
      await line.send(head);
      await line.send(gzipSync(oops));
      line.end();
    });
    assert.match(answer.error, /^oops/);
  });

  it('may have headers with the names of what every object has', async () => {
    const names = {
      constructor: '1',
      __defineGetter__: '1',
      hasOwnProperty: '1',
      'to-string': '1',
    };
    const head = headOf('200 OK', { ...names, 'content-type': 'text/event-stream' }).replace(
      'constructor',
      '__proto__: x\r\n__proto__: y\r\nconstructor',
    );
    const answer = await bench.ask(answering(head, events).send);
    assert.equal(answer.status, 200);
    assert.match(answer.body, /message_stop/);
  });
});

/** The client is told to come back soon or not at all. */
function assertSoon(headers: Headers): void {
  const seconds = headers.get('retry-after');
  assert.match(seconds ?? '1', /^[1-5]?\d$/);
}
