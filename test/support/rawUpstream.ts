// An upstream that is a bare socket: what it sends need not be HTTP, nor sound, nor ever end.
import { createServer, type Socket } from 'node:net';
import { serveRequests } from './faultsUpstream';

/** One connection on which a request has come in. */
export interface Line {
  /** Resolves when the bytes were taken, to false once the caller has left. */
  send(bytes: string | Uint8Array): Promise<boolean>;
  /** Sends the same again until the caller leaves; `atMost` keeps a caller that never does from filling the disk. */
  flood(bytes: string | Uint8Array, atMost?: number): Promise<void>;
  end(): void;
}

export type Script = (line: Line, call: number) => void | Promise<void>;

export interface RawUpstream {
  readonly url: string;
  /** What every request is answered with from now on. */
  play(script: Script): void;
  calls(): number;
  /** Bytes that the other side has taken, or that lie between. */
  sentBytes(): number;
  /** Resolves when this many bytes were sent. */
  whenSent(bytes: number): Promise<void>;
  /** Resolves when a script has ended, however it was played. */
  whenPlayed(): Promise<void>;
  close(): Promise<void>;
}

/** Starts one on a free loopback port. */
export async function startRawUpstream(first: Script): Promise<RawUpstream> {
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();
  let script = first;
  let calls = 0;
  let played = 0;
  let sent = 0;
  const tell = () => {
    for (const check of [...waiting]) check();
  };
  const until = (isTrue: () => boolean) =>
    new Promise<void>((resolve) => {
      const check = () => {
        if (!isTrue()) return;
        waiting.delete(check);
        resolve();
      };
      waiting.add(check);
      check();
    });
  const lineOn = (socket: Socket): Line => {
    const send = (bytes: string | Uint8Array) =>
      new Promise<boolean>((resolve) => {
        if (socket.destroyed) return resolve(false);
        socket.once('close', () => resolve(false));
        socket.write(bytes, (error) => {
          socket.removeAllListeners('close');
          if (!error) sent += Buffer.byteLength(bytes);
          tell();
          resolve(!error);
        });
      });
    return {
      send,
      async flood(bytes, atMost = 4_096) {
        for (let count = 0; count < atMost; count += 1) if (!(await send(bytes))) return;
      },
      end: () => void socket.end(),
    };
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    serveRequests(socket, () => {
      calls += 1;
      void Promise.resolve(script(lineOn(socket), calls)).then(() => {
        played += 1;
        tell();
      });
    });
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('no TCP address'));
      else resolve(address.port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    play(next) {
      script = next;
    },
    calls: () => calls,
    sentBytes: () => sent,
    whenSent: (bytes) => until(() => sent >= bytes),
    whenPlayed: () => until(() => played === calls),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A head that announces a body without a length: it ends with the connection. */
export function headOf(status: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join('')}connection: close\r\n\r\n`;
}

export const eventStreamHead = headOf('200 OK', { 'content-type': 'text/event-stream' });
export const jsonHead = headOf('200 OK', { 'content-type': 'application/json' });
