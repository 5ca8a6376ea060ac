import { strict as assert } from 'node:assert';
import type { CredentialReport, ProxyReport } from '../../../src/proxy/protocol';
import type { ProxyStatus, StartFailure } from '../../../src/proxyStatus';
import { describeFailure, presentStatus } from '../../../src/ui/statusPresentation';
import { plainTranslate as t } from './plainTranslate';

const report: ProxyReport = { activeRequests: 0, credentials: [], targets: [], usable: true };

function running(changes: Partial<ProxyReport>): ProxyStatus {
  return { state: 'running', port: 4141, report: { ...report, ...changes } };
}

function credential(state: CredentialReport['state']): CredentialReport {
  return { credential: 'opencode', providerId: 'opencode-go', label: 'OpenCode', state };
}

describe('presentStatus', () => {
  const rows: readonly (readonly [ProxyStatus, text: string, command: string])[] = [
    [{ state: 'stopped' }, '$(circle-slash) Switchyard: stopped', 'switchyard.toggle'],
    [{ state: 'starting' }, '$(loading~spin) Switchyard: starting', 'switchyard.toggle'],
    [
      { state: 'stopping', activeRequests: 2 },
      '$(loading~spin) Switchyard: stopping',
      'switchyard.toggle',
    ],
    [
      { state: 'failed', reason: { kind: 'portTaken', port: 80 } },
      '$(error) Switchyard: failed',
      'switchyard.toggle',
    ],
    [
      { state: 'running', port: 1, report: undefined },
      '$(radio-tower) Switchyard: running',
      'switchyard.toggle',
    ],
    [running({}), '$(radio-tower) Switchyard: running', 'switchyard.toggle'],
    [
      running({ usable: false, credentials: [credential('missing')] }),
      '$(key) Switchyard: set API key',
      'switchyard.setApiKey',
    ],
    [
      running({ usable: false, credentials: [credential('accepted')] }),
      '$(warning) Switchyard: no usable model',
      'switchyard.showScenarios',
    ],
    [
      running({ credentials: [credential('rejected')] }),
      '$(key) Switchyard: key rejected',
      'switchyard.setApiKey',
    ],
    [
      running({ credentials: [{ ...credential('heldBack'), origin: 'https://gateway.example' }] }),
      '$(shield) Switchyard: key held back',
      'switchyard.confirmKeyAddress',
    ],
    [
      running({ credentials: [credential('blocked')] }),
      '$(key) Switchyard: account blocked',
      'switchyard.setApiKey',
    ],
    [
      running({ targets: [{ name: 'a/b', scenarios: [], state: 'resting' }] }),
      '$(warning) Switchyard: degraded',
      'switchyard.toggle',
    ],
  ];
  for (const [status, text, command] of rows) {
    it(`shows “${text}”, in words, and runs ${command}`, () => {
      const presentation = presentStatus(status, t);
      assert.equal(presentation.text, text);
      assert.equal(presentation.command, command);
      assert.match(presentation.label, /^Switchyard, \w/);
      assert.match(presentation.sentence, /\.$/);
      assert.match(presentation.hint, /^Click to .*\.$/);
      assert.doesNotMatch(presentation.label + presentation.sentence, /\$\(|\{\d/);
    });
  }

  it('asks for the key that was rejected, and lets the person choose where one is missing', () => {
    const rejected = presentStatus(running({ credentials: [credential('rejected')] }), t);
    assert.equal(rejected.argument, 'opencode');
    const missing = presentStatus(
      running({ usable: false, credentials: [credential('missing')] }),
      t,
    );
    assert.equal(missing.argument, undefined);
    assert.match(missing.sentence, /^OpenCode needs an API key/);
  });

  it('names the key where a provider has several', () => {
    const work = { ...credential('rejected'), credential: 'work', isOneOfSeveral: true };
    const { sentence, argument } = presentStatus(running({ credentials: [work] }), t);
    assert.equal(sentence, 'OpenCode (key “work”) rejected the API key.');
    assert.equal(argument, 'work');
  });

  it('opens the scenarios where no key would make the default chain usable', () => {
    const unusable = presentStatus(running({ usable: false, credentials: [] }), t);
    assert.equal(unusable.command, 'switchyard.showScenarios');
    assert.equal(unusable.argument, undefined);
  });

  it('does not call for a key that only another chain lacks', () => {
    const status = running({ credentials: [credential('missing')] });
    assert.match(presentStatus(status, t).text, /running/);
  });

  it('says why the proxy failed', () => {
    const reasons: readonly StartFailure[] = [
      { kind: 'portTaken', port: 80 },
      { kind: 'cannotListen', message: 'EPERM' },
      { kind: 'noAnswer' },
      { kind: 'crashed', message: 'stack' },
    ];
    assert.deepEqual(
      reasons.map((reason) => describeFailure(reason, t)),
      [
        'Port 80 is in use by another program.',
        'The proxy cannot listen: EPERM.',
        'The proxy did not start in time.',
        'The proxy ended by itself several times.',
      ],
    );
  });
});
