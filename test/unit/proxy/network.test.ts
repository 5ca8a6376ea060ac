import assert from 'node:assert/strict';
import { type NetworkSettings, readNetwork } from '../../../src/proxy/network';
import { render } from '../../../src/proxy/phrase';
import { plainNetwork } from '../../support/plainNetwork';

/** `direct`, the proxy's address, or why there is no way. */
function wayTo(
  url: string,
  environment: Record<string, string>,
  settings?: Partial<NetworkSettings>,
): string {
  const all = settings === undefined ? undefined : { ...plainNetwork, ...settings };
  const way = readNetwork(environment, all).wayTo(new URL(url));
  return way.by === 'proxy'
    ? way.proxy.address
    : way.by === 'direct'
      ? 'direct'
      : render(way.detail);
}

describe('the way to an upstream', () => {
  const shell = { HTTP_PROXY: 'http://web:1', HTTPS_PROXY: 'http://secure:2' };

  it('is direct where nothing names a proxy', () => {
    assert.equal(wayTo('https://a.example', {}), 'direct');
    assert.equal(wayTo('https://a.example', {}, {}), 'direct');
  });

  it('follows the variables, each for its scheme, and VS Code’s setting before them', () => {
    assert.equal(wayTo('https://a.example', shell), 'http://secure:2');
    assert.equal(wayTo('http://a.example', shell), 'http://web:1');
    assert.equal(wayTo('https://a.example', { http_proxy: 'web:3128' }), 'http://web:3128');
    assert.equal(wayTo('https://a.example', { ALL_PROXY: 'socks5h://s' }), 'socks5://s:1080');
    assert.equal(wayTo('https://a.example', shell, { proxy: 'https://code' }), 'https://code:443');
  });

  it('takes the lower-case variable before the other, as curl does, and an empty one as none', () => {
    const both = { HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:2' };
    assert.equal(wayTo('https://a.example', both), 'http://lower:2');
    assert.equal(wayTo('https://a.example', { ...both, https_proxy: '' }), 'direct');
  });

  it('has no proxy at all when VS Code has switched its support off', () => {
    assert.equal(
      wayTo('https://a.example', shell, { proxy: 'http://c:3', isProxyOff: true }),
      'direct',
    );
  });

  it('leads to loopback addresses directly, whatever is set', () => {
    for (const host of ['localhost', 'llm.localhost', '127.0.0.1', '127.8.9.1', '[::1]']) {
      assert.equal(wayTo(`http://${host}:11434`, shell, { noProxy: ['other'] }), 'direct', host);
    }
  });

  const exceptions: readonly (readonly [entry: string, url: string, isDirect: boolean])[] = [
    ['corp.example', 'https://corp.example', true],
    ['corp.example', 'https://LLM.Corp.example', true],
    ['.corp.example', 'https://llm.corp.example', true],
    ['*.corp.example', 'https://llm.corp.example', true],
    ['corp.example', 'https://notcorp.example', false],
    ['corp.example:8443', 'https://corp.example:8443', true],
    ['corp.example:8443', 'https://corp.example', false],
    ['corp.example:443', 'https://corp.example', true],
    ['10.0.0.0/8', 'https://10.20.30.40', true],
    ['10.0.0.0/8', 'https://11.20.30.40', false],
    ['192.168.1.7', 'http://192.168.1.7:8000', true],
    ['fd00::/8', 'http://[fd12::1]:8000', true],
    ['[fd12::1]:8000', 'http://[fd12::1]:8000', true],
    ['10.0.0.0/99', 'https://10.0.0.1', false],
    ['*', 'https://anything.example', true],
  ];
  for (const [entry, url, isDirect] of exceptions) {
    it(`takes “${entry}” as ${isDirect ? 'an' : 'no'} exception for ${url}`, () => {
      const expected = isDirect ? 'direct' : 'http://p:3128';
      assert.equal(
        wayTo(url, { HTTPS_PROXY: 'p:3128', HTTP_PROXY: 'p:3128', NO_PROXY: `x, ${entry}` }),
        expected,
      );
      assert.equal(wayTo(url, {}, { proxy: 'http://p:3128', noProxy: ['x', entry] }), expected);
    });
  }

  it('reads NO_PROXY only where VS Code has no exceptions of its own', () => {
    const variables = { ...shell, NO_PROXY: 'a.example' };
    assert.equal(wayTo('https://a.example', variables, {}), 'direct');
    assert.equal(
      wayTo('https://a.example', variables, { noProxy: ['b.example'] }),
      'http://secure:2',
    );
  });

  it('never goes around a proxy that is set but cannot be used, and keeps its value to itself', () => {
    for (const bad of [
      '::::',
      'http://user:pa#ss@host:1',
      'ftp://user:hunter22@host',
      'socks4://h',
      'http://',
    ]) {
      const said = wayTo('https://a.example', {}, { proxy: bad });
      assert.match(
        said,
        /the setting http\.proxy or the variable HTTPS_PROXY is not an address/,
        bad,
      );
      assert.ok(!said.includes('hunter22'));
    }
  });
});

describe('the credentials of a proxy', () => {
  function authorizationFor(
    proxy: string,
    more: Partial<NetworkSettings> = {},
  ): string | undefined {
    const network = readNetwork({}, { ...plainNetwork, proxy, ...more });
    const way = network.wayTo(new URL('https://a.example'));
    assert.ok(way.by === 'proxy');
    assert.doesNotMatch(way.proxy.address, /user|p@ss|%/);
    for (const secret of [way.proxy.authorization, way.proxy.login?.password]) {
      if (secret !== undefined) assert.ok(network.secrets.includes(secret));
    }
    return way.proxy.authorization;
  }
  const basic = (login: string) => `Basic ${Buffer.from(login, 'utf8').toString('base64')}`;

  it('come out of its address, decoded', () => {
    assert.equal(authorizationFor('http://user:p%40ss@proxy:3128'), basic('user:p@ss'));
    assert.equal(authorizationFor('http://user@proxy:3128'), basic('user:'));
    assert.equal(authorizationFor('http://user:100%@proxy:3128'), basic('user:100%'));
    assert.equal(authorizationFor('http://proxy:3128'), undefined);
  });

  it('are those of http.proxyAuthorization before them', () => {
    const proxyAuthorization = 'Bearer abc';
    assert.equal(authorizationFor('http://user:pw@proxy:1', { proxyAuthorization }), 'Bearer abc');
  });
});

describe('certificates', () => {
  it('are those of VS Code’s settings, else of Node’s own variables', () => {
    const environment = { NODE_USE_SYSTEM_CA: '1', NODE_EXTRA_CA_CERTS: '/a.pem' };
    const alone = readNetwork(environment);
    assert.deepEqual(
      [alone.trustsSystem, alone.verifiesCertificates, alone.extraCertificatesFile],
      [true, true, '/a.pem'],
    );
    const set = readNetwork(environment, { ...plainNetwork, verifiesCertificates: false });
    assert.deepEqual([set.trustsSystem, set.verifiesCertificates], [false, false]);
  });
});
