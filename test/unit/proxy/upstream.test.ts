import assert from 'node:assert/strict';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { readNetwork } from '../../../src/proxy/network';
import { createUpstream, type SendResult } from '../../../src/proxy/upstream';
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
});
