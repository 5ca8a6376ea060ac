import type { Server } from 'node:http';

/** Listens on a free loopback port and says where, in the words of the standalone proxy. */
export function announce(server: Server): void {
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address !== 'object' || address === null) throw new Error('not listening on a port');
    process.stdout.write(
      `${JSON.stringify({ url: `http://127.0.0.1:${address.port}`, token: '' })}\n`,
    );
  });
}
