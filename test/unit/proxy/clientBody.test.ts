import assert from 'node:assert/strict';
import { type ClientRequest, createServer, type Server, request as startRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ClientBody, readClientBody } from '../../../src/proxy/clientBody';
import { serverLimits } from '../../../src/proxy/limits';
import { createFakeClock } from '../../support/fakeClock';

describe('the body of a client’s request', () => {
  const clock = createFakeClock();
  let server: Server;
  let client: ClientRequest;
  let received = 0;
  let body: Promise<ClientBody>;

  beforeEach(async () => {
    received = 0;
    const arrived = new Promise<void>((resolve) => {
      server = createServer((request) => {
        body = readClientBody(request, { ...serverLimits, maxBodyBytes: 200_000 }, clock);
        request.on('data', (chunk: Buffer) => {
          received += chunk.byteLength;
        });
        resolve();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    client = startRequest({ host: '127.0.0.1', port, method: 'POST' });
    client.on('error', () => undefined);
    client.flushHeaders();
    await arrived;
  });
  afterEach(() => {
    client.destroy();
    server.close();
    assert.equal(clock.pending(), 0);
  });

  async function send(text: string): Promise<void> {
    const before = received;
    client.write(text);
    while (received < before + Buffer.byteLength(text)) await nextTurn();
  }

  it('may take as long as it likes while it makes progress', async () => {
    const piece = 'x'.repeat(serverLimits.minBodyBytesPerSpan);
    for (let span = 0; span < 10; span += 1) {
      await send(piece);
      clock.advance(serverLimits.bodySpanMs);
    }
    client.end('é');
    const read = await body;
    assert.ok(read.ok && read.bytes.equals(Buffer.from(`${piece.repeat(10)}é`)));
  });

  it('is refused with 408 as soon as one span brings next to nothing', async () => {
    await send('x'.repeat(100_000));
    clock.advance(serverLimits.bodySpanMs);
    await send('x'.repeat(serverLimits.minBodyBytesPerSpan - 1));
    clock.advance(serverLimits.bodySpanMs);
    const result = await body;
    assert.equal(result.ok ? 200 : result.refusal.status, 408);
  });

  it('is refused with 413 as soon as it is too large', async () => {
    await send('x'.repeat(200_001));
    const result = await body;
    assert.equal(result.ok ? 200 : result.refusal.status, 413);
  });

  it('is over when the client leaves', async () => {
    client.destroy();
    const result = await body;
    assert.equal(result.ok ? 200 : result.refusal.status, 400);
  });
});
