// A client that sends bytes as they are, right or wrong, and takes apart what comes back.
import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export interface RawClient {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** The next answer, or what there is of it when the connection closes; undefined where there is no head of one. */
  next(): Promise<RawAnswer | undefined>;
  /** All further answers, once the other side has closed the connection. */
  rest(): Promise<readonly RawAnswer[]>;
  close(): void;
}

/** Resolves once connected; rejects where nobody listens. */
export function openRawClient(port: number, address = '127.0.0.1'): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, address);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(createRawClient(socket));
    });
  });
}

/** One connection for these bytes; resolves with every answer once it is closed. */
export async function exchangeRaw(port: number, bytes: string): Promise<readonly RawAnswer[]> {
  const client = await openRawClient(port);
  client.send(bytes);
  const answers = await client.rest();
  client.close();
  return answers;
}

/** The text of a request; header lines as they are given, `content-length` added where there is a body. */
export function requestText(
  requestLine: string,
  headerLines: readonly string[],
  body?: string,
): string {
  const length = body === undefined ? [] : [`content-length: ${Buffer.byteLength(body)}`];
  return `${[requestLine, ...headerLines, ...length].join('\r\n')}\r\n\r\n${body ?? ''}`;
}

function createRawClient(socket: Socket): RawClient {
  let received = '';
  let isClosed = false;
  let wake = () => {};
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    wake();
  });
  // A reset is one of the ways to be turned away.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    isClosed = true;
    wake();
  });
  const moved = () =>
    new Promise<void>((resolve) => {
      wake = resolve;
    });
  async function next(): Promise<RawAnswer | undefined> {
    for (;;) {
      const read = readAnswer(received, isClosed);
      if (read !== undefined) {
        received = read.rest;
        return read.answer;
      }
      if (isClosed) return undefined;
      await moved();
    }
  }
  return {
    socket,
    send: (bytes) =>
      void socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    next,
    async rest() {
      const answers: RawAnswer[] = [];
      while (!isClosed) await moved();
      for (let answer = await next(); answer !== undefined; answer = await next()) {
        answers.push(answer);
      }
      return answers;
    },
    close: () => void socket.destroy(),
  };
}

function readAnswer(
  text: string,
  isClosed: boolean,
): { readonly answer: RawAnswer; readonly rest: string } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const status = Number(statusLine.split(' ')[1]);
  const bodyStart = headEnd + 4;
  const end = bodyEnd(text, bodyStart, { status, headers, isClosed });
  if (end === undefined) return undefined;
  const body = Buffer.from(text.slice(bodyStart, end), 'latin1').toString('utf8');
  return { answer: { status, headers, body }, rest: text.slice(end) };
}

function bodyEnd(
  text: string,
  start: number,
  answer: {
    readonly status: number;
    readonly headers: ReadonlyMap<string, string>;
    readonly isClosed: boolean;
  },
): number | undefined {
  if (answer.status < 200) return start;
  const length = answer.headers.get('content-length');
  const end = length === undefined ? text.length : start + Number(length);
  if (answer.isClosed) return Math.min(text.length, end);
  return length === undefined || text.length < end ? undefined : end;
}
