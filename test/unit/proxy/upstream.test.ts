import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { createUpstream, type SendResult } from '../../../src/proxy/upstream';
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
