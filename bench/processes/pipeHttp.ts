// The least that a proxy can do with Node's own HTTP: bytes in, bytes out. `node pipeHttp.js UPSTREAM_URL`.
import { Agent, createServer, request } from 'node:http';
import { announce } from './listening';

const upstream = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true });

const server = createServer((incoming, outgoing) => {
  const { hostname, port } = upstream;
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
announce(server);
