import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { anthropicMessage, anthropicText } from '../../support/anthropicAnswers';
import { startScriptedUpstream } from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../../support/testProxy';

const jsonHeaders = {
  authorization: `Bearer ${testToken}`,
  'content-type': 'application/json',
};
const body = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] };

describe('the server', () => {
  let proxy: TestProxy;
  before(async () => {
    proxy = await startTestProxy({
      settings: { scenarios: { default: { models: ['demo/hello'] } } },
    });
  });
  after(() => proxy.close());

  async function errorOf(response: Response): Promise<{ type: string; message: string }> {
    const parsed: { type: string; error: { type: string; message: string } } = JSON.parse(
      await response.text(),
    );
    assert.equal(parsed.type, 'error');
    return parsed.error;
  }

  function raw(headers: Record<string, string>, path = '/v1/models'): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(proxy.url + path, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end();
    });
  }

  it('serves with the access token as Bearer and as x-api-key', async () => {
    assert.equal((await proxy.post(body)).status, 200);
    const keyed = { authorization: '', 'x-api-key': testToken };
    assert.equal((await proxy.post(body, { headers: keyed })).status, 200);
  });

  it('refuses every other token with a 401 that no client repeats', async () => {
    for (const authorization of ['', 'Bearer nope', `Bearer ${testToken}x`, testToken]) {
      const response = await proxy.post(body, { headers: { authorization } });
      assert.equal(response.status, 401);
      assert.equal(response.headers.get('x-should-retry'), 'false');
      assert.equal((await errorOf(response)).type, 'authentication_error');
    }
  });

  it('tells its health without a token, and nothing else', async () => {
    assert.equal((await fetch(`${proxy.url}/health`)).status, 200);
    for (const path of ['/', '/v1/models', '/v1/messages']) {
      assert.equal((await fetch(proxy.url + path)).status, 401, path);
    }
  });

  it('refuses a Host that is no loopback name', async () => {
    const authorization = `Bearer ${testToken}`;
    assert.equal(await raw({ authorization, host: 'evil.example' }), 403);
    assert.equal(await raw({ authorization, host: '127.0.0.1:1' }), 403);
    assert.equal(await raw({ authorization, host: '127.0.0.1.evil.example' }), 403);
    const { port } = new URL(proxy.url);
    assert.equal(await raw({ authorization, host: 'localhost' }), 403);
    assert.equal(await raw({ authorization, host: `localhost:${port}` }), 200);
  });

  it('refuses every Origin, without CORS headers', async () => {
    const response = await proxy.fetch('/v1/models', { headers: { origin: 'http://127.0.0.1' } });
    assert.equal(response.status, 403);
    assert.equal(response.headers.get('access-control-allow-origin'), null);
  });

  it('answers unknown paths with a 404 in the Anthropic shape', async () => {
    for (const [path, method] of [
      ['/v1/nope', 'GET'],
      ['/nope', 'POST'],
    ] as const) {
      const response = await proxy.fetch(path, { method });
      assert.equal(response.status, 404, `${method} ${path}`);
      assert.equal((await errorOf(response)).type, 'not_found_error');
    }
  });

  it('answers a known path with another method with a 405 that names those it has', async () => {
    for (const [path, method, allowed] of [
      ['/v1/messages', 'GET', 'POST'],
      ['/', 'POST', 'HEAD'],
      ['/v1/models', 'DELETE', 'GET'],
    ] as const) {
      const response = await proxy.fetch(path, { method });
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.equal(response.headers.get('allow'), allowed);
      assert.match((await errorOf(response)).message, new RegExp(`has no ${method} ${path}`));
    }
  });

  it('ignores the query and serves /messages without /v1', async () => {
    for (const path of ['/v1/messages?beta=true', '/messages']) {
      assert.equal((await proxy.post(body, { path })).status, 200, path);
    }
  });

  it('answers HEAD /', async () => {
    assert.equal((await proxy.fetch('/', { method: 'HEAD' })).status, 200);
  });

  it('names what is wrong with a body', async () => {
    for (const [sent, pattern] of [
      ['{"model":', /JSON/],
      ['[]', /JSON object/],
      [{ model: 'm' }, /messages/],
      [{ ...body, messages: [{ role: 'user', content: 7 }] }, /messages\.0\.content/],
    ] as const) {
      const response = await proxy.post(sent);
      assert.equal(response.status, 400);
      const error = await errorOf(response);
      assert.equal(error.type, 'invalid_request_error');
      assert.match(error.message, pattern);
    }
  });

  it('refuses a body above the limit with a 413, declared or not', async () => {
    const huge = 65 * 1024 * 1024;
    const declared = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: { ...jsonHeaders, 'content-length': String(huge) },
      });
      sent.on('response', (response) => resolve(response.statusCode ?? 0));
      sent.on('error', reject);
      sent.write('{');
    });
    assert.equal(declared, 413);
    const chunk = Buffer.alloc(1024 * 1024, 0x20);
    const streamed = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: jsonHeaders,
      });
      sent.on('response', (response) => resolve(response.statusCode ?? 0));
      sent.on('error', reject);
      const pump = (left: number): void => {
        if (left === 0) return void sent.end();
        if (!sent.destroyed) sent.write(chunk, () => pump(left - 1));
      };
      pump(66);
    });
    assert.equal(streamed, 413);
  });

  it('answers an upgrade with 426, so that Codex falls back at once', async () => {
    const { port } = new URL(proxy.url);
    const text = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      let received = '';
      socket.on('data', (data) => {
        received += data.toString();
      });
      socket.on('close', () => resolve(received));
      socket.on('error', reject);
      socket.write(
        `GET /v1/responses HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
    });
    assert.match(text, /^HTTP\/1\.1 426 /);
  });

  it('counts tokens locally: system, tools and messages', async () => {
    const count = async (sent: object) => {
      const response = await proxy.post(sent, { path: '/v1/messages/count_tokens?beta=true' });
      assert.equal(response.status, 200);
      const parsed: { input_tokens: number } = JSON.parse(await response.text());
      return parsed.input_tokens;
    };
    const messages = [{ role: 'user', content: 'How are you today?' }];
    const plain = await count({ model: 'm', messages });
    assert.ok(plain > 0);
    assert.ok((await count({ model: 'm', messages, system: 'You are a careful helper.' })) > plain);
    const tools = [{ name: 'read', description: 'Reads a file', input_schema: { type: 'object' } }];
    assert.ok((await count({ model: 'm', messages, tools })) > plain);
  });

  it('writes a line for each request that it turns away', async () => {
    const before = proxy.logs.length;
    await proxy.post(body, { headers: { authorization: 'Bearer nope' } });
    await proxy.post('{');
    const lines = proxy.logs.slice(before).filter((line) => !line.startsWith('[debug]'));
    assert.equal(lines.length, 2);
    assert.match(lines[0] ?? '', /request [0-9a-f]{4} refused status=401: access token/);
    assert.match(
      lines[1] ?? '',
      /request [0-9a-f]{4} refused status=400: the request is not valid/,
    );
  });

  it('lists models in the shape that the client speaks', async () => {
    const anthropic = await proxy.fetch('/v1/models?limit=1000', {
      headers: { 'anthropic-version': '2023-06-01' },
    });
    const first: { data: { type: string; id: string }[]; has_more: boolean } = JSON.parse(
      await anthropic.text(),
    );
    assert.equal(first.has_more, false);
    assert.ok(first.data.some((model) => model.id === 'demo/hello' && model.type === 'model'));
    const openai = await proxy.fetch('/v1/models');
    const second: { object: string; data: { object: string; id: string }[] } = JSON.parse(
      await openai.text(),
    );
    assert.equal(second.object, 'list');
    assert.ok(
      second.data.some((model) => model.id === 'scenario:default' && model.object === 'model'),
    );
  });
});

describe('a stopping server', () => {
  it('lets running requests finish and refuses new ones with a clear error', async () => {
    const upstream = await startScriptedUpstream();
    const proxy = await startTestProxy({
      settings: {
        providers: {
          up: { baseUrl: upstream.url, wireFormat: 'anthropic-messages', credential: 'none' },
        },
        scenarios: { default: { models: ['up/m'] } },
      },
    });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstream.answer(async () => {
      await held;
      return anthropicText('done after all');
    });
    const running = proxy.post({ ...body, stream: true });
    await upstream.waitForRequests(1);
    const closed = proxy.proxy.close(10_000);
    const refused = await proxy.post(body);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers.get('x-should-retry'), 'false');
    assert.match(await refused.text(), /is stopping.*Switchyard: Start/);
    release();
    assert.match(await (await running).text(), /message_stop/);
    await closed;
    await assert.rejects(proxy.fetch('/health'));
    await proxy.close();
    await upstream.close();
  });

  it('lets a slow reader have the whole of its answer', async () => {
    const upstream = await startScriptedUpstream();
    const proxy = await startTestProxy({
      settings: {
        providers: {
          up: { baseUrl: upstream.url, wireFormat: 'anthropic-messages', credential: 'none' },
        },
        scenarios: { default: { models: ['up/m'] } },
      },
    });
    upstream.answer(anthropicMessage([{ type: 'text', text: 'x'.repeat(8_000_000) }]));
    const received = await new Promise<number>((resolve, reject) => {
      const sent = httpRequest(`${proxy.url}/v1/messages`, {
        method: 'POST',
        headers: jsonHeaders,
      });
      sent.on('error', reject);
      sent.on('response', (response) => {
        let size = 0;
        // Nothing is read until the proxy has been told to stop.
        void proxy.proxy.close(10_000);
        setImmediate(() => {
          response.on('data', (chunk: Buffer) => {
            size += chunk.byteLength;
          });
          response.on('end', () => resolve(size));
          response.on('error', reject);
        });
      });
      sent.end(JSON.stringify(body));
    });
    assert.ok(received > 8_000_000);
    await proxy.close();
    await upstream.close();
  });
});
