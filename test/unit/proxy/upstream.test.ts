import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createUpstream, type SendResult } from '../../../src/proxy/upstream';
import { startRawUpstream } from '../../support/rawUpstream';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';

describe('the HTTP client', () => {
  let server: ScriptedUpstream;
  before(async () => {
    server = await startScriptedUpstream();
  });
  after(() => server.close());

  async function get(url: string, environment: Record<string, string> = {}): Promise<SendResult> {
    const upstream = createUpstream(2_000, environment);
    const { signal } = new AbortController();
    const result = await upstream.send({ method: 'GET', url, headers: {}, signal });
    void upstream.retire();
    return result;
  }

  async function textOf(result: SendResult): Promise<string> {
    if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of result.response.body) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
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
      [refused.reason, refused.detail],
      ['unreachable', 'nothing listens there (ECONNREFUSED)'],
    );
    server.answer({ reset: true });
    const cut = await get(server.url);
    assert.ok(!cut.ok);
    assert.equal(cut.reason, 'broken');
  });

  it('says that the proxy address is wrong instead of going around the proxy', async () => {
    const result = await get(server.url, { HTTPS_PROXY: '::::' });
    assert.ok(!result.ok);
    assert.match(result.detail, /HTTPS_PROXY or the setting http\.proxy is not an address/);
  });

  it('goes through the HTTP proxy of the environment, but not to loopback addresses', async () => {
    const tunnels: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      tunnels.push(request.url ?? '');
      const onward = connect(server.port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const environment = { HTTP_PROXY: `http://127.0.0.1:${port}`, no_proxy: 'internal.example' };
    server.answer({ status: 200, body: 'through the tunnel' }, { status: 200, body: 'direct' });
    assert.equal(
      await textOf(await get('http://llm.example/v1', environment)),
      'through the tunnel',
    );
    assert.deepEqual(tunnels, ['llm.example:80']);
    assert.equal(await textOf(await get(server.url, environment)), 'direct');
    assert.equal(tunnels.length, 1);
    const bare = { https_proxy: '', http_proxy: `127.0.0.1:${port}` };
    server.answer({ status: 200, body: 'without a scheme' });
    assert.equal(await textOf(await get('http://llm.example/v1', bare)), 'without a scheme');
    proxy.closeAllConnections();
    proxy.close();
  });
});

/** Lets what has come be noticed. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
