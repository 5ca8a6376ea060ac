import assert from 'node:assert/strict';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { serverLimits } from '../../src/proxy/limits';
import { anthropicMessage, anthropicText } from '../support/anthropicAnswers';
import { createFakeClock } from '../support/fakeClock';
import { deferred } from '../support/processes';
import { openRawClient, type RawAnswer, type RawClient, requestText } from '../support/rawClient';
import { type TestProxyOptions, testToken } from '../support/testProxy';
import {
  assertRefused,
  assertServed,
  assertTellsNothing,
  headerLines,
  messagesBody,
  messagesRequest,
  openPort,
  type Port,
} from './port';

interface ErrorBody {
  readonly type?: unknown;
  readonly error?: unknown;
}

describe('the limits of the port', () => {
  let port: Port;
  const clients: RawClient[] = [];

  async function open(options?: TestProxyOptions): Promise<Port> {
    port = await openPort(options);
    return port;
  }

  async function connect(): Promise<RawClient> {
    const client = await openRawClient(port.number);
    clients.push(client);
    return client;
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await nextTurn();
  }

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await port.close();
  });

  describe('the size of a request', () => {
    it('is limited in the request target: 414 above 8192 characters', async () => {
      await open();
      const { maxTargetChars } = serverLimits;
      const target = '/v1/messages?x='.padEnd(maxTargetChars, 'x');
      const withTarget = (text: string) =>
        messagesRequest(port.number, {}, { requestLine: `POST ${text} HTTP/1.1` });
      await assertRefused(port, withTarget(`${target}x`), 414);
      await assertServed(port, withTarget(target));
    });

    it('is limited in the headers: 431 above 64 KiB or 200 headers, whatever stands in the last', async () => {
      await open();
      const { maxHeadBytes, maxHeaders } = serverLimits;
      const padding = (bytes: number) => ({ 'x-padding': 'x'.repeat(bytes) });
      await assertRefused(port, messagesRequest(port.number, padding(maxHeadBytes)), 431);
      const own = messagesRequest(port.number).split('\r\n').indexOf('') - 1;
      const extraLines = Array.from({ length: maxHeaders - own }, (_, index) => `x-${index}: x`);
      const tooMany = [...extraLines, 'origin: http://evil.example'];
      await assertRefused(
        port,
        messagesRequest(port.number, {}, { extraLines: Array(2_500).fill('a:') }),
        431,
      );
      await assertRefused(port, messagesRequest(port.number, {}, { extraLines: tooMany }), 431);
      await assertServed(port, messagesRequest(port.number, {}, { extraLines }));
      await assertServed(port, messagesRequest(port.number, padding(maxHeadBytes / 2)));
    });

    it('is limited in the body: 413, declared or not, and no byte of it is read without the token', async () => {
      await open({ limits: { maxBodyBytes: 1_000, lingerMs: 50 } });
      const request = (change: Readonly<Record<string, string>>, body: string) =>
        requestText('POST /v1/messages HTTP/1.1', headerLines(port.number, change)) + body;
      await assertRefused(port, request({ 'content-length': '1001' }, ''), 413);
      const chunks = `3e9\r\n${'x'.repeat(1_001)}\r\n`;
      await assertRefused(port, request({ 'transfer-encoding': 'chunked' }, chunks), 413);
      const stranger = { authorization: 'Bearer nope', 'content-length': '1001' };
      await assertRefused(port, request(stranger, ''), 401);
      await assertServed(port, messagesRequest(port.number));
    });

    it('is limited in chunk extensions', async () => {
      await open();
      const head = requestText(
        'POST /v1/messages HTTP/1.1',
        headerLines(port.number, { 'transfer-encoding': 'chunked' }),
      );
      await assertRefused(port, `${head}1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`, 413);
    });
  });

  describe('a slow client', () => {
    it('is let go while it dawdles over its headers, or says nothing at all', async () => {
      await open({ limits: { headTimeoutMs: 200, headCheckMs: 20 } });
      const silent = await connect();
      const slow = await connect();
      const again = await connect();
      again.send(requestText('GET /health HTTP/1.1', [`host: 127.0.0.1:${port.number}`]));
      assert.equal((await again.next())?.status, 200);
      again.send('GET /health HTTP/1.1\r\n');
      const isOver = { value: false };
      const dripping = (async () => {
        slow.send('POST /v1/messages HTTP/1.1\r\n');
        for (let index = 0; !isOver.value; index += 1) {
          slow.send(`x-${index}: x\r\n`);
          await sleep(10);
        }
      })();
      for (const client of [silent, slow, again]) {
        const answer = await client.next();
        assert.equal(answer?.status, 408);
        assertTellsNothing(answer);
        assert.deepEqual(await client.rest(), []);
      }
      isOver.value = true;
      await dripping;
      assert.ok(port.proxy.logs.some((line) => line.includes('connection refused status=408')));
    });

    for (const [how, sent] of [
      ['stops in the middle of its body', ''],
      ['sends next to nothing of its body', 'x'.repeat(serverLimits.minBodyBytesPerSpan - 1)],
    ] as const) {
      it(`is told so and let go when it ${how}`, async () => {
        const clock = createFakeClock();
        await open({ clock });
        const client = await connect();
        const lines = headerLines(port.number, { 'content-length': '1000000' });
        const timers = clock.pending();
        client.send(requestText('POST /v1/messages HTTP/1.1', lines) + sent);
        await until(() => clock.pending() > timers);
        clock.advance(serverLimits.bodySpanMs);
        const answer = await client.next();
        assert.equal(answer?.status, 408);
        assert.equal(answer.headers.get('retry-after'), '1');
        assertTellsNothing(answer);
        // It goes on sending nothing; its connection goes all the same.
        clock.advance(serverLimits.lingerMs);
        assert.deepEqual(await client.rest(), []);
        assert.equal(port.upstream.requests.length, 0);
      });
    }

    it('is let go when it keeps an idle connection for long', async () => {
      await open({ limits: { keepAliveMs: 50 } });
      const client = await connect();
      client.send(requestText('GET /health HTTP/1.1', [`host: 127.0.0.1:${port.number}`]));
      const answers = await client.rest();
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200],
      );
    });
  });

  describe('a refused client that is still sending', () => {
    it('gets to read why, before its connection closes', async () => {
      await open({ limits: { lingerMs: 60_000 } });
      const client = await connect();
      const brokenBy: unknown[] = [];
      client.socket.on('error', (error) => brokenBy.push(error));
      const body = 'x'.repeat(8_000_000);
      const change = { authorization: 'Bearer nope' };
      // As clients do that look for an answer only when they have sent everything.
      client.socket.pause();
      const isSent = deferred<void>();
      const lines = headerLines(port.number, change);
      client.socket.write(requestText('POST /v1/messages HTTP/1.1', lines, body), () =>
        isSent.resolve(),
      );
      await isSent.promise;
      client.socket.resume();
      const [answer] = await client.rest();
      assert.equal(answer?.status, 401);
      assertTellsNothing(answer);
      assert.deepEqual(brokenBy, []);
    });
  });

  describe('connections', () => {
    const { maxConnections, spareConnections } = serverLimits;

    /** As many as are served, one of them in the middle of an answer. */
    async function fillConnections(): Promise<{
      readonly running: RawClient;
      readonly idle: readonly RawClient[];
      release(): void;
    }> {
      const held = deferred<void>();
      port.upstream.answer(async () => {
        await held.promise;
        return anthropicText('done after all');
      });
      const running = await connect();
      const body = JSON.stringify({ ...JSON.parse(messagesBody), stream: true });
      const lines = headerLines(port.number);
      running.send(requestText('POST /v1/messages HTTP/1.1', lines, body));
      await port.upstream.waitForRequests(1);
      const idle: RawClient[] = [];
      while (idle.length < maxConnections - 1) idle.push(await connect());
      return { running, idle, release: () => held.resolve() };
    }

    async function ask(path: string): Promise<RawAnswer> {
      const client = await connect();
      client.send(messagesRequest(port.number, {}, { requestLine: `POST ${path} HTTP/1.1` }));
      const [answer] = await client.rest();
      assert.ok(answer !== undefined);
      return answer;
    }

    it('are 256 at a time: the next is told so in its own format, and those that run go on', async () => {
      await open();
      const { running, release } = await fillConnections();
      for (const [path, isOurs] of [
        ['/v1/messages', (error: ErrorBody) => error.type === 'error'],
        ['/v1/chat/completions', (error: ErrorBody) => 'code' in Object(error.error)],
        ['/v1/responses', (error: ErrorBody) => 'code' in Object(error.error)],
      ] as const) {
        const answer = await ask(path);
        assert.equal(answer.status, 503, answer.body);
        assert.equal(answer.headers.get('retry-after'), '1');
        assert.equal(answer.headers.get('x-should-retry'), undefined);
        assertTellsNothing(answer);
        assert.match(answer.body, /already serves 256 connections.*try again in a moment/);
        const error: ErrorBody = JSON.parse(answer.body);
        assert.ok(isOurs(error), answer.body);
      }
      release();
      assert.match((await running.rest())[0]?.body ?? '', /message_stop/);
      assert.equal(port.upstream.requests.length, 1);
    });

    it('are served again as soon as one of the others is gone, even one that came too early', async () => {
      await open();
      const { idle } = await fillConnections();
      const early = await connect();
      assert.equal((await ask('/v1/messages')).status, 503);
      idle[0]?.socket.end();
      await idle[0]?.rest();
      // The server's own end closes a little later.
      for (let turns = 0; turns < 50; turns += 1) await nextTurn();
      early.send(messagesRequest(port.number));
      assert.equal((await early.next())?.status, 200);
      assert.equal((await ask('/v1/messages')).status, 200);
    });

    it('beyond those that are told why are dropped', async () => {
      await open();
      await fillConnections();
      for (let spare = 0; spare < spareConnections; spare += 1) await connect();
      const client = await connect();
      client.send(messagesRequest(port.number));
      assert.deepEqual(await client.rest(), []);
    });
  });

  describe('a client that reads nothing of its answer', () => {
    const long = anthropicMessage([{ type: 'text', text: 'x'.repeat(16_000_000) }]);

    it('is let go in the end', async () => {
      await open({ limits: { unreadAnswerMs: 100 } });
      port.upstream.answer(long);
      const client = await connect();
      client.socket.pause();
      client.send(messagesRequest(port.number));
      await until(() =>
        port.proxy.logs.some((line) => line.includes('read nothing of its answer')),
      );
      client.socket.resume();
      const [answer] = await client.rest();
      assert.ok((answer?.body.length ?? 0) < 16_000_000);
    });

    it('is not taken for one that waits while there is nothing to read', async () => {
      await open({ limits: { unreadAnswerMs: 50 } });
      const whole = anthropicMessage([{ type: 'text', text: 'at last' }]);
      port.upstream.answer({ ...whole, headersDelayMs: 400 });
      const client = await connect();
      client.send(messagesRequest(port.number));
      const [answer] = await client.rest();
      assert.match(answer?.body ?? '', /at last/);
    });

    it('may read slowly, for longer than the limit in all', async () => {
      const unreadAnswerMs = 1_000;
      await open({ limits: { unreadAnswerMs } });
      port.upstream.answer(long);
      const client = await connect();
      client.socket.pause();
      client.send(messagesRequest(port.number, { authorization: `Bearer ${testToken}` }));
      await port.upstream.waitForRequests(1);
      const startedAt = Date.now();
      let read = 0;
      while (Date.now() - startedAt < 2 * unreadAnswerMs) {
        await sleep(unreadAnswerMs / 10);
        const text: unknown = client.socket.read(256 * 1024) ?? client.socket.read();
        read += typeof text === 'string' ? text.length : 0;
      }
      assert.ok(read < 16_000_000);
      client.socket.on('data', (text: string) => {
        read += text.length;
      });
      client.socket.resume();
      await client.rest();
      assert.ok(read > 16_000_000);
    });
  });
});
