// An upstream that speaks HTTP byte by byte, so that a test can break an answer anywhere: inside its head, inside a
// chunk, inside a character. It waits until the proxy has taken what was sent before it goes on, which makes the order of
// "these bytes, then the end" certain.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isObject, parseJson } from '../../src/proxy/wire/json';

/** How an answer ends: properly, by a closed connection in mid-body, by a TCP reset, or never. */
export type Ending = 'finish' | 'close' | 'reset' | 'stall';

/** One answer, told in bytes. */
export interface RawAnswer {
  /** Raw bytes in place of a head of status and headers; `''` for none at all. */
  readonly rawHead?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Each is sent as one HTTP chunk, and taken by the proxy before the next. */
  readonly pieces: readonly Uint8Array[];
  readonly ending: Ending;
  /** Awaited before each piece. */
  readonly beforePiece?: (index: number) => void | Promise<void>;
  /** Pieces go out as fast as the connection takes them. */
  readonly isFast?: true;
}

/** One request as it arrived. */
export interface Call {
  readonly method: string;
  readonly model: string;
  readonly path: string;
  readonly isStream: boolean;
  /** True while the answer is neither finished nor cut off by anybody. */
  isOpen: boolean;
  /** Resolves when everything but a `stall` is over, and with the beginning of a `stall`. */
  readonly whenPlayed: Promise<void>;
}

export interface FaultsUpstream {
  readonly url: string;
  readonly calls: readonly Call[];
  /** Forgets the calls so far. */
  clear(): void;
  openSockets(): number;
  close(): Promise<void>;
}

/** Starts an upstream on a free loopback port that answers each call as `answer` says. */
export async function startFaultsUpstream(
  answer: (call: Call) => RawAnswer,
): Promise<FaultsUpstream> {
  const calls: Call[] = [];
  const sockets = new Set<Socket>();
  const taken = watchClients();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    let current: Call | undefined;
    socket.on('close', () => {
      if (current !== undefined) current.isOpen = false;
    });
    serveRequests(socket, (request) => {
      const { call, played } = newCall(request);
      calls.push(call);
      current = call;
      void play(socket, answer(call), taken)
        .then((isOver) => {
          if (isOver) call.isOpen = false;
        })
        .finally(played);
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
    calls,
    clear: () => {
      calls.length = 0;
    },
    openSockets: () => sockets.size,
    close: () => {
      taken.dispose();
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

function newCall({ method, path, body }: Request): {
  readonly call: Call;
  readonly played: () => void;
} {
  const { model, isStream } = askedFor(path, body);
  let played: () => void = () => undefined;
  const whenPlayed = new Promise<void>((resolve) => {
    played = resolve;
  });
  return {
    call: { method, model, path, isStream, isOpen: true, whenPlayed },
    played: () => played(),
  };
}

/** Gemini names the model and the manner in the path, the others in the body. */
function askedFor(path: string, body: string): Pick<Call, 'model' | 'isStream'> {
  const [, model, method] = /\/models\/([^/:]+):(\w+)/.exec(path) ?? [];
  if (model !== undefined) {
    return { model: decodeURIComponent(model), isStream: method === 'streamGenerateContent' };
  }
  const json = parseJson(body);
  return isObject(json)
    ? { model: String(json['model']), isStream: json['stream'] === true }
    : { model: '', isStream: false };
}

/** Reads one request after the other off a connection; the proxy always sends a content-length. */
export function serveRequests(socket: Socket, onRequest: (request: Request) => void): void {
  let held = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk]);
    const headEnd = held.indexOf('\r\n\r\n');
    if (headEnd < 0) return;
    const head = held.toString('latin1', 0, headEnd);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (held.length < headEnd + 4 + length) return;
    const body = held.toString('utf8', headEnd + 4, headEnd + 4 + length);
    held = held.subarray(headEnd + 4 + length);
    const [method = '', path = '/'] = head.split(' ');
    onRequest({ method, path, body });
  });
}

/** Resolves to whether the exchange is over. */
async function play(socket: Socket, answer: RawAnswer, taken: Taken): Promise<boolean> {
  const send = async (bytes: string | Uint8Array) => {
    if (socket.destroyed) return;
    await new Promise<void>((resolve) => {
      socket.write(bytes, () => resolve());
    });
    if (answer.isFast !== true) await taken.all(socket);
  };
  const isChunked = answer.rawHead === undefined;
  await send(answer.rawHead ?? headOf(answer));
  for (const [index, piece] of answer.pieces.entries()) {
    await answer.beforePiece?.(index);
    if (socket.destroyed) return true;
    // An empty chunk would be the end of the body.
    if (piece.length === 0) continue;
    await send(isChunked ? chunkOf(piece) : piece);
  }
  switch (answer.ending) {
    case 'finish':
      if (!socket.destroyed && isChunked) socket.write('0\r\n\r\n');
      return true;
    case 'close':
      socket.end();
      return true;
    case 'reset':
      socket.resetAndDestroy();
      return true;
    case 'stall':
      return socket.destroyed;
  }
}

function headOf({ status = 200, headers = {} }: RawAnswer): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Scripted\r\n${lines.join('')}transfer-encoding: chunked\r\n\r\n`;
}

function chunkOf(piece: Uint8Array): Uint8Array {
  const size = Buffer.from(`${piece.length.toString(16)}\r\n`);
  return Buffer.concat([size, piece, Buffer.from('\r\n')]);
}

/** Knows how many bytes the other end of a connection has read. */
interface Taken {
  /** Resolves when the other end has read all that was written, or is gone. */
  all(socket: Socket): Promise<void>;
  dispose(): void;
}

/** How often the event loop may turn before a peer that reads nothing more is left alone. */
const maxTurns = 2_000;

function watchClients(): Taken {
  const clients = new Map<number, Socket>();
  const onConnected = (message: unknown) => {
    const socket = isObject(message) ? message['socket'] : undefined;
    if (!isSocket(socket) || socket.localPort === undefined) return;
    const { localPort } = socket;
    clients.set(localPort, socket);
    socket.once('close', () => clients.delete(localPort));
  };
  subscribe('undici:client:connected', onConnected);
  return {
    async all(socket) {
      const client = clients.get(socket.remotePort ?? -1);
      for (let turn = 0; turn < maxTurns; turn += 1) {
        await nextTurn();
        if (client === undefined || client.destroyed || socket.destroyed) return;
        if (client.bytesRead >= socket.bytesWritten) break;
      }
      // What was read off the socket still has to pass through the parser and the decoder.
      await nextTurn();
      await nextTurn();
    },
    dispose: () => {
      unsubscribe('undici:client:connected', onConnected);
    },
  };
}

function isSocket(value: unknown): value is Socket {
  return isObject(value) && 'bytesRead' in value && 'localPort' in value;
}
