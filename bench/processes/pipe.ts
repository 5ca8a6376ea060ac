import { Agent, createServer, request, type Server } from 'node:http';

/** The least that a proxy can do with Node's own HTTP: bytes in, bytes out. */
export function createPipe(upstreamUrl: string): Server {
  const { hostname, port } = new URL(upstreamUrl);
  const agent = new Agent({ keepAlive: true });
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const call = request({ agent, hostname, port, method, path, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    call.on('error', () => outgoing.destroy());
    outgoing.on('close', () => call.destroy());
    incoming.pipe(call);
  });
  server.keepAliveTimeout = 120_000;
  return server;
}
