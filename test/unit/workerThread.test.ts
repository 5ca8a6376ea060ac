import { strict as assert } from 'node:assert';
import { workerEnvironment } from '../../src/workerThread';

describe('workerEnvironment', () => {
  it('passes on what the proxy needs and no keys', () => {
    const host = {
      PATH: '/bin',
      HTTPS_PROXY: 'http://corp:3128',
      no_proxy: 'corp',
      NODE_EXTRA_CA_CERTS: '/etc/corp.pem',
      ANTHROPIC_API_KEY: 'secret',
      NODE_OPTIONS: '--inspect',
      LANG: undefined,
    };
    assert.deepEqual(workerEnvironment(host), {
      PATH: '/bin',
      HTTPS_PROXY: 'http://corp:3128',
      no_proxy: 'corp',
      NODE_EXTRA_CA_CERTS: '/etc/corp.pem',
    });
  });
});
