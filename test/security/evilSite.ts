// A hostile web site on this machine, and a port that is as careless as others have been: CORS for everyone, no token.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

export interface LocalServer {
  readonly port: number;
  close(): Promise<void>;
}

const script = readFileSync(path.join(__dirname, 'evilPage.js'), 'utf8');

export const evilHtml = `<!doctype html><title>evil</title><body><script>${script}</script></body>`;

const serviceWorker = `
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('message', (event) => {
  fetch(event.data).then((response) => response.text())
    .then((text) => event.ports[0].postMessage(text), () => event.ports[0].postMessage(''));
});`;

/** `/` is the page; `/sandboxed` the same with the origin `null`. */
export function startEvilSite(): Promise<LocalServer> {
  return startServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://evil.example');
    const shared = { 'access-control-allow-origin': '*' };
    if (pathname === '/redirect') {
      const location = searchParams.get('to') ?? '/';
      response.writeHead(307, { ...shared, location }).end();
    } else if (pathname === '/serviceWorker.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' }).end(serviceWorker);
    } else {
      const sandbox = {
        'content-security-policy': 'sandbox allow-scripts allow-forms allow-popups',
      };
      const headers = pathname === '/sandboxed' ? sandbox : {};
      response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(evilHtml);
    }
  });
}

export interface CarelessPort extends LocalServer {
  /** How often it was asked, preflights and all. */
  readonly asked: () => number;
}

export async function startCarelessPort(secret: string): Promise<CarelessPort> {
  let asked = 0;
  const server = await startServer((request, response) => {
    asked += 1;
    response.writeHead(200, {
      'access-control-allow-origin': request.headers.origin ?? '*',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': '*, PUT, POST, GET',
      'access-control-allow-headers': 'authorization, content-type, x-api-key',
      'content-type': contentType(request),
    });
    const isEvents = contentType(request) === 'text/event-stream';
    response.end(isEvents ? `data: ${secret}\n\n` : `globalThis.leaked = '${secret}'; //`);
  });
  return { ...server, asked: () => asked };
}

function contentType({ headers, method }: IncomingMessage): string {
  if (headers.accept === 'text/event-stream') return 'text/event-stream';
  return method === 'GET' ? 'text/javascript' : 'text/plain';
}

async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<LocalServer> {
  const server: Server = createServer((request, response) => {
    request.resume();
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
