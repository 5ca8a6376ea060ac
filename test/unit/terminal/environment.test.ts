import { strict as assert } from 'node:assert';
import {
  environmentChange,
  ownShellEnvironment,
  shellLines,
  terminalEnvironment,
} from '../../../src/terminal/environment';

const input = {
  port: 4141,
  accessToken: 'token',
  inheritedNoProxy: undefined,
  smallestContext: undefined,
  modelTiers: [],
  agents: ['claude'],
  scenarios: [],
} as const;

describe('terminalEnvironment', () => {
  it('is the whole list for the integrated terminal', () => {
    assert.deepEqual(terminalEnvironment(input), {
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:4141',
      ANTHROPIC_AUTH_TOKEN: 'token',
      ANTHROPIC_API_KEY: '',
      CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST: '1',
      CLAUDE_CODE_GATEWAY_HINT_HEADERS: '1',
      CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
      NO_PROXY: ',127.0.0.1,localhost,::1',
      no_proxy: ',127.0.0.1,localhost,::1',
    });
  });

  it('leaves a NO_PROXY alone that allows everything', () => {
    const variables = terminalEnvironment({ ...input, inheritedNoProxy: '*' });
    assert.ok(!('NO_PROXY' in variables || 'no_proxy' in variables));
  });

  it('tells the smallest context window where it is known', () => {
    const variables = terminalEnvironment({ ...input, smallestContext: 200_000 });
    assert.equal(variables['CLAUDE_CODE_MAX_CONTEXT_TOKENS'], '200000');
  });
});

describe('ownShellEnvironment', () => {
  const noProxies = [
    ['corp.example', 'corp.example,127.0.0.1,localhost,::1'],
    ['localhost, corp.example ,', 'localhost,corp.example,127.0.0.1,::1'],
    ['127.0.0.1,localhost,::1', '127.0.0.1,localhost,::1'],
    ['*', '*'],
    ['', '127.0.0.1,localhost,::1'],
  ] as const;
  for (const [inherited, extended] of noProxies) {
    it(`extends NO_PROXY “${inherited}” by what is missing`, () => {
      const variables = ownShellEnvironment({ ...input, inheritedNoProxy: inherited });
      assert.equal(variables['NO_PROXY'], extended);
      assert.equal(variables['no_proxy'], extended);
      // A window that was started from a terminal of ours inherits our own value.
      const again = ownShellEnvironment({ ...input, inheritedNoProxy: extended });
      assert.deepEqual(again, variables);
    });
  }
});

describe('environmentChange', () => {
  it('writes nothing where nothing differs', () => {
    const change = environmentChange({ A: '1', B: '' }, { A: '1', B: '' });
    assert.deepEqual(change, { set: [], remove: [] });
  });

  it('writes what is new or different and removes what is gone', () => {
    const change = environmentChange({ A: '1', B: '2', C: '3' }, { A: '1', B: '9', D: '' });
    assert.deepEqual(change, {
      set: [
        ['B', '9'],
        ['D', ''],
      ],
      remove: ['C'],
    });
  });
});

describe('shellLines', () => {
  it('quotes whole values', () => {
    const variables = { A: "it's $HOME", B: '' };
    assert.equal(shellLines(variables, 'posix'), "export A='it'\\''s $HOME'\nexport B=''\n");
    assert.equal(shellLines(variables, 'powershell'), "$env:A = 'it''s $HOME'\n$env:B = ''\n");
  });
});
