// Run under --insecure-http-parser: a server that says nothing of its parser, and ours.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestProxy } from '../support/testProxy';

async function main(): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  const lenient = typeof address === 'object' ? address?.port : undefined;
  const proxy = await startTestProxy();
  process.send?.({ lenient, ours: Number(new URL(proxy.url).port) });
}

void main();
