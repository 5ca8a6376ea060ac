import assert from 'node:assert/strict';
import { judgeCatalogue, judgeRests, judgeSettings } from '../../../src/diagnose/stateChecks';
import { settingsIn } from '../../../src/diagnose/workspaceSettings';
import { phrase } from '../../../src/proxy/phrase';
import { plainTranslate as t } from '../ui/plainTranslate';
import { running, stopped, target } from './facts';

describe('judgeSettings', () => {
  const inOrder = { problems: [], isTrusted: true, restricted: [] };

  it('is content where all are valid and the workspace is trusted', () => {
    assert.equal(judgeSettings(inOrder, t)[0]?.state, 'ok');
    const restricted = ['switchyard.port'];
    assert.equal(judgeSettings({ ...inOrder, restricted }, t)[0]?.state, 'ok');
  });

  it('leads to each fault', () => {
    const problems = [
      { setting: 'switchyard.port', path: 'switchyard.port', message: 'Expected number.' },
      { setting: 'switchyard.x', path: 'switchyard.x', message: 'There is no such setting.' },
    ];
    assert.deepEqual(
      judgeSettings({ ...inOrder, problems }, t).map(({ state, fix }) => [state, fix]),
      [
        ['problem', { kind: 'openSetting', setting: 'switchyard.port' }],
        ['problem', { kind: 'openSetting', setting: 'switchyard.x' }],
      ],
    );
  });

  it('names settings that do not count in a workspace that is not trusted', () => {
    const facts = { ...inOrder, isTrusted: false, restricted: ['switchyard.port'] };
    const [verdict] = judgeSettings(facts, t);
    assert.match(verdict?.sentence ?? '', /switchyard\.port/);
    assert.deepEqual(verdict?.fix, { kind: 'manageTrust' });
    assert.equal(judgeSettings({ ...facts, restricted: [] }, t)[0]?.state, 'ok');
  });

  it('finds settings in a file with comments', () => {
    assert.deepEqual(settingsIn('// mine\n{ "switchyard.port": 1, /* x */ "a": 2, }'), [
      'switchyard.port',
      'a',
    ]);
    assert.deepEqual(settingsIn('no settings'), []);
  });
});

describe('judgeRests', () => {
  it('tells what rests, why and until when', () => {
    const resting = target({
      state: 'resting',
      lastFailure: phrase('overloaded (529)'),
      restsUntil: 1,
    });
    const verdict = judgeRests(running({ targets: [resting, target({ name: 'a/b' })] }), t);
    assert.equal(verdict.state, 'warning');
    assert.match(
      verdict.sentence,
      /^1 of 2 models rest\. opencode-go\/glm-5\.3: overloaded \(529\), until /,
    );
    assert.deepEqual(verdict.fix, { kind: 'resetHealth' });
  });

  it('is content where nothing rests, and knows nothing of a stopped proxy', () => {
    assert.equal(judgeRests(running(), t).state, 'ok');
    assert.equal(judgeRests(stopped, t).state, 'unknown');
  });
});

describe('judgeCatalogue', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const dayMs = 86_400_000;
  const asOf = '2026-11-20';
  const judge = (daysAgo: number | undefined, refresh: 'providers' | 'off', since = asOf) => {
    const refreshedAt = daysAgo === undefined ? {} : { refreshedAt: now - daysAgo * dayMs };
    return judgeCatalogue(
      { catalogue: { asOf: since, retired: [], ...refreshedAt }, refresh, now },
      t,
    );
  };

  it('is content with a catalogue of this week', () => {
    assert.equal(judge(1, 'providers').state, 'ok');
    assert.equal(judge(undefined, 'providers').state, 'ok');
    assert.equal(judge(30, 'off').state, 'ok');
  });

  it('offers to refresh one that should have been, or is old', () => {
    for (const verdict of [
      judge(8, 'providers'),
      judge(91, 'off'),
      judge(undefined, 'off', '2026-07-01'),
    ]) {
      assert.equal(verdict.state, 'warning');
      assert.deepEqual(verdict.fix, { kind: 'refreshCatalogue' });
    }
    assert.match(judge(8, 'providers').sentence, /That is 8 days ago\.$/);
  });

  it('knows nothing of a stopped proxy', () => {
    const facts = { catalogue: undefined, refresh: undefined, now };
    assert.equal(judgeCatalogue(facts, t).state, 'unknown');
  });
});
