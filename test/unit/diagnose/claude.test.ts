import assert from 'node:assert/strict';
import {
  type ClaudeFacts,
  judgeClaudeSettings,
  judgeLogin,
} from '../../../src/diagnose/claudeChecks';
import { claudeSettingsPaths, readClaudeFile } from '../../../src/diagnose/claudeSettings';
import { plainTranslate as t } from '../ui/plainTranslate';
import { port } from './facts';

const path = '/home/me/.claude/settings.json';
const canary = 'sk-ant-canary-0123456789';

function read(value: object | string) {
  const text = typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
  return readClaudeFile({ path, text }, port);
}

describe('readClaudeFile', () => {
  it('names the line of every variable that leads past the proxy, and no value', () => {
    const found = read({
      theme: 'dark',
      env: { FOO: '1', ANTHROPIC_BASE_URL: 'https://gateway', ANTHROPIC_API_KEY: canary },
    });
    assert.deepEqual(
      found.map(({ line, what }) => [line, what.kind === 'variable' ? what.name : what.kind]),
      [
        [5, 'ANTHROPIC_BASE_URL'],
        [6, 'ANTHROPIC_API_KEY'],
      ],
    );
    assert.ok(!JSON.stringify(found).includes(canary));
  });

  it('finds nothing in a file without such variables, in one that names this proxy, and in none', () => {
    assert.deepEqual(read({ env: { FOO: '1', ANTHROPIC_API_KEY: '' }, model: 'opus' }), []);
    assert.deepEqual(read({ env: { ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}/` } }), []);
    assert.deepEqual(readClaudeFile({ path, text: undefined }, port), []);
    assert.deepEqual(read(''), []);
  });

  it('finds logins and key helpers beside the variables', () => {
    const found = read({ apiKeyHelper: '/bin/key', forceLoginMethod: 'console' });
    assert.deepEqual(
      found.map(({ line, what }) => [line, what.kind]),
      [
        [2, 'keyHelper'],
        [3, 'forcedLogin'],
      ],
    );
  });

  it('names the line at which a file stops being JSON', () => {
    assert.deepEqual(
      read('{\n  "env": {\n    "A": oops\n  }\n}').map(({ line, what }) => [line, what.kind]),
      [[3, 'notJson']],
    );
    assert.equal(read('[1]')[0]?.what.kind, 'notJson');
  });
});

describe('claudeSettingsPaths', () => {
  const place = { home: '/home/me', configFolder: undefined, projects: ['/src/app'] };

  it('looks at the managed file, at each project’s two, and at the person’s own', () => {
    assert.deepEqual(claudeSettingsPaths({ ...place, platform: 'linux' }), [
      '/etc/claude-code/managed-settings.json',
      '/src/app/.claude/settings.local.json',
      '/src/app/.claude/settings.json',
      '/home/me/.claude/settings.json',
    ]);
  });

  it('follows CLAUDE_CONFIG_DIR and the platform, and looks at no file twice', () => {
    const moved = claudeSettingsPaths({ ...place, platform: 'darwin', configFolder: '/cfg' });
    assert.match(moved[0] ?? '', /^\/Library\/Application Support\/ClaudeCode\//);
    assert.equal(moved.at(-1), '/cfg/settings.json');
    const home = claudeSettingsPaths({ ...place, platform: 'linux', projects: ['/home/me'] });
    assert.equal(new Set(home).size, home.length);
  });
});

const inOrder: ClaudeFacts = {
  findings: [],
  shown: (file) => file.replace('/home/me', '~'),
  injected: ['ANTHROPIC_AUTH_TOKEN'],
  inherited: ['PATH'],
  hasSavedLogin: false,
};

describe('judgeClaudeSettings', () => {
  it('names file and line of each override, and opens it there', () => {
    const findings = read({ env: { ANTHROPIC_BASE_URL: 'https://gateway' } });
    assert.deepEqual(judgeClaudeSettings({ ...inOrder, findings }, t), [
      {
        title: 'Claude Code’s settings',
        state: 'warning',
        sentence: 'ANTHROPIC_BASE_URL leads past the proxy: ~/.claude/settings.json, line 3.',
        fix: { kind: 'openFile', path, line: 3 },
      },
    ]);
  });

  it('is content without any, and leaves logins to the other check', () => {
    const findings = read({ apiKeyHelper: '/bin/key' });
    assert.equal(judgeClaudeSettings({ ...inOrder, findings }, t)[0]?.state, 'ok');
  });
});

describe('judgeLogin', () => {
  it('opens the file that asks for a login or brings a key', () => {
    const findings = read({ apiKeyHelper: '/bin/key', forceLoginMethod: 'console' });
    const verdicts = judgeLogin({ ...inOrder, findings }, t);
    assert.deepEqual(
      verdicts.map(({ state, fix }) => [state, fix]),
      [
        ['warning', { kind: 'openFile', path, line: 2 }],
        ['warning', { kind: 'openFile', path, line: 3 }],
      ],
    );
  });

  it('warns of a key in the environment only where the terminals do not empty it', () => {
    const inherited = ['ANTHROPIC_API_KEY'];
    assert.equal(judgeLogin({ ...inOrder, inherited }, t)[0]?.state, 'ok');
    const [open] = judgeLogin({ ...inOrder, inherited, injected: [] }, t);
    assert.equal(open?.state, 'warning');
    assert.match(open?.sentence ?? '', /ANTHROPIC_API_KEY/);
  });

  it('is content with a saved login that the token goes before', () => {
    assert.equal(judgeLogin({ ...inOrder, hasSavedLogin: true }, t)[0]?.state, 'ok');
    assert.equal(judgeLogin(inOrder, t)[0]?.state, 'ok');
    const bare = { ...inOrder, hasSavedLogin: true, injected: [] };
    assert.equal(judgeLogin(bare, t)[0]?.state, 'unknown');
  });
});
