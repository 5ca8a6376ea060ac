import { strict as assert } from 'node:assert';
import { workerEnvironment } from '../../src/workerThread';

describe('workerEnvironment', () => {
  const http = { proxy: '', noProxy: [], isProxyOff: false };

  it('passes on what the proxy needs and no keys', () => {
    const host = {
      PATH: '/bin',
      HTTPS_PROXY: 'http://corp:3128',
      no_proxy: 'corp',
      ANTHROPIC_API_KEY: 'secret',
      NODE_OPTIONS: '--inspect',
      LANG: undefined,
    };
    assert.deepEqual(workerEnvironment(host, http), {
      PATH: '/bin',
      HTTPS_PROXY: 'http://corp:3128',
      no_proxy: 'corp',
    });
  });

  it('lets the proxy settings of VS Code win over those of the shell', () => {
    const host = { https_proxy: 'http://shell:1', no_proxy: 'shell' };
    const set = { proxy: 'http://code:2', noProxy: ['a', 'b'], isProxyOff: false };
    assert.deepEqual(workerEnvironment(host, set), {
      HTTP_PROXY: 'http://code:2',
      HTTPS_PROXY: 'http://code:2',
      NO_PROXY: 'a,b',
    });
  });

  it('has no proxy at all when VS Code has switched its support off', () => {
    const host = { HTTP_PROXY: 'http://shell:1', ALL_PROXY: 'http://shell:1' };
    const off = { proxy: 'http://code:2', noProxy: [], isProxyOff: true };
    assert.deepEqual(workerEnvironment(host, off), {});
  });
});
