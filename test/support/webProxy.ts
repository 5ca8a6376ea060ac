// Real proxies on loopback, as companies have them: HTTP (CONNECT and forwarding), HTTPS, SOCKS 5. Every name leads to
// one upstream, so that tests can use names that resolve nowhere.
import { createServer, type RequestListener, request } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Certificate } from './privateCa';

export interface WebProxyOptions {
  /** The port to which everything leads, whatever was asked for. */
  readonly upstreamPort: number;
  /** Wanted, as `user:password`. */
  readonly login?: string;
  /** The whole header value that is wanted instead. */
  readonly authorization?: string;
  /** Sent with 407. */
  readonly authenticate?: string;
  /** Answers every CONNECT with this. */
  readonly status?: number;
  /** Takes CONNECT and never answers. */
  readonly isSilent?: true;
  /** Speaks TLS itself. */
  readonly certificate?: Certificate;
}

export interface TestWebProxy {
  readonly port: number;
  /** `host:port` of each CONNECT that was let through. */
  readonly tunnels: readonly string[];
  /** The URL of each request that was handed over. */
  readonly forwarded: readonly string[];
  /** Every attempt, let through or not. */
  readonly attempts: readonly string[];
  close(): Promise<void>;
}

export async function startWebProxy(options: WebProxyOptions): Promise<TestWebProxy> {
  const tunnels: string[] = [];
  const forwarded: string[] = [];
  const attempts: string[] = [];
  const wanted =
    options.authorization ??
    (options.login === undefined
      ? undefined
      : `Basic ${Buffer.from(options.login, 'utf8').toString('base64')}`);
  const authenticate = options.authenticate ?? 'Basic realm="company"';
  const handOver: RequestListener = (incoming, outgoing) => {
    attempts.push(incoming.url ?? '');
    if (wanted !== undefined && incoming.headers['proxy-authorization'] !== wanted) {
      outgoing.writeHead(407, { 'proxy-authenticate': authenticate }).end();
      return;
    }
    forwarded.push(incoming.url ?? '');
    const { pathname, search } = new URL(incoming.url ?? '');
    const { 'proxy-authorization': _, ...headers } = incoming.headers;
    const onward = request(
      { port: options.upstreamPort, method: incoming.method, path: pathname + search, headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  };
  const server =
    options.certificate === undefined
      ? createServer(handOver)
      : createSecureServer({ ...options.certificate }, handOver);
  server.on('connect', (incoming: { url?: string; headers: object }, socket: Duplex) => {
    const target = incoming.url ?? '';
    attempts.push(target);
    socket.on('error', () => undefined);
    if (options.isSilent === true) return;
    const given = new Map(Object.entries(incoming.headers)).get('proxy-authorization');
    if (wanted !== undefined && given !== wanted) {
      socket.end(
        `HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: ${authenticate}\r\n\r\n`,
      );
      return;
    }
    if (options.status !== undefined) {
      socket.end(`HTTP/1.1 ${options.status} No\r\n\r\n`);
      return;
    }
    tunnels.push(target);
    const onward = connect(options.upstreamPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      join(socket, onward);
    });
    onward.on('error', () => socket.destroy());
  });
  const listening = await listen(server);
  return { ...listening, tunnels, forwarded, attempts };
}

export interface SocksProxyOptions {
  readonly upstreamPort: number;
  /** Wanted, as `user:password`. */
  readonly login?: string;
  /** The reply to every connection: 2 not allowed, 5 refused, … */
  readonly reply?: number;
}

export async function startSocksProxy(options: SocksProxyOptions): Promise<TestWebProxy> {
  const tunnels: string[] = [];
  const attempts: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    void serveSocks(socket, options, { tunnels, attempts });
  });
  return { ...(await listen(server)), tunnels, forwarded: [], attempts };
}

async function serveSocks(
  socket: Socket,
  { login, reply = 0, upstreamPort }: SocksProxyOptions,
  seen: { readonly tunnels: string[]; readonly attempts: string[] },
): Promise<void> {
  // Whoever waits for bytes of a closed socket waits in vain; nobody else does.
  const read = (length: number): Promise<Buffer> =>
    new Promise((resolve) => {
      const tryNow = (): void => {
        const chunk: unknown = socket.read(length);
        if (Buffer.isBuffer(chunk)) resolve(chunk);
        else socket.once('readable', tryNow);
      };
      tryNow();
    });
  const [, methodCount = 0] = await read(2);
  const methods = [...(await read(methodCount))];
  const method = login === undefined ? 0 : 2;
  if (!methods.includes(method)) {
    socket.end(Buffer.from([5, 0xff]));
    return;
  }
  socket.write(Buffer.from([5, method]));
  if (login !== undefined) {
    const [, nameLength = 0] = await read(2);
    const username = await read(nameLength);
    const [passwordLength = 0] = await read(1);
    const isRight = `${username}:${await read(passwordLength)}` === login;
    socket.write(Buffer.from([1, isRight ? 0 : 1]));
    if (!isRight) return;
  }
  const [, , , type] = await read(4);
  const length = type === 1 ? 4 : ((await read(1))[0] ?? 0);
  const host = await read(length);
  const name = type === 1 ? [...host].join('.') : host.toString('utf8');
  const target = `${name}:${(await read(2)).readUInt16BE()}`;
  seen.attempts.push(target);
  const answer = Buffer.from([5, reply, 0, 1, 127, 0, 0, 1, 0, 0]);
  if (reply !== 0) {
    socket.end(answer);
    return;
  }
  seen.tunnels.push(target);
  const onward = connect(upstreamPort, '127.0.0.1', () => {
    socket.write(answer);
    join(socket, onward);
  });
  onward.on('error', () => socket.destroy());
}

function join(near: Duplex, far: Socket): void {
  near.pipe(far).pipe(near);
  near.on('close', () => far.destroy());
  far.on('close', () => near.destroy());
}

function listen(server: Server): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve({
        port: typeof address === 'object' && address !== null ? address.port : 0,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const socket of sockets) socket.destroy();
          }),
      });
    });
  });
}
