import assert from 'node:assert/strict';
import { checks, type Finding, runChecks, type Sources } from '../../../src/diagnose/checks';
import { plainTranslate as t } from '../ui/plainTranslate';
import { port, running } from './facts';

const sources: Sources = {
  status: running(),
  configuredPort: 0,
  hasHttpProxy: false,
  portAnswer: async () => 'switchyard',
  portHolder: async () => undefined,
  terminals: async () => ({
    injectsEnvironment: true,
    injected: ['ANTHROPIC_BASE_URL', 'ANTHROPIC_AUTH_TOKEN'],
    injectedPort: port,
    open: [],
    settings: {},
    settingName: 'terminal.integrated.env.linux',
  }),
  claude: async () => ({
    findings: [],
    shown: (path) => path,
    injected: ['ANTHROPIC_AUTH_TOKEN'],
    inherited: [],
    hasSavedLogin: false,
  }),
  settings: async () => ({ problems: [], isTrusted: true, restricted: [] }),
  reach: async () => [
    {
      providerId: 'opencode-go',
      label: 'OpenCode',
      tookMs: 1,
      clock: { theirs: 0, ours: 0 },
      keys: [],
    },
  ],
  catalogue: () => ({ catalogue: { asOf: '2026-11-20', retired: [] }, refresh: 'off', now: 0 }),
};

describe('runChecks', () => {
  it('finds nothing wrong where nothing is', async () => {
    const findings = await runChecks(sources, t);
    const states = findings.flatMap(({ verdicts }) => verdicts).map(({ state }) => state);
    assert.deepEqual([...new Set(states)], ['ok']);
    assert.equal(findings.length, checks.length);
  });

  it('tells each verdict as soon as it is known, in the order of the table', async () => {
    const told: (readonly Finding[])[] = [];
    let answer: (value: 'switchyard') => void = () => {};
    const portAnswer = () => new Promise<'switchyard'>((resolve) => (answer = resolve));
    const running = runChecks({ ...sources, portAnswer }, t, (findings) => {
      told.push(findings);
      if (findings.filter(({ verdicts }) => verdicts === undefined).length === 1) {
        answer('switchyard');
      }
    });
    await running;
    const pending = told.map((findings) => findings.filter((one) => one.verdicts === undefined));
    assert.equal(pending[0]?.length, checks.length);
    assert.deepEqual(
      pending.at(-2)?.map(({ check }) => check.id),
      ['proxy'],
    );
    assert.deepEqual(
      told.at(-1)?.map(({ check }) => check.id),
      checks.map(({ id }) => id),
    );
  });

  it('lets no check that breaks take the others along', async () => {
    const claude = () => Promise.reject(new Error('the disk is gone'));
    const findings = await runChecks({ ...sources, claude }, t);
    const broken = findings.filter(({ verdicts }) => verdicts[0]?.state === 'unknown');
    assert.deepEqual(
      broken.map(({ check }) => check.id),
      ['claudeSettings', 'login'],
    );
    assert.match(broken[0]?.verdicts[0]?.sentence ?? '', /the disk is gone/);
  });
});
