import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { readNetwork } from '../../../src/proxy/network';
import { render } from '../../../src/proxy/phrase';
import { createUpstream, type SendResult } from '../../../src/proxy/upstream';
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
      [refused.reason, render(refused.detail)],
      ['unreachable', 'nothing listens there (ECONNREFUSED)'],
    );
    server.answer({ reset: true });
    const cut = await get(server.url);
    assert.ok(!cut.ok);
    assert.equal(cut.reason, 'broken');
  });
});

/** Lets what has come be noticed. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await nextTurn();
}
