import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { readNetwork } from '../../../src/proxy/network';
import { phrase, render } from '../../../src/proxy/phrase';
import { createUpstream, type SendResult, type Upstream } from '../../../src/proxy/upstream';
import { startRawUpstream } from '../../support/rawUpstream';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { silentLogger } from '../../support/silentLogger';

describe('the HTTP client', () => {
  let server: ScriptedUpstream;
  before(async () => {
    server = await startScriptedUpstream();
  });
  after(() => server.close());

  async function get(url: string): Promise<SendResult> {
    const network = readNetwork({});
    const upstream = createUpstream({ connectTimeoutMs: 2_000, network, log: silentLogger });
    const { signal } = new AbortController();
    const result = await upstream.send({ method: 'GET', url, headers: {}, signal });
    void upstream.retire();
    return result;
  }

  it('reads compressed answers although it asks for none', async () => {
    for (const [encoding, body] of [
      ['gzip', gzipSync('squeezed')],
      ['br', brotliCompressSync('squeezed')],
    ] as const) {
      server.answer({ sse: [body], headers: { 'content-encoding': encoding } });
      assert.equal(await textOf(await get(server.url)), 'squeezed');
    }
  });

  // Each of the three took the whole worker along: nodejs/undici#5360.
  const bodyBytes = 40_000;
  for (const [what, framing] of [
    ['without a length', ''],
    ['of a known length', `content-length: ${bodyBytes}\r\n`],
    ['in chunks', 'transfer-encoding: chunked\r\n'],
  ] as const) {
    it(`reads a body ${what} whole when it was closed before anybody read it`, async () => {
      const isChunked = framing.startsWith('transfer');
      const body = 'x'.repeat(bodyBytes);
      const text = isChunked ? `${bodyBytes.toString(16)}\r\n${body}\r\n0\r\n\r\n` : body;
      const raw = await startRawUpstream(async (line) => {
        await line.send(`HTTP/1.1 200 OK\r\nconnection: close\r\n${framing}\r\n${text}`);
        line.end();
      });
      const result = await get(raw.url);
      await raw.whenPlayed();
      await turns(50);
      assert.equal((await textOf(result)).length, bodyBytes);
      await raw.close();
    });
  }

  it('tells of a body that was reset before anybody read it', async () => {
    server.answer({
      sse: ['x'.repeat(bodyBytes)],
      headers: { connection: 'close' },
      thenReset: true,
    });
    const result = await get(server.url);
    await turns(50);
    await assert.rejects(textOf(result));
  });

  it('follows no redirect, so that a key never goes elsewhere', async () => {
    server.answer({ status: 302, headers: { location: `${server.url}/elsewhere` } });
    const calls = server.requests.length;
    const result = await get(server.url);
    assert.ok(result.ok);
    assert.equal(result.response.status, 302);
    await textOf(result);
    assert.equal(server.requests.length, calls + 1);
  });

  it('tells a host that refuses from a connection that breaks', async () => {
    const refused = await get('http://127.0.0.1:9/');
    assert.ok(!refused.ok);
    assert.deepEqual(
      [refused.reason, render(refused.detail)],
      ['unreachable', 'nothing listens there (ECONNREFUSED)'],
    );
    server.answer({ reset: true });
    const cut = await get(server.url);
    assert.ok(!cut.ok);
    assert.equal(cut.reason, 'broken');
  });
});

describe('a call to an upstream', () => {
  let server: ScriptedUpstream;
  let upstream: Upstream;
  beforeEach(async () => {
    server = await startScriptedUpstream();
    const network = readNetwork({});
    upstream = createUpstream({ connectTimeoutMs: 2_000, network, log: silentLogger });
  });
  afterEach(async () => {
    await upstream.destroy();
    await server.close();
  });

  function send(signal = new AbortController().signal, url = server.url): Promise<SendResult> {
    return upstream.send({ method: 'POST', url, headers: {}, body: 'ask', signal });
  }

  const cancelled = { ok: false, reason: 'cancelled', detail: phrase('cancelled') };
  const events = ['data: 1\n\n', 'data: 2\n\n'];

  it('uses a connection again whose answer was read to the end', async () => {
    server.answerAlways({ sse: events });
    for (let call = 0; call < 3; call += 1) {
      assert.equal(await textOf(await send()), events.join(''));
      await turns(5);
    }
    assert.equal(server.acceptedSockets(), 1);
  });

  it('is not made when it was cancelled before', async () => {
    assert.deepEqual(await send(AbortSignal.abort()), cancelled);
    await turns(20);
    assert.equal(server.acceptedSockets(), 0);
  });

  it('is cancelled at once while it has no connection yet, and never asks', async () => {
    const controller = new AbortController();
    const sent = send(controller.signal);
    controller.abort();
    assert.deepEqual(await Promise.race([sent, nextTurn('late')]), cancelled);
    await turns(50);
    assert.equal(server.requests.length, 0);
    assert.equal(server.openSockets(), 0);
  });

  it('is cancelled while it waits for an answer', async () => {
    server.answer({ silent: true });
    const controller = new AbortController();
    const sent = send(controller.signal);
    await server.waitForRequests(1);
    controller.abort();
    assert.deepEqual(await sent, cancelled);
    await server.requests[0]?.whenClosed;
    assert.equal(server.requests[0]?.isAborted, true);
  });

  for (const [what, answer] of [
    ['', { sse: events, thenHang: true }],
    [
      ' that is compressed',
      { sse: [gzipSync('x')], headers: { 'content-encoding': 'gzip' }, thenHang: true },
    ],
  ] as const) {
    it(`is cancelled in the middle of an answer${what}: whoever reads hears of it`, async () => {
      server.answer(answer);
      const controller = new AbortController();
      const reading = textOf(await send(controller.signal));
      await turns(20);
      controller.abort();
      await assert.rejects(reading);
      await server.requests[0]?.whenClosed;
      assert.equal(server.requests[0]?.isAborted, true);
    });

    it(`lets the connection go when its answer${what} is destroyed`, async () => {
      server.answer(answer);
      const result = await send();
      assert.ok(result.ok);
      result.response.destroy();
      await server.requests[0]?.whenClosed;
      assert.equal(server.requests[0]?.isAborted, true);
      await assert.rejects(textOf(result));
    });
  }

  it('keeps the connection when it is cancelled or destroyed behind the end', async () => {
    server.answerAlways({ sse: events });
    for (let call = 0; call < 3; call += 1) {
      const controller = new AbortController();
      const result = await send(controller.signal);
      assert.ok(result.ok);
      await textOf(result);
      result.response.destroy();
      controller.abort();
      await turns(5);
    }
    assert.equal(server.acceptedSockets(), 1);
  });

  it('lets the connection go when its reader stops early', async () => {
    server.answer({ sse: events, thenHang: true });
    const result = await send();
    assert.ok(result.ok);
    for await (const chunk of result.response.body) {
      assert.ok(chunk.length > 0);
      break;
    }
    await server.requests[0]?.whenClosed;
    assert.equal(server.requests[0]?.isAborted, true);
  });

  it('gives what came before the connection broke, to whoever reads only then', async () => {
    const raw = await startRawUpstream(async (line) => {
      await line.send('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nbegun');
      line.end();
    });
    const result = await send(undefined, raw.url);
    assert.ok(result.ok);
    await raw.whenPlayed();
    await turns(50);
    const bytes = result.response.body[Symbol.asyncIterator]();
    assert.equal(Buffer.from((await bytes.next()).value ?? '').toString(), 'begun');
    await assert.rejects(async () => bytes.next());
    await raw.close();
  });

  it('tells of compressed bytes that stop before their end', async () => {
    const whole = gzipSync('x'.repeat(100_000));
    server.answer({ sse: [whole.subarray(0, -10)], headers: { 'content-encoding': 'gzip' } });
    await assert.rejects(textOf(await send()));
  });

  it('reads past what an upstream says before its answer, and joins repeated headers', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n';
    const head = 'HTTP/1.1 200 OK\r\nX-Limit: a\r\nx-limit: b\r\nconstructor: c\r\n';
    const raw = await startRawUpstream(async (line) => {
      await line.send(`${hints}${head}content-length: 2\r\n\r\nok`);
    });
    const result = await send(undefined, raw.url);
    assert.equal(await textOf(result), 'ok');
    assert.ok(result.ok);
    const { status, headers } = result.response;
    assert.equal(status, 200);
    assert.deepEqual(headers, { 'x-limit': 'a, b', constructor: 'c', 'content-length': '2' });
    await raw.close();
  });

  it('takes little of an answer that nobody reads', async () => {
    const raw = await startRawUpstream(async (line) => {
      await line.send('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
      await line.flood('x'.repeat(64 * 1024));
    });
    const result = await send(undefined, raw.url);
    assert.ok(result.ok);
    let taken = -1;
    while (taken !== raw.sentBytes()) {
      taken = raw.sentBytes();
      await turns(300);
    }
    // All but a little of it lies with the system.
    assert.ok(taken < 32 * 1024 * 1024, `${taken} bytes were taken`);
    result.response.destroy();
    await raw.whenPlayed();
    await raw.close();
  });
});

async function textOf(result: SendResult): Promise<string> {
  if (!result.ok) throw new Error(`${result.reason}: ${render(result.detail)}`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of result.response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Lets what has come be noticed. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
