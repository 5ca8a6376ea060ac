import { strict as assert } from 'node:assert';
import { type AllSettings, parseSettings } from '../../../src/config/schema';
import type { ProxyStatus } from '../../../src/proxyStatus';
import { injectedEnvironment } from '../../../src/terminal/injection';

describe('injectedEnvironment', () => {
  const { settings } = parseSettings({
    'switchyard.scenarios': { mine: { models: ['demo/hello'] } },
  });
  const input = { settings, accessToken: 'token', inheritedNoProxy: undefined };
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

  it('is for the agents of the setting, with the scenarios of the person', () => {
    const variables = injectedEnvironment(running, withSettings({ terminalAgents: ['opencode'] }));
    assert.ok(variables !== 'keep');
    assert.deepEqual(Object.keys(variables), ['OPENCODE_CONFIG_CONTENT', 'NO_PROXY', 'no_proxy']);
    assert.match(variables['OPENCODE_CONFIG_CONTENT'] ?? '', /"scenario:mine"/);
  });

  function withSettings(changed: Partial<AllSettings>) {
    return { ...input, settings: { ...settings, ...changed } };
  }

  it('is empty when the setting is off', () => {
    assert.deepEqual(injectedEnvironment(running, withSettings({ injectEnvironment: false })), {});
  });
});
