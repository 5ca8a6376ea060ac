// Calls through real proxies on loopback, to an upstream whose certificate a private authority has signed.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Logger } from '../../../src/proxy/log';
import { type Environment, type NetworkSettings, readNetwork } from '../../../src/proxy/network';
import { render } from '../../../src/proxy/phrase';
import { createUpstream, type SendResult } from '../../../src/proxy/upstream';
import { makeTemporaryFolder, removeFolder } from '../../support/folders';
import { plainNetwork } from '../../support/plainNetwork';
import { makePrivateCa, type PrivateCa } from '../../support/privateCa';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/scriptedUpstream';
import { silentLogger } from '../../support/silentLogger';
import {
  type SocksProxyOptions,
  startSocksProxy,
  startWebProxy,
  type TestWebProxy,
  type WebProxyOptions,
} from '../../support/webProxy';

describe('the HTTP client behind a company proxy', () => {
  const secureUrl = 'https://llm.example/v1/messages';
  const plainUrl = 'http://llm.example:8080/v1/messages?a=b';
  const companyName = `Web Proxy CA ${process.pid}`;
  let ca: PrivateCa;
  let folder: string;
  let caFile: string;
  let secure: ScriptedUpstream;
  let plain: ScriptedUpstream;
  const started: { close(): Promise<void> }[] = [];

  before(async () => {
    ca = makePrivateCa(companyName);
    folder = makeTemporaryFolder('web-proxy');
    caFile = path.join(folder, 'ca.pem');
    writeFileSync(caFile, ca.cert);
    const answer = { status: 200, body: 'hello' };
    secure = await startScriptedUpstream(answer, 0, ca.issue('llm.example', '127.0.0.1'));
    plain = await startScriptedUpstream(answer);
  });
  afterEach(async () => {
    for (const one of started.splice(0)) await one.close();
  });
  after(async () => {
    await secure.close();
    await plain.close();
    await removeFolder(folder);
  });

  async function proxyTo(
    upstream: ScriptedUpstream,
    options: Partial<WebProxyOptions> = {},
  ): Promise<TestWebProxy> {
    const proxy = await startWebProxy({ upstreamPort: upstream.port, ...options });
    started.push(proxy);
    return proxy;
  }

  async function socksTo(
    upstream: ScriptedUpstream,
    options: Partial<SocksProxyOptions> = {},
  ): Promise<TestWebProxy> {
    const proxy = await startSocksProxy({ upstreamPort: upstream.port, ...options });
    started.push(proxy);
    return proxy;
  }

  interface Surroundings {
    readonly environment?: Environment;
    readonly settings?: Partial<NetworkSettings>;
    readonly log?: Logger;
    readonly connectTimeoutMs?: number;
  }

  /** The text of the answer, or why there is none. */
  async function get(url: string, around: Surroundings = {}): Promise<string> {
    const result = await send(url, around);
    return result.ok ? result.text : `${result.reason}: ${render(result.detail)}`;
  }

  async function send(
    url: string,
    { environment, settings, log = silentLogger, connectTimeoutMs = 5_000 }: Surroundings,
  ): Promise<(SendResult & { ok: false }) | { readonly ok: true; readonly text: string }> {
    const all = settings === undefined ? undefined : { ...plainNetwork, ...settings };
    const network = readNetwork(environment ?? { NODE_EXTRA_CA_CERTS: caFile }, all);
    const upstream = createUpstream({ connectTimeoutMs, network, log });
    const { signal } = new AbortController();
    const result = await upstream.send({ method: 'POST', url, headers: {}, body: 'ask', signal });
    let text = '';
    if (result.ok) for await (const chunk of result.response.body) text += Buffer.from(chunk);
    await upstream.destroy();
    return result.ok ? { ok: true, text } : result;
  }

  it('goes through a tunnel to HTTPS, by setting or by variable', async () => {
    const proxy = await proxyTo(secure);
    const address = `http://127.0.0.1:${proxy.port}`;
    assert.equal(await get(secureUrl, { settings: { proxy: address } }), 'hello');
    const environment = { NODE_EXTRA_CA_CERTS: caFile, HTTPS_PROXY: address };
    assert.equal(await get(secureUrl, { environment }), 'hello');
    assert.deepEqual(proxy.tunnels, ['llm.example:443', 'llm.example:443']);
    assert.equal(secure.requests.at(-1)?.text, 'ask');
  });

  it('hands plain HTTP over request by request, since proxies let tunnels through to 443 only', async () => {
    const proxy = await proxyTo(plain, { login: 'user:p@ss' });
    const settings = { proxy: `http://user:p%40ss@127.0.0.1:${proxy.port}` };
    assert.equal(await get(plainUrl, { settings }), 'hello');
    assert.deepEqual([proxy.forwarded, proxy.tunnels], [[plainUrl], []]);
    const { headers, query } = plain.requests.at(-1) ?? assert.fail();
    assert.deepEqual([headers.host, query], ['llm.example:8080', 'a=b']);
    assert.equal(headers['proxy-authorization'], undefined);
  });

  it('goes through a proxy that speaks TLS itself', async () => {
    const certificate = ca.issue('127.0.0.1');
    for (const [upstream, url, tunnel] of [
      [secure, secureUrl, 'llm.example:443'],
      [plain, plainUrl, 'llm.example:8080'],
    ] as const) {
      const proxy = await proxyTo(upstream, { certificate, login: 'user:pass' });
      const settings = { proxy: `https://user:pass@127.0.0.1:${proxy.port}` };
      assert.equal(await get(url, { settings }), 'hello');
      assert.deepEqual(proxy.tunnels, [tunnel]);
    }
  });

  it('goes through a SOCKS 5 proxy, which looks the names up', async () => {
    const open = await socksTo(secure);
    assert.equal(
      await get(secureUrl, { settings: { proxy: `socks5://127.0.0.1:${open.port}` } }),
      'hello',
    );
    assert.deepEqual(open.tunnels, ['llm.example:443']);
    const locked = await socksTo(plain, { login: 'user:pass' });
    const settings = { proxy: `socks5h://user:pass@127.0.0.1:${locked.port}` };
    assert.equal(await get(plainUrl, { settings }), 'hello');
    assert.deepEqual(locked.tunnels, ['llm.example:8080']);
  });

  it('never sends what is on loopback, or an exception, to the proxy', async () => {
    const proxy = await proxyTo(secure);
    const settings = { proxy: `http://127.0.0.1:${proxy.port}`, noProxy: ['missing.invalid'] };
    assert.equal(await get(secure.url, { settings }), 'hello');
    assert.match(await get('https://llm.missing.invalid', { settings }), /^unreachable: .*name/);
    assert.deepEqual(proxy.attempts, []);
  });

  it('uses no proxy at all when VS Code has switched its support off', async () => {
    const proxy = await proxyTo(plain);
    const settings = { proxy: `http://127.0.0.1:${proxy.port}`, isProxyOff: true };
    assert.match(await get('http://missing.invalid', { settings }), /^unreachable: /);
    assert.deepEqual(proxy.attempts, []);
  });

  it('logs in with http.proxyAuthorization', async () => {
    const proxy = await proxyTo(secure, { authorization: 'Bearer company-token' });
    const settings = {
      proxy: `http://127.0.0.1:${proxy.port}`,
      proxyAuthorization: 'Bearer company-token',
    };
    assert.equal(await get(secureUrl, { settings }), 'hello');
  });

  it('says that the proxy asks for credentials, or refuses those it got, and where to set them', async () => {
    const proxy = await proxyTo(secure, { login: 'user:right-password' });
    const address = `http://127.0.0.1:${proxy.port}`;
    for (const url of [secureUrl, plainUrl]) {
      const none = await send(url, { settings: { proxy: address } });
      assert.ok(!none.ok);
      assert.deepEqual([none.reason, none.proxy], ['networkRefused', address]);
      assert.match(
        render(none.detail),
        new RegExp(
          `^the HTTP proxy ${address} asks for credentials\\. Give them in the setting http\\.proxy `,
        ),
      );
      const wrong = `http://user:wrong-password@127.0.0.1:${proxy.port}`;
      const said = await get(url, { settings: { proxy: wrong } });
      assert.match(said, new RegExp(`the HTTP proxy ${address} does not accept the credentials`));
      assert.doesNotMatch(said, /wrong-password|user:/);
    }
    const kerberos = await proxyTo(secure, { login: 'a:b', authenticate: 'Negotiate, NTLM' });
    const said = await get(secureUrl, { settings: { proxy: `127.0.0.1:${kerberos.port}` } });
    assert.match(said, /asks for a login by Negotiate or NTLM, which is not supported/);
  });

  it('says the same of a SOCKS proxy', async () => {
    const proxy = await socksTo(plain, { login: 'user:right' });
    const none = await get(plainUrl, { settings: { proxy: `socks5://127.0.0.1:${proxy.port}` } });
    assert.match(
      none,
      /^networkRefused: the SOCKS proxy socks5:\/\/127\.0\.0\.1:\d+ asks for credentials/,
    );
    const settings = { proxy: `socks5://user:wrong@127.0.0.1:${proxy.port}` };
    assert.match(
      await get(plainUrl, { settings }),
      /^networkRefused: .* does not accept the credentials/,
    );
  });

  it('says that the proxy does not allow an address, without blaming the rest', async () => {
    const proxy = await proxyTo(secure, { status: 403 });
    const result = await send(secureUrl, { settings: { proxy: `http://127.0.0.1:${proxy.port}` } });
    assert.ok(!result.ok);
    assert.deepEqual([result.reason, result.proxy], ['networkRefused', undefined]);
    assert.match(
      render(result.detail),
      /does not allow connections to llm\.example:443 \(status 403\)/,
    );
    const socks = await socksTo(secure, { reply: 2 });
    const said = await get(secureUrl, { settings: { proxy: `socks5://127.0.0.1:${socks.port}` } });
    assert.match(said, /^networkRefused: .*not allowed by its rules/);
  });

  it('says that the proxy could not reach the host', async () => {
    const proxy = await proxyTo(secure, { status: 502 });
    const address = `http://127.0.0.1:${proxy.port}`;
    assert.equal(
      await get(secureUrl, { settings: { proxy: address } }),
      `unreachable: the HTTP proxy ${address} could not connect to it (status 502)`,
    );
    const socks = await socksTo(secure, { reply: 5 });
    const said = await get(secureUrl, { settings: { proxy: `socks5://127.0.0.1:${socks.port}` } });
    assert.match(said, /^unreachable: .*could not connect to it \(connection refused\)/);
  });

  it('names the proxy that is down, not the provider behind it', async () => {
    for (const scheme of ['http', 'https', 'socks5']) {
      for (const url of [secureUrl, plainUrl]) {
        const result = await send(url, { settings: { proxy: `${scheme}://127.0.0.1:9` } });
        assert.ok(!result.ok);
        assert.deepEqual([result.reason, result.proxy], ['unreachable', `${scheme}://127.0.0.1:9`]);
        assert.match(
          render(result.detail),
          /127\.0\.0\.1:9 cannot be reached: nothing listens there/,
        );
      }
    }
  });

  it('gives up on a proxy that never answers', async () => {
    const proxy = await proxyTo(secure, { isSilent: true });
    const settings = { proxy: `http://127.0.0.1:${proxy.port}` };
    const said = await get(secureUrl, { settings, connectTimeoutMs: 100 });
    assert.match(said, /^unreachable: the HTTP proxy .* it did not answer in time/);
  });

  it('says what is no proxy at all', async () => {
    const settings = { proxy: `socks5://127.0.0.1:${plain.port}` };
    assert.match(
      await get(secureUrl, { settings }),
      /^unreachable: the SOCKS proxy .*(no SOCKS 5 proxy|closed)/,
    );
    const web = { proxy: `http://127.0.0.1:${plain.port}` };
    assert.match(
      await get(secureUrl, { settings: web }),
      /^(unreachable|networkRefused): the HTTP proxy /,
    );
  });

  it('says what to do about a certificate whose authority is not known', async () => {
    const known = { environment: {} };
    assert.match(
      await get(secure.url, known),
      /^networkRefused: its certificate is signed by an authority that is not known here \(\w+\)\. Switch on http\.systemCertificates, or name the file .* NODE_EXTRA_CA_CERTS/,
    );
    const trusting = { ...known, settings: { trustsSystem: true } };
    assert.match(await get(secure.url, trusting), /\. Name the file of its certificate/);
    const proxy = await proxyTo(secure, {
      certificate: makePrivateCa().issue('127.0.0.1'),
    });
    const settings = { proxy: `https://127.0.0.1:${proxy.port}` };
    assert.match(
      await get(secureUrl, { settings }),
      /^networkRefused: the HTTP proxy https:.* not known here/,
    );
  });

  it('trusts an authority in a file that also holds one that has expired and one that cannot be read', async () => {
    const file = path.join(folder, 'mixed.pem');
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    writeFileSync(file, makePrivateCa(companyName, true).cert + broken + ca.cert);
    assert.equal(await get(secure.url, { environment: { NODE_EXTRA_CA_CERTS: file } }), 'hello');
  });

  it('warns of a file of certificates that cannot be used', async () => {
    const warnings: string[] = [];
    const log = { ...silentLogger, warn: (message: string) => warnings.push(message) };
    for (const file of [path.join(folder, 'missing.pem'), __filename]) {
      await get(secure.url, { environment: { NODE_EXTRA_CA_CERTS: file }, log });
    }
    assert.match(warnings[0] ?? '', /^NODE_EXTRA_CA_CERTS cannot be read: ENOENT.*missing\.pem/);
    assert.match(warnings[1] ?? '', /^NODE_EXTRA_CA_CERTS: .* holds no valid certificate/);
  });

  it('verifies no certificate when http.proxyStrictSSL is off', async () => {
    const proxy = await proxyTo(secure, { certificate: makePrivateCa().issue('other.example') });
    const settings = { proxy: `https://127.0.0.1:${proxy.port}`, verifiesCertificates: false };
    assert.equal(await get(secureUrl, { environment: {}, settings }), 'hello');
    assert.equal(await get(secure.url, { environment: {}, settings }), 'hello');
  });
});
