// Switchyard behind a company's proxy: what a client, a person and the log get to see.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { anthropicSse } from '../../support/anthropicAnswers';
import { createFakeClock } from '../../support/fakeClock';
import { makeTemporaryFolder, removeFolder } from '../../support/folders';
import { plainNetwork } from '../../support/plainNetwork';
import { makePrivateCa } from '../../support/privateCa';
import {
  type ScriptedUpstream,
  startScriptedUpstream,
  valueAt,
} from '../../support/scriptedUpstream';
import { startTestProxy, type TestProxy, type TestProxyOptions } from '../../support/testProxy';
import { startWebProxy, type TestWebProxy, type WebProxyOptions } from '../../support/webProxy';

describe('Switchyard behind a company proxy', () => {
  const answer = { sse: anthropicSse([{ type: 'text', text: 'hello there' }]) };
  const request = { model: 'any', max_tokens: 50, messages: [{ role: 'user', content: 'hi' }] };
  let folder: string;
  let environment: Record<string, string>;
  let secure: ScriptedUpstream;
  let local: ScriptedUpstream;
  let web: TestWebProxy;
  let proxy: TestProxy;

  before(async () => {
    const ca = makePrivateCa();
    folder = makeTemporaryFolder('company-network');
    const file = path.join(folder, 'ca.pem');
    writeFileSync(file, ca.cert);
    environment = { NODE_EXTRA_CA_CERTS: file };
    secure = await startScriptedUpstream(answer, 0, ca.issue('a.example', 'b.example'));
    local = await startScriptedUpstream(answer);
  });
  afterEach(async () => {
    await proxy.close();
    await web.close();
  });
  after(async () => {
    await secure.close();
    await local.close();
    await removeFolder(folder);
  });

  /** `a` and `b` are behind the proxy, `local` is not. */
  async function start(
    models: readonly string[],
    webOptions: Partial<WebProxyOptions> = {},
    options: Partial<TestProxyOptions> & { readonly login?: string } = {},
  ): Promise<void> {
    const keyless = { credential: 'none', wireFormat: 'anthropic-messages' } as const;
    web = await startWebProxy({ upstreamPort: secure.port, ...webOptions });
    proxy = await startTestProxy({
      environment,
      network: { ...plainNetwork, proxy: `http://${options.login ?? ''}127.0.0.1:${web.port}` },
      settings: {
        providers: {
          a: { ...keyless, baseUrl: 'https://a.example/v1' },
          b: { ...keyless, baseUrl: 'https://b.example/v1' },
          local: { ...keyless, baseUrl: local.url },
        },
        scenarios: { default: { models } },
      },
      ...options,
    });
  }

  async function messageOf(response: Response): Promise<string> {
    return String(valueAt(await response.json(), 'error', 'message'));
  }

  it('serves through the proxy, and keeps its password out of every log line', async () => {
    const login = 'agent:sesame-street-77@';
    await start(['a/m'], { login: 'agent:sesame-street-77' }, { login });
    const response = await proxy.post(request);
    assert.match(await response.text(), /hello there/);
    assert.deepEqual(web.tunnels, ['a.example:443']);
    const encoded = Buffer.from('agent:sesame-street-77').toString('base64');
    assert.ok(!proxy.logs.some((line) => line.includes('sesame') || line.includes(encoded)));
  });

  it('stops at once when the proxy asks for credentials, and says so to agent and person', async () => {
    await start(['a/m', 'b/m'], { login: 'agent:right' });
    const response = await proxy.post(request);
    assert.equal(response.status, 424);
    assert.equal(response.headers.get('x-should-retry'), 'false');
    assert.match(
      await messageOf(response),
      /^a cannot be called at a\.example: the HTTP proxy http:\/\/127\.0\.0\.1:\d+ asks for credentials\. Give them in the setting http\.proxy/,
    );
    // The other provider is behind the same proxy.
    assert.deepEqual(web.attempts, ['a.example:443']);
    assert.deepEqual(
      proxy.notices.map(({ kind, buttons }) => [kind, buttons]),
      [['networkRefused', ['showLog']]],
    );
    // Remembered: neither a call nor a second notice.
    await proxy.post(request);
    await proxy.post({ ...request, model: 'b/m' });
    assert.equal(web.attempts.length, 1);
    assert.equal(proxy.notices.length, 1);
  });

  it('goes on with a model that is not behind the proxy', async () => {
    await start(['a/m', 'b/m', 'local/m'], { login: 'agent:right' });
    assert.equal((await proxy.post(request)).status, 200);
    assert.equal(web.attempts.length, 1);
  });

  it('goes on with another host when the proxy forbids one', async () => {
    await start(['a/m', 'b/m'], { status: 403 });
    assert.equal((await proxy.post(request)).status, 424);
    assert.deepEqual(web.attempts, ['a.example:443', 'b.example:443']);
  });

  it('lets everything behind a proxy that is down rest together, and one request probe', async () => {
    const clock = createFakeClock();
    await start(['a/m', 'b/m'], { login: 'agent:right' }, { clock });
    const settings = { ...plainNetwork, proxy: 'http://127.0.0.1:9' };
    proxy.configure({ network: settings });
    const response = await proxy.post(request);
    assert.equal(response.status, 503);
    assert.match(
      await messageOf(response),
      /^Cannot reach a\.example \(a\), since the HTTP proxy http:\/\/127\.0\.0\.1:9 cannot be reached: nothing listens there/,
    );
    const rests = (line: string) => line.includes('resting host http://127.0.0.1:9 for');
    assert.equal(proxy.logs.filter(rests).length, 1);
    clock.advance(1_000);
    await proxy.post({ ...request, model: 'b/m' });
    assert.equal(proxy.logs.filter((line) => line.includes('not tried')).length, 1);
    clock.advance(60_000);
    await proxy.post({ ...request, model: 'b/m' });
    assert.equal(proxy.logs.filter(rests).length, 2);
  });

  it('applies changed settings at once: running answers go on, and what was held against the old way is forgotten', async () => {
    await start(['a/m'], { login: 'agent:right' });
    assert.equal((await proxy.post(request)).status, 424);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const login = `http://agent:right@127.0.0.1:${web.port}`;
    proxy.configure({ network: { ...plainNetwork, proxy: login } });
    secure.answer(async () => {
      await held;
      return answer;
    });
    const calls = secure.requests.length;
    const running = proxy.post({ ...request, stream: true });
    await secure.waitForRequests(calls + 1);
    proxy.configure({ network: { ...plainNetwork, isProxyOff: true, proxy: login } });
    release();
    assert.match(await (await running).text(), /message_stop/);
    assert.equal((await proxy.post(request)).status, 503);
    assert.equal(web.tunnels.length, 1);
  });

  it('says what to do about an authority that nobody here knows', async () => {
    await start(['a/m'], {}, { environment: {} });
    const response = await proxy.post(request);
    assert.equal(response.status, 424);
    assert.match(
      await messageOf(response),
      /^a cannot be called at a\.example: its certificate is signed by an authority that is not known here .*NODE_EXTRA_CA_CERTS/,
    );
  });

  it('warns once that certificates are not verified', async () => {
    await start(['a/m'], {}, { environment: {} });
    const network = {
      ...plainNetwork,
      proxy: `http://127.0.0.1:${web.port}`,
      verifiesCertificates: false,
    };
    for (let index = 0; index < 3; index += 1) {
      proxy.configure({ network });
      assert.equal((await proxy.post(request)).status, 200);
    }
    const warnings = proxy.logs.filter((line) => line.startsWith('[warn] http.proxyStrictSSL'));
    assert.equal(warnings.length, 1);
  });
});
