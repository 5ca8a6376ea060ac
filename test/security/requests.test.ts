import assert from 'node:assert/strict';
import { requestText } from '../support/rawClient';
import { startScriptedUpstream } from '../support/scriptedUpstream';
import { testToken } from '../support/testProxy';
import {
  assertRefused,
  assertServed,
  type HeaderChange,
  headerLines,
  messagesBody,
  messagesRequest,
  openPort,
  type Port,
} from './port';

const tokenRoutes = [
  'POST /v1/messages',
  'POST /messages',
  'POST /v1/chat/completions',
  'POST /chat/completions',
  'POST /v1/responses',
  'POST /responses',
  'POST /v1/messages/count_tokens',
  'GET /v1/models',
  'HEAD /',
] as const;

function messageOf(body: string): string {
  const parsed: { readonly error: { readonly message: string } } = JSON.parse(body);
  return parsed.error.message;
}

describe('who may ask', () => {
  let port: Port;
  beforeEach(async () => {
    port = await openPort();
  });
  afterEach(() => port.close());

  const refuse = (change: HeaderChange, status: number, extraLines: readonly string[] = []) =>
    assertRefused(port, messagesRequest(port.number, change, { extraLines }), status);

  it('serves a request with the token and a loopback Host with our port', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      await assertServed(port, messagesRequest(port.number, { host: `${name}:${port.number}` }));
    }
  });

  it('refuses every other Host: names that were rebound, other ports, odd spellings', async () => {
    const own = `127.0.0.1:${port.number}`;
    for (const host of [
      undefined,
      '',
      'evil.example',
      `evil.example:${port.number}`,
      `127.0.0.1.evil.example:${port.number}`,
      `evil.example@${own}`,
      `localhost.:${port.number}`,
      `127.0.0.1.:${port.number}`,
      `sub.localhost:${port.number}`,
      'localhost',
      '127.0.0.1',
      '127.0.0.1:80',
      `127.0.0.1:${port.number + 1}`,
      `127.0.0.1:0${port.number}0`,
      `127.0.0.1:${port.number}x`,
      `127.0.0.1:${port.number}, evil.example`,
      `127.0.0.1: ${port.number}`,
      `127.1:${port.number}`,
      `2130706433:${port.number}`,
      `0x7f.0.0.1:${port.number}`,
      `0.0.0.0:${port.number}`,
      `127.0.0.2:${port.number}`,
      `[::]:${port.number}`,
      `[::ffff:127.0.0.1]:${port.number}`,
      `::1:${port.number}`,
      `http://${own}`,
      `${own}/`,
    ]) {
      await refuse({ host }, 403);
    }
  });

  it('refuses a Host that is left out in HTTP/1.0', async () => {
    const requestLine = 'POST /v1/messages HTTP/1.0';
    await assertRefused(
      port,
      messagesRequest(port.number, { host: undefined }, { requestLine }),
      403,
    );
  });

  it('refuses every Origin, our own and null as well', async () => {
    for (const origin of [
      'http://evil.example',
      `http://127.0.0.1:${port.number}`,
      `http://localhost:${port.number}`,
      'null',
      'vscode-webview://abc',
      'chrome-extension://abcdef',
      '',
    ]) {
      await refuse({ origin }, 403);
    }
  });

  it('refuses what a browser sends without an Origin: Sec-Fetch-Site other than none', async () => {
    for (const site of ['cross-site', 'same-site', 'same-origin', 'CROSS-SITE', '']) {
      await refuse({ 'sec-fetch-site': site }, 403);
    }
    await assertServed(port, messagesRequest(port.number, { 'sec-fetch-site': 'none' }));
    // Node's own fetch sends this one.
    await assertServed(port, messagesRequest(port.number, { 'sec-fetch-mode': 'cors' }));
  });

  it('refuses a preflight, with and without an Origin, and allows nothing by it', async () => {
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
      'access-control-request-private-network': 'true',
    };
    for (const origin of ['http://evil.example', undefined]) {
      for (const authorization of [`Bearer ${testToken}`, undefined]) {
        const lines = headerLines(port.number, { ...asked, origin, authorization });
        await assertRefused(port, requestText('OPTIONS /v1/messages HTTP/1.1', lines), 403);
      }
    }
  });

  it('refuses a text/plain POST from an evil Origin, with the right token and without', async () => {
    const simple = { origin: 'http://evil.example', 'content-type': 'text/plain;charset=UTF-8' };
    await refuse(simple, 403);
    await refuse({ ...simple, authorization: undefined }, 403);
  });

  it('refuses a body that is not declared as JSON, or that is packed', async () => {
    for (const type of [
      undefined,
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'text/json',
      'application/jsonp',
      'application/x-json-stream',
      'text/plain, application/json',
      'text/plain;application/json',
    ]) {
      await refuse({ 'content-type': type }, 415);
    }
    for (const encoding of ['gzip', 'br', 'deflate', 'identity, gzip']) {
      await refuse({ 'content-encoding': encoding }, 415);
    }
    for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
      await assertServed(port, messagesRequest(port.number, { 'content-type': type }));
    }
  });

  it('refuses every token but the right one, be it wrong by one byte', async () => {
    const wrong = [
      '',
      'null',
      testToken.slice(0, -1),
      testToken.slice(1),
      `${testToken}=`,
      `${testToken} `.repeat(2).trim(),
      testToken.toUpperCase(),
      'x'.repeat(30_000),
      ...[...testToken].map(
        (char, index) =>
          testToken.slice(0, index) + (char === 'x' ? 'y' : 'x') + testToken.slice(index + 1),
      ),
    ];
    for (const token of wrong) {
      await refuse({ authorization: `Bearer ${token}` }, 401);
      await refuse({ authorization: undefined, 'x-api-key': token }, 401);
    }
    for (const authorization of [undefined, testToken, `Basic ${testToken}`, 'Bearer']) {
      await refuse({ authorization }, 401);
    }
  });

  it('takes the token from nowhere but its two headers', async () => {
    for (const requestLine of [
      `POST /v1/messages?token=${testToken} HTTP/1.1`,
      `POST /v1/messages?key=${testToken}&api_key=${testToken}&access_token=${testToken} HTTP/1.1`,
      `POST http://user:${testToken}@127.0.0.1/v1/messages HTTP/1.1`,
    ]) {
      const change = { authorization: undefined, cookie: `token=${testToken}` };
      await assertRefused(port, messagesRequest(port.number, change, { requestLine }), 401);
    }
    await refuse({ authorization: undefined, 'x-goog-api-key': testToken }, 401);
    await refuse({ authorization: undefined, 'proxy-authorization': `Bearer ${testToken}` }, 401);
  });

  it('serves where one of the two tokens is right, and passes neither on', async () => {
    const leftover = 'leftover-key-of-another-service';
    for (const change of [
      { 'x-api-key': leftover },
      { authorization: `Bearer ${leftover}`, 'x-api-key': testToken },
    ]) {
      await assertServed(port, messagesRequest(port.number, change));
    }
    for (const { headers } of port.upstream.requests) {
      assert.doesNotMatch(JSON.stringify(headers), new RegExp(`${leftover}|${testToken}`));
    }
  });

  it('refuses two of a header that decides something, even two that agree', async () => {
    for (const line of [
      'Host: evil.example',
      `Host: 127.0.0.1:${port.number}`,
      'Authorization: Bearer other',
      `AUTHORIZATION: Bearer ${testToken}`,
      'Content-Type: text/plain',
    ]) {
      await refuse({}, 400, [line]);
    }
    await refuse({ 'x-api-key': 'one' }, 400, [`X-Api-Key: ${testToken}`]);
    await refuse({ origin: 'null' }, 400, ['Origin: http://evil.example']);
  });

  it('has these routes and no others: none that runs, reads, writes or sets anything', async () => {
    const response = await port.proxy.fetch('/nope');
    const [, list = ''] = /It serves (.*)\.$/.exec(messageOf(await response.text())) ?? [];
    assert.deepEqual(list.split(', '), [...tokenRoutes, 'GET /health']);
  });

  it('asks for the token on every route but GET /health', async () => {
    for (const name of [
      ...tokenRoutes,
      'GET /',
      'GET /nope',
      'POST /health',
      'DELETE /health',
      'GET /health/',
      'GET //health',
      'GET /health/../v1/models',
      'TRACE /v1/messages',
      'PUT /v1/messages',
      'OPTIONS *',
    ]) {
      const lines = headerLines(port.number, { authorization: undefined });
      await assertRefused(port, requestText(`${name} HTTP/1.1`, lines), 401);
    }
  });

  it('lets no request choose where it goes: the settings alone name the upstream', async () => {
    const victim = await startScriptedUpstream();
    const extraLines = [
      `x-portkey-custom-host: ${victim.url}`,
      `x-forwarded-host: 127.0.0.1:${victim.port}`,
      `forwarded: host=127.0.0.1:${victim.port}`,
      `x-base-url: ${victim.url}`,
      `x-target-url: ${victim.url}`,
      `x-upstream-url: ${victim.url}`,
      `referer: ${victim.url}`,
    ];
    const image = { type: 'image', source: { type: 'url', url: `${victim.url}/picture.png` } };
    const body = JSON.stringify({
      ...JSON.parse(messagesBody),
      base_url: victim.url,
      api_base: victim.url,
      custom_host: victim.url,
      messages: [{ role: 'user', content: [image, { type: 'text', text: 'hi' }] }],
    });
    const lines = [...headerLines(port.number), ...extraLines];
    await assertServed(port, requestText('POST /v1/messages HTTP/1.1', lines, body));
    assert.equal(victim.acceptedSockets(), 0);
    await victim.close();
  });

  it('tells nothing in GET /health but that it is there', async () => {
    const response = await fetch(`${port.proxy.url}/health`);
    assert.deepEqual(JSON.parse(await response.text()), { status: 'ok', service: 'switchyard' });
    const names = [...response.headers.keys()].sort();
    assert.deepEqual(names, [
      'cache-control',
      'connection',
      'content-length',
      'content-type',
      'date',
      'keep-alive',
      'request-id',
    ]);
  });

  it('serves no methods but those of its routes, and echoes nothing', async () => {
    for (const [method, path, status] of [
      ['GET', '/v1/messages', 405],
      ['PUT', '/v1/messages', 405],
      ['PATCH', '/v1/messages', 405],
      ['DELETE', '/v1/models', 405],
      ['TRACE', '/v1/messages', 405],
      ['OPTIONS', '/v1/messages', 405],
      ['OPTIONS', '*', 404],
      ['PROPFIND', '/', 405],
      ['M-SEARCH', '*', 404],
      ['HEAD', '/v1/models', 405],
    ] as const) {
      const lines = headerLines(port.number, { 'x-marker': 'echo-me' });
      const text = requestText(`${method} ${path} HTTP/1.1`, lines);
      const answer = await assertRefused(port, text, status);
      assert.ok(!answer.body.includes('echo-me'));
    }
    await assertRefused(port, requestText('NONSENSE / HTTP/1.1', headerLines(port.number)), 400);
  });

  it('takes a path as it is written: nothing is decoded, tidied up or taken from another host', async () => {
    for (const target of [
      '/v1//messages',
      '//v1/messages',
      '/v1/messages/',
      '/v1/./messages',
      '/x/../v1/messages',
      '/v1/%6dessages',
      '/v1%2fmessages',
      '/V1/MESSAGES',
      '/v1/messages%00',
      '/v1/messages;x=1',
      '/v1\\messages',
      `http://127.0.0.1:${port.number}/v1/messages`,
      'http://evil.example/v1/messages',
      'https://api.anthropic.com/v1/messages',
      '/__proto__',
      '/constructor',
    ]) {
      const requestLine = `POST ${target} HTTP/1.1`;
      await assertRefused(port, messagesRequest(port.number, {}, { requestLine }), 404);
    }
  });

  it('takes no body where none is read, so that nobody without the token can keep it reading', async () => {
    for (const change of [{ 'content-length': '5' }, { 'transfer-encoding': 'chunked' }]) {
      const lines = headerLines(port.number, { ...change, authorization: undefined });
      await assertRefused(port, requestText('GET /health HTTP/1.1', lines), 400);
    }
  });

  it('refuses a null byte wherever it stands', async () => {
    for (const request of [
      messagesRequest(port.number, { host: `127.0.0.1:${port.number}\0` }),
      messagesRequest(port.number, { authorization: `Bearer ${testToken}\0` }),
      messagesRequest(port.number, { 'x-\0': 'x' }),
      messagesRequest(port.number, {}, { requestLine: 'POST /v1/messages\0 HTTP/1.1' }),
    ]) {
      await assertRefused(port, request, 400);
    }
  });

  it('words a refusal in the format of the route', async () => {
    const change = { authorization: undefined };
    const requestLine = (path: string) => ({ requestLine: `POST ${path} HTTP/1.1` });
    const errorOf = async (path: string): Promise<Record<string, unknown>> =>
      JSON.parse(
        (await assertRefused(port, messagesRequest(port.number, change, requestLine(path)), 401))
          .body,
      );
    assert.equal((await errorOf('/v1/messages'))['type'], 'error');
    assert.equal((await errorOf('/v1/chat/completions'))['type'], undefined);
    assert.equal((await errorOf('/v1/responses'))['type'], undefined);
  });
});
