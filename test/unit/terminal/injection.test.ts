import { strict as assert } from 'node:assert';
import type { ProxyStatus } from '../../../src/proxyStatus';
import { injectedEnvironment } from '../../../src/terminal/injection';

describe('injectedEnvironment', () => {
  const input = { isWanted: true, accessToken: 'token', inheritedNoProxy: undefined };
  const report = { activeRequests: 0, credentials: [], targets: [], usable: true };
  const running: ProxyStatus = { state: 'running', port: 4141, report };

  it('is there while the proxy runs and a model of the default chain can be tried', () => {
    const variables = injectedEnvironment(running, input);
    assert.ok(variables !== 'keep');
    assert.equal(variables['ANTHROPIC_BASE_URL'], 'http://127.0.0.1:4141');
  });

  const gone: readonly ProxyStatus[] = [
    { state: 'stopped' },
    { state: 'stopping', activeRequests: 1 },
    { state: 'failed', reason: { kind: 'noAnswer' } },
    { state: 'running', port: 4141, report: { ...report, usable: false } },
  ];
  for (const status of gone) {
    it(`is empty when the proxy is ${status.state}${status.state === 'running' ? ' without a key' : ''}`, () => {
      assert.deepEqual(injectedEnvironment(status, input), {});
    });
  }

  const unknown: readonly ProxyStatus[] = [
    { state: 'starting' },
    { state: 'running', port: 4141, report: undefined },
  ];
  for (const status of unknown) {
    it(`stays as it is when the proxy is ${status.state} and has told nothing yet`, () => {
      assert.equal(injectedEnvironment(status, input), 'keep');
    });
  }

  it('is empty when the setting is off', () => {
    assert.deepEqual(injectedEnvironment(running, { ...input, isWanted: false }), {});
  });
});
