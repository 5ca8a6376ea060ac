// The same pipe with the HTTP client that Switchyard uses. `node pipeUndici.js UPSTREAM_URL`.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { Agent } from 'undici';
import { announce } from './listening';

const origin = process.argv[2] ?? '';
const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0 });

const server = createServer((incoming, outgoing) => {
  const cancelled = new AbortController();
  outgoing.on('close', () => cancelled.abort());
  agent
    .request({
      origin,
      path: incoming.url ?? '/',
      method: 'POST',
      headers: passedOn(incoming.headers),
      body: incoming,
      signal: cancelled.signal,
    })
    .then(({ statusCode, headers, body }) => {
      const { connection: _connection, 'keep-alive': _keepAlive, ...others } = headers;
      outgoing.writeHead(statusCode, others);
      body.on('error', () => outgoing.destroy());
      body.pipe(outgoing);
    })
    .catch(() => outgoing.destroy());
});
server.keepAliveTimeout = 120_000;
announce(server);

/** Without what belongs to one connection, which undici refuses. */
function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const own = new Set(['connection', 'host', 'keep-alive', 'transfer-encoding']);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && !own.has(name) ? [[name, value]] : [],
    ),
  );
}
