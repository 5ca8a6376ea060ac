import { isIP, type Socket } from 'node:net';
import type { Login } from './network';
import { type Phrase, phrase } from './phrase';
import { WordedError } from './transportError';

export type SocksAnswer =
  | { readonly outcome: 'open' }
  | { readonly outcome: 'credentialsWanted' }
  /** `isOfHost`: the proxy tried and could not reach the host. */
  | { readonly outcome: 'refused'; readonly isOfHost: boolean; readonly detail: Phrase };

/**
 * Asks a SOCKS 5 proxy (RFC 1928, login by RFC 1929) on a fresh socket for a connection. Names are looked up by the proxy.
 * Throws when the socket breaks or what answers is no such proxy; time limits are the caller's.
 */
export async function askSocks(
  socket: Socket,
  to: { readonly hostname: string; readonly port: number },
  login: Login | undefined,
): Promise<SocksAnswer> {
  const reader = createReader(socket);
  try {
    const methods = login === undefined ? [noLogin] : [noLogin, passwordLogin];
    socket.write(Buffer.from([version, methods.length, ...methods]));
    const [greeting, method] = await reader.read(2);
    if (greeting !== version) throw new WordedError(phrase('it is no SOCKS 5 proxy'));
    if (method === passwordLogin && login !== undefined) {
      socket.write(
        Buffer.concat([Buffer.from([1]), counted(login.username), counted(login.password)]),
      );
      const [, status] = await reader.read(2);
      if (status !== 0) return { outcome: 'credentialsWanted' };
    } else if (method !== noLogin) return { outcome: 'credentialsWanted' };
    const port = Buffer.from([to.port >> 8, to.port & 0xff]);
    socket.write(Buffer.concat([Buffer.from([version, connect, 0]), addressOf(to.hostname), port]));
    const [, reply = 1, , addressType] = await reader.read(4);
    if (reply !== 0) return refusal(reply);
    const length =
      addressType === typeName ? ((await reader.read(1))[0] ?? 0) : ipLength(addressType);
    await reader.read(length + 2);
    return { outcome: 'open' };
  } finally {
    reader.stop();
  }
}

const version = 5;
const noLogin = 0;
const passwordLogin = 2;
const connect = 1;
const typeIpv4 = 1;
const typeName = 3;

function ipLength(addressType: number | undefined): number {
  return addressType === typeIpv4 ? 4 : 16;
}

function addressOf(hostname: string): Buffer {
  // An IPv6 address goes as a name too: every proxy that can reach it reads it.
  return isIP(hostname) === 4
    ? Buffer.from([typeIpv4, ...hostname.split('.').map(Number)])
    : Buffer.concat([Buffer.from([typeName]), counted(hostname)]);
}

/** The length in one byte, then the text. */
function counted(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8').subarray(0, 255);
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function refusal(reply: number): SocksAnswer {
  const [isOfHost, detail] = replies.get(reply) ?? [true, phrase('SOCKS reply {0}', reply)];
  return { outcome: 'refused', isOfHost, detail };
}

const replies: ReadonlyMap<number, readonly [isOfHost: boolean, detail: Phrase]> = new Map([
  [2, [false, phrase('not allowed by its rules')]],
  [3, [true, phrase('network unreachable')]],
  [4, [true, phrase('host unreachable')]],
  [5, [true, phrase('connection refused')]],
  [6, [true, phrase('no answer in time')]],
]);

interface Reader {
  /** Exactly this many bytes; rejects when the socket ends before. */
  read(length: number): Promise<Buffer>;
  /** Leaves the socket to its next user. */
  stop(): void;
}

function createReader(socket: Socket): Reader {
  let ended: Error | undefined;
  let wake = (): void => {};
  const onReadable = (): void => wake();
  const onError = (error: Error): void => {
    ended ??= error;
    wake();
  };
  const onClose = (): void => onError(new WordedError(phrase('it closed the connection')));
  socket.on('readable', onReadable).on('error', onError).on('close', onClose).on('end', onClose);
  return {
    async read(length) {
      for (;;) {
        const chunk: unknown = socket.read(length);
        if (Buffer.isBuffer(chunk) && chunk.length === length) return chunk;
        if (ended !== undefined) throw ended;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    stop() {
      socket.off('readable', onReadable).off('close', onClose).off('end', onClose);
      // Stays for errors: an unheard one would end the process.
    },
  };
}
