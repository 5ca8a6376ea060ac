import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import path from 'node:path';
import { anthropicEvent, anthropicSse } from '../support/anthropicAnswers';
import { exchangeRaw, openRawClient, requestText } from '../support/rawClient';
import { testToken } from '../support/testProxy';
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

const chunked = 'transfer-encoding: chunked';
const size = messagesBody.length.toString(16);
/** The honest body as one chunk, and the chunk that ends it. */
const chunks = `${size}\r\n${messagesBody}\r\n0\r\n\r\n`;
const length = `content-length: ${messagesBody.length}`;

/** Header lines and body of requests that two readers could understand differently. */
const smuggled: readonly (readonly [what: string, lines: readonly string[], body: string])[] = [
  ['both lengths', [length, chunked], chunks],
  ['both lengths, the other way round', [chunked, length], chunks],
  ['two lengths that differ', [length, 'content-length: 3'], messagesBody],
  ['two lengths that agree', [length, length], messagesBody],
  ['a list of lengths', [`${length}, ${messagesBody.length}`], messagesBody],
  ['a length with a sign', [`content-length: +${messagesBody.length}`], messagesBody],
  ['a negative length', ['content-length: -1'], messagesBody],
  ['a hexadecimal length', [`content-length: 0x${size}`], messagesBody],
  ['a length beyond all numbers', [`content-length: ${'9'.repeat(30)}`], messagesBody],
  ['an empty length', ['content-length:'], messagesBody],
  ['a space before the colon', ['transfer-encoding : chunked'], chunks],
  ['a vertical tab before the value', ['transfer-encoding: \x0bchunked'], chunks],
  ['a folded header', ['transfer-encoding:', ' chunked'], chunks],
  ['an unknown coding', ['transfer-encoding: xchunked'], chunks],
  ['identity', ['transfer-encoding: identity'], messagesBody],
  ['chunked, then another coding', ['transfer-encoding: chunked, identity'], chunks],
  ['another coding, then chunked', ['transfer-encoding: gzip, chunked'], chunks],
  ['chunked twice', ['transfer-encoding: chunked, chunked'], chunks],
  ['two transfer-encodings', [chunked, chunked], chunks],
  ['two transfer-encodings that differ', [chunked, 'transfer-encoding: identity'], chunks],
  ['a chunk size that is no number', [chunked], `zz\r\n${messagesBody}\r\n0\r\n\r\n`],
  ['a chunk size with 0x', [chunked], `0x${size}\r\n${messagesBody}\r\n0\r\n\r\n`],
  ['a negative chunk size', [chunked], `-${size}\r\n${messagesBody}\r\n0\r\n\r\n`],
  ['a space behind the chunk size', [chunked], `${size} \r\n${messagesBody}\r\n0\r\n\r\n`],
  ['a chunk size beyond all numbers', [chunked], `1${'f'.repeat(16)}\r\n${messagesBody}`],
  ['a chunk that is longer than it says', [chunked], `1\r\n${messagesBody}\r\n0\r\n\r\n`],
  ['a bare LF behind a chunk size', [chunked], `${size}\n${messagesBody}\r\n0\r\n\r\n`],
  ['a bare LF behind a chunk', [chunked], `${size}\r\n${messagesBody}\n0\r\n\r\n`],
  ['a bare LF in a chunk extension', [chunked], `${size};a\n${messagesBody}\r\n0\r\n\r\n`],
  ['a bare LF behind the last chunk', [chunked], `${size}\r\n${messagesBody}\r\n0\n\r\n`],
  ['a bare LF at the very end', [chunked], `${size}\r\n${messagesBody}\r\n0\r\n\n`],
  ['a bare LF between headers', [`x-a: b\nx-c: d`, length], messagesBody],
  ['a bare CR between headers', [`x-a: b\rx-c: d`, length], messagesBody],
  ['a header without a colon', ['x-a', length], messagesBody],
  ['a header without a name', [': b', length], messagesBody],
  ['a space before the first header’s name', [' x-a: b', length], messagesBody],
];

describe('request smuggling', () => {
  let port: Port;
  beforeEach(async () => {
    port = await openPort();
  });
  afterEach(() => port.close());

  /** What is to be smuggled past a reader that ends the first request elsewhere. */
  const second = () => requestText('GET /v1/models HTTP/1.1', headerLines(port.number));

  it('serves the honest forms: a length, and chunks', async () => {
    await assertServed(port, messagesRequest(port.number));
    const lines = [...headerLines(port.number), chunked];
    await assertServed(port, requestText('POST /v1/messages HTTP/1.1', lines) + chunks);
  });

  for (const [what, lines, body] of smuggled) {
    it(`is refused: ${what}`, async () => {
      const head = requestText('POST /v1/messages HTTP/1.1', [
        ...headerLines(port.number, { connection: undefined }),
        ...lines,
      ]);
      await assertRefused(port, head + body + second(), 400);
    });
  }

  it('is refused: bare LF everywhere, in the request line, at the end of the head', async () => {
    const honest = messagesRequest(port.number);
    for (const request of [
      honest.replaceAll('\r\n', '\n'),
      honest.replace('\r\n', '\n'),
      honest.replace('\r\n\r\n', '\r\n\n'),
      honest.replace('\r\n\r\n', '\n\n'),
    ]) {
      await assertRefused(port, request + second(), 400);
    }
  });

  it('is refused: chunks in HTTP/1.0, and versions that are none', async () => {
    const lines = [...headerLines(port.number), chunked];
    await assertRefused(port, requestText('POST /v1/messages HTTP/1.0', lines) + chunks, 400);
    for (const [version, status] of [
      ['HTTP/0.9', 505],
      ['HTTP/2.0', 505],
      ['HTTP/1.2', 400],
      ['HTTP/3.1', 400],
      ['HTTPS/1.1', 400],
      ['', 505],
    ] as const) {
      const requestLine = `POST /v1/messages ${version}`.trim();
      await assertRefused(port, messagesRequest(port.number, {}, { requestLine }), status);
    }
    await assertRefused(port, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400);
  });

  it('reaches nothing by trailers: they are no headers', async () => {
    const lines = [...headerLines(port.number, { authorization: undefined }), chunked];
    const trailers = `0\r\nauthorization: Bearer ${testToken}\r\nhost: evil.example\r\n\r\n`;
    const text = `${size}\r\n${messagesBody}\r\n${trailers}`;
    await assertRefused(port, requestText('POST /v1/messages HTTP/1.1', lines) + text, 401);
  });

  it('is refused under --insecure-http-parser as well', async () => {
    const entry = path.join(__dirname, 'lenientProcess.ts');
    const child = spawn(
      process.execPath,
      ['--insecure-http-parser', '--require', 'tsx/cjs', entry],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    try {
      const ports = await new Promise<{ readonly lenient: number; readonly ours: number }>(
        (resolve, reject) => {
          child.once('message', resolve);
          child.once('error', reject);
          child.once('exit', reject);
        },
      );
      const request = (number: number) =>
        requestText('POST /v1/messages HTTP/1.1', [...headerLines(number), chunked, length]) +
        chunks;
      const [lenient] = await exchangeRaw(ports.lenient, request(ports.lenient));
      assert.equal(lenient?.status, 200, 'the switch has no effect any more');
      const [ours] = await exchangeRaw(ports.ours, request(ports.ours));
      assert.equal(ours?.status, 400);
    } finally {
      child.kill();
    }
  });
});

describe('what is no request for us', () => {
  let port: Port;
  beforeEach(async () => {
    port = await openPort();
  });
  afterEach(() => port.close());

  const upgrade = (protocol: string, change: Readonly<Record<string, string>> = {}) =>
    requestText(
      'GET /v1/models HTTP/1.1',
      headerLines(port.number, { connection: 'Upgrade', upgrade: protocol, ...change }),
    );

  it('gets no WebSocket: 426, and a page not even that', async () => {
    const answer = await assertRefused(port, upgrade('websocket'), 426);
    assert.equal(answer.headers.get('upgrade'), 'HTTP/1.1');
    await assertRefused(port, upgrade('WebSocket', { origin: 'http://evil.example' }), 403);
    await assertRefused(port, upgrade('websocket', { host: 'evil.example' }), 403);
  });

  it('is served as it is where another protocol is offered', async () => {
    for (const protocol of ['h2c', 'TLS/1.0']) {
      const settings = { 'http2-settings': 'AAMAAABkAAQAAP__' };
      const client = await openRawClient(port.number);
      client.send(upgrade(protocol, settings));
      assert.equal((await client.next())?.status, 200);
      client.close();
      const unauthorized = { ...settings, authorization: 'Bearer nope' };
      await assertRefused(port, upgrade(protocol, unauthorized), 401);
    }
  });

  it('gets no tunnel', async () => {
    for (const target of ['evil.example:443', `127.0.0.1:${port.upstream.port}`]) {
      const text = requestText(`CONNECT ${target} HTTP/1.1`, headerLines(port.number));
      const answer = await assertRefused(port, text, 405);
      assert.match(answer.body, /no HTTP proxy/);
    }
    assert.equal(port.upstream.acceptedSockets(), 0);
  });

  it('is asked for its body only when it may send one', async () => {
    const honest = { expect: '100-continue' };
    const client = await openRawClient(port.number);
    const request = messagesRequest(port.number, honest);
    const head = request.slice(0, -messagesBody.length);
    client.send(head);
    assert.equal((await client.next())?.status, 100);
    client.send(messagesBody);
    assert.equal((await client.next())?.status, 200);
    client.close();
    const bare = { ...honest, 'content-length': String(messagesBody.length) };
    for (const [change, status] of [
      [{ authorization: 'Bearer nope' }, 401],
      [{ origin: 'http://evil.example' }, 403],
      [{ 'content-type': 'text/plain' }, 415],
      [{ 'content-length': String(2 ** 40) }, 413],
    ] as const) {
      const text = requestText(
        'POST /v1/messages HTTP/1.1',
        headerLines(port.number, { ...bare, ...change }),
      );
      const [answer, ...others] = await exchangeRaw(port.number, text);
      assert.equal(answer?.status, status);
      assert.deepEqual(others, []);
    }
    assert.equal(port.upstream.requests.length, 1);
  });

  it('meets no other expectation', async () => {
    await assertRefused(port, messagesRequest(port.number, { expect: 'miracles' }), 417);
    const unauthorized = { expect: 'miracles', host: 'evil.example' };
    await assertRefused(port, messagesRequest(port.number, unauthorized), 403);
  });

  it('never breaks into an answer that has begun', async () => {
    port.upstream.answer({
      sse: [
        ...anthropicSse([{ type: 'text', text: 'begun' }]).slice(0, 3),
        anthropicEvent('ping', {}),
      ],
      thenHang: true,
    });
    const client = await openRawClient(port.number);
    let received = '';
    client.socket.on('data', (text: string) => {
      received += text;
    });
    const body = JSON.stringify({ ...JSON.parse(messagesBody), stream: true });
    const lines = headerLines(port.number, { connection: undefined });
    client.send(requestText('POST /v1/messages HTTP/1.1', lines, body));
    while (!received.includes('content_block_delta')) {
      await new Promise((resolve) => client.socket.once('data', resolve));
    }
    client.send('\0\0\0 nonsense\r\n\r\n');
    await client.rest();
    assert.match(received, /^HTTP\/1\.1 200 /);
    assert.equal(received.match(/HTTP\/1\.1/g)?.length, 1);
  });

  it('holds no connection by leaving its own half open', async () => {
    for (const text of [
      'hello\r\n\r\n',
      requestText('CONNECT evil.example:443 HTTP/1.1', headerLines(port.number)),
      messagesRequest(port.number, { host: 'evil.example' }),
    ]) {
      const socket = connect({ port: port.number, host: '127.0.0.1', allowHalfOpen: true });
      const closed = new Promise((resolve) => socket.once('close', resolve));
      // Bytes for a connection that is wholly closed are answered with a reset.
      socket.on('error', () => undefined);
      socket.on('end', () => {
        const knocking = setInterval(() => socket.write('x'), 5);
        socket.once('close', () => clearInterval(knocking));
      });
      socket.resume();
      socket.write(text);
      await closed;
    }
  });

  it('gets one clear sentence for bytes that are no HTTP', async () => {
    for (const bytes of ['\x16\x03\x01\x02\0\x01\0', 'hello\r\n\r\n', 'SSH-2.0-x\r\n']) {
      const [answer] = await exchangeRaw(port.number, bytes);
      assert.equal(answer?.status, 400);
      assertTellsNothing(answer);
      assert.match(answer.body, /not a valid HTTP\/1\.1 request/);
    }
  });
});
