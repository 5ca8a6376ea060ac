// Whatever arrives at the port. A first line `> METHOD /path` stands for a sound head with the access token, the rest of the
// input for its body; anything else goes to the socket as it is, but for the port in `localhost:4141`.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { createProxy } from '../../../src/proxy/proxy';
import { isObject, parseJson } from '../../../src/proxy/wire/json';
import { plainSettings, testToken } from '../../support/testProxy';
import { timed } from '../checks';

const bugs: string[] = [];
let connections = 0;
const proxy = createProxy({
  write: (_level, message) => {
    if (message.includes(' bug: ')) bugs.push(message);
  },
});
proxy.configure({
  version: '0',
  settings: { ...plainSettings, scenarios: { default: { models: ['demo/hello'] } } },
  keys: {},
});
const listening = listen();

/** Were a sound request refused, so would all others be, and nothing behind the first check would ever be tried. */
async function listen(): Promise<number> {
  const port = await proxy.listen(0, testToken);
  const body = '{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}';
  const sound = Buffer.from(`> POST /v1/messages\n${body}`);
  assert.match(await exchange(port, requestOf(sound, port)), /^HTTP\/1\.1 200 /);
  return port;
}

export function fuzz(data: Buffer): Promise<void> {
  return timed(async () => {
    const port = await listening;
    const answer = await exchange(port, requestOf(data, port));
    assert.deepEqual(bugs, []);
    if (answer === '') return;
    assert.match(answer, /^HTTP\/1\.1 [1-5]\d\d /);
    assert.doesNotMatch(answer, /^HTTP\/1\.1 500/);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    // Of what a broken head leads to there may be several answers.
    const isJson = /^content-type: application\/json/im.test(head) && body !== '';
    if (isJson && data.at(0) === prompt) assert.ok(isObject(parseJson(body)), body);
  });
}

/** `>` */
const prompt = 0x3e;

function requestOf(data: Buffer, port: number): Uint8Array {
  const lineEnd = data.indexOf('\n');
  const line = data.toString('latin1', 0, Math.max(0, lineEnd));
  const [, method, path] = /^> ([A-Z]{3,6}) (\/[!-~]{0,200})$/.exec(line) ?? [];
  if (method === undefined || path === undefined) {
    const text = data.toString('latin1').replaceAll('localhost:4141', `localhost:${port}`);
    return Buffer.from(text, 'latin1');
  }
  const body = data.subarray(lineEnd + 1);
  const head = [
    `${method} ${path} HTTP/1.1`,
    `host: localhost:${port}`,
    `authorization: Bearer ${testToken}`,
    'connection: close',
    `content-length: ${body.length}`,
    'content-type: application/json',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}

/** Closed connections block their pair of ports for a minute; Linux has many loopback addresses, each with its own. */
function nextAddress(): { readonly localAddress?: string } {
  connections += 1;
  return process.platform === 'linux' ? { localAddress: `127.0.0.${(connections % 250) + 1}` } : {};
}

/** Everything that comes back until either side closes. */
function exchange(port: number, request: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', ...nextAddress() }, () =>
      socket.end(request),
    );
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}
