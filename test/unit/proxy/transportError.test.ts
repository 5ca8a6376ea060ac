import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type net from 'node:net';
import tls from 'node:tls';
import { readNetwork } from '../../../src/proxy/network';
import { render, type Words } from '../../../src/proxy/phrase';
import { readTransportError } from '../../../src/proxy/transportError';
import { createUpstream } from '../../../src/proxy/upstream';
import { chinese, ENGLISH, inChinese } from '../../support/inChinese';
import { makePrivateCa } from '../../support/privateCa';
import { silentLogger } from '../../support/silentLogger';

const { cert, key } = makePrivateCa().issue('localhost');

/** Why a call to `https://localhost` fails where this server listens. */
async function failureAt(server: net.Server): Promise<Words> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const network = readNetwork({});
  const upstream = createUpstream({ connectTimeoutMs: 5_000, network, log: silentLogger });
  try {
    const sent = await upstream.send({
      method: 'GET',
      url: `https://127.0.0.1:${address.port}/`,
      headers: {},
      signal: new AbortController().signal,
    });
    assert.ok(!sent.ok);
    return sent.detail;
  } finally {
    await upstream.destroy();
    server.close();
  }
}

function failure(code: string, message: string, more: object = {}): Words {
  return readTransportError(Object.assign(new Error(message), { code, ...more })).detail;
}

describe('a TLS connection that does not come about', () => {
  it('is told as what it is where the server speaks plain HTTP', async () => {
    const said = await failureAt(http.createServer((_request, answer) => answer.end()));
    assert.equal(
      render(said),
      'it does not speak TLS, as https needs (ERR_SSL_WRONG_VERSION_NUMBER)',
    );
    assert.equal(inChinese(said), '它不使用 https 所需的 TLS（ERR_SSL_WRONG_VERSION_NUMBER）');
  });

  it('is told as what it is where the server speaks old versions alone', async () => {
    const server = tls.createServer({ cert, key, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' });
    server.on('tlsClientError', () => {});
    const said = await failureAt(server);
    assert.match(render(said), /^it speaks no version of TLS that is safe \(ERR_SSL_\w+\)$/);
    inChinese(said);
  });

  const handshake = '804CAB1F007F0000:error:0A000410:SSL routines:…:../deps/openssl/rec_layer.c:16';
  for (const [code, message, more, said] of [
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      handshake,
      { reason: 'sslv3 alert handshake failure' },
      'no encrypted connection came about: “sslv3 alert handshake failure”',
    ],
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      handshake,
      { reason: 'tlsv13 alert certificate required' },
      'it asks for a client certificate, which Switchyard cannot send',
    ],
    [
      'CERT_NOT_YET_VALID',
      'certificate is not yet valid',
      {},
      'its certificate is not valid yet, or the clock is slow here',
    ],
    ['CERT_REVOKED', 'certificate revoked', {}, 'its certificate has been revoked'],
    [
      'INVALID_PURPOSE',
      'unsupported certificate purpose',
      {},
      'its certificate is not accepted: “unsupported certificate purpose”',
    ],
    ['CERT_HAS_EXPIRED', 'certificate has expired', {}, 'its certificate has expired'],
    [
      'EADDRNOTAVAIL',
      'connect EADDRNOTAVAIL',
      {},
      'the connection failed: “connect EADDRNOTAVAIL”',
    ],
  ] as const) {
    it(`is told in a sentence of ours, whatever Node says: ${code}`, () => {
      const words = failure(code, message, more);
      assert.equal(render(words), `${said} (${code})`);
      assert.doesNotMatch(withoutQuotes(words), ENGLISH);
    });
  }
});

describe('an error without a code', () => {
  it('is quoted in a sentence of ours', () => {
    const { reason, detail } = readTransportError(new Error('something odd happened'));
    assert.equal(reason, 'unreachable');
    assert.equal(render(detail), 'the connection failed: “something odd happened”');
    assert.doesNotMatch(withoutQuotes(detail), ENGLISH);
  });

  it('is told as no HTTP where it is the parser’s', () => {
    const error = Object.assign(new Error('Invalid header'), { name: 'HTTPParserError' });
    const { reason, detail } = readTransportError(error);
    assert.equal(reason, 'broken');
    assert.equal(render(detail), 'it did not answer in HTTP: “Invalid header”');
  });
});

/** What is ours of it, in Chinese. */
function withoutQuotes(words: Words): string {
  return render(words, chinese).replace(/“[^”]*”/g, '');
}
