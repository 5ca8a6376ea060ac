import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

/** What is said to a client whose bytes are no request that could be routed. */
export interface BrokenRequest {
  readonly status: number;
  readonly message: string;
}

/** `code`: the HTTP parser's, or the server's own for a head that does not end. */
export function describeBrokenRequest(code: unknown): BrokenRequest {
  const found = knownCodes.find(([known]) => known === code);
  return found?.[1] ?? { status: 400, message: 'This is not a valid HTTP/1.1 request.' };
}

const knownCodes: readonly (readonly [code: string, BrokenRequest])[] = [
  [
    'HPE_HEADER_OVERFLOW',
    { status: 431, message: 'The headers of the request are larger than Switchyard takes.' },
  ],
  [
    'HPE_CHUNK_EXTENSIONS_OVERFLOW',
    {
      status: 413,
      message: 'The chunk extensions of the request are larger than Switchyard takes.',
    },
  ],
  [
    'ERR_HTTP_REQUEST_TIMEOUT',
    { status: 408, message: 'The headers of the request did not come in time. Send it again.' },
  ],
];

/** A proxy's request: somebody has set Switchyard as an HTTP proxy. */
export const tunnelRequest: BrokenRequest = {
  status: 405,
  message: 'Switchyard is no HTTP proxy: do not name it in HTTPS_PROXY or HTTP_PROXY.',
};

/** Writes the answer past the HTTP server, which takes no part in such requests, and closes the connection. */
export function answerBroken(connection: Duplex, status: number, body: string): void {
  connection.on('error', () => {
    // The client is gone; there is nobody left to answer.
  });
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'connection: close',
  ];
  // Destroyed, not only ended: the client may never close its own half.
  connection.end(`${lines.join('\r\n')}\r\n\r\n${body}`, () => connection.destroy());
}
