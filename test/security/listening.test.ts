import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { exchangeRaw, openRawClient } from '../support/rawClient';
import { startStandalone } from '../support/standalone';
import { startTestProxy } from '../support/testProxy';

const root = path.resolve(__dirname, '../..');

/** Every address of this machine but the one that we listen on. */
function otherAddresses(): readonly string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .map(({ address, scopeid }) =>
      scopeid === undefined || scopeid === 0 ? address : `${address}%${scopeid}`,
    );
  return [...new Set([...own, '::1', '127.0.0.2'])].filter((address) => address !== '127.0.0.1');
}

async function assertLoopbackOnly(port: number): Promise<void> {
  const client = await openRawClient(port);
  client.close();
  for (const address of otherAddresses()) {
    await assert.rejects(openRawClient(port, address), `${address} answers`);
  }
}

describe('where the proxy listens', () => {
  it('is 127.0.0.1 and no other address of this machine', async () => {
    const proxy = await startTestProxy();
    await assertLoopbackOnly(Number(new URL(proxy.url).port));
    await proxy.close();
  });

  it('is the same for the built standalone proxy, whose token has 256 bits as well', async () => {
    const standalone = await startStandalone({ settings: {} });
    try {
      const port = Number(new URL(standalone.url).port);
      await assertLoopbackOnly(port);
      assert.equal(Buffer.from(standalone.token, 'base64url').byteLength, 32);
      const [answer] = await exchangeRaw(
        port,
        `GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`,
      );
      assert.equal(answer?.status, 401);
    } finally {
      await standalone.stop();
    }
  });

  it('is decided in one place of the sources, by a literal address', () => {
    const files = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, readFileSync(path.join(root, 'src', file), 'utf8')] as const);
    const servers =
      /\bcreateServer\(|\bcreateSecureServer\(|\bcreateSocket\(|new (?:net|http|https|tls)?\.?Server\(/;
    const withServer = files.filter(([, text]) => servers.test(text)).map(([file]) => file);
    assert.deepEqual(withServer, [path.join('proxy', 'server.ts')]);
    const [, text = ''] = files.find(([file]) => file === withServer[0]) ?? [];
    const calls = [...text.matchAll(/\bserver\.listen\(([^()]*)/g)].map((match) => match[1]);
    assert.deepEqual(calls, ["port, '127.0.0.1', "]);
  });
});
