import assert from 'node:assert/strict';
import { judgeTerminals, type TerminalFacts } from '../../../src/diagnose/terminalCheck';
import { plainTranslate as t } from '../ui/plainTranslate';
import { port, running, stopped } from './facts';

const baseUrl = `http://127.0.0.1:${port}`;
const inOrder: TerminalFacts = {
  status: running(),
  injectsEnvironment: true,
  injected: ['ANTHROPIC_BASE_URL', 'ANTHROPIC_AUTH_TOKEN', 'ANTHROPIC_API_KEY'],
  injectedPort: port,
  open: [{ name: 'bash', baseUrl }],
  settings: {},
  settingName: 'terminal.integrated.env.linux',
};

function judge(change: Partial<TerminalFacts>) {
  return judgeTerminals({ ...inOrder, ...change }, t);
}

describe('judgeTerminals', () => {
  it('is content where new and open terminals lead to the proxy', () => {
    assert.deepEqual(judge({}), [
      {
        title: 'Terminal variables',
        state: 'ok',
        sentence: `Terminals point agents to port ${port}.`,
      },
    ]);
  });

  it('tells of terminals that were opened before, by name', () => {
    const [verdict] = judge({
      open: [
        { name: 'bash', baseUrl },
        { name: 'old', baseUrl: '' },
        { name: 'older', baseUrl: 'http://127.0.0.1:39999' },
      ],
    });
    assert.equal(verdict?.state, 'warning');
    assert.match(verdict?.sentence ?? '', /^2 of 3 .*“old”, “older”/);
    assert.deepEqual(verdict?.fix, { kind: 'newTerminal' });
  });

  it('accuses no terminal whose variables it cannot read, and none where Claude Code is not wanted', () => {
    assert.match(
      judge({ open: [{ name: 'zsh' }] })[0]?.sentence ?? '',
      /those open before may not/,
    );
    const others = judge({ injected: ['OPENAI_BASE_URL'], open: [{ name: 'zsh', baseUrl: '' }] });
    assert.equal(others[0]?.state, 'ok');
  });

  it('leads to the setting that is off, to Start, or to the key, whichever is missing', () => {
    const off = judge({ injectsEnvironment: false, injected: [] })[0];
    assert.equal(off?.state, 'warning');
    assert.equal(off?.fix?.kind, 'openSetting');
    assert.deepEqual(judge({ status: stopped, injected: [] })[0]?.fix, { kind: 'start' });
    const keyless = judge({ status: running({ usable: false }), injected: [] })[0];
    assert.deepEqual(keyless?.fix, { kind: 'setApiKey' });
    assert.equal(judge({ injected: [] })[0]?.state, 'unknown');
  });

  it('sees that another window of the folder has written the variables', () => {
    assert.match(judge({ injectedPort: 39_999 })[0]?.sentence ?? '', /lead to port 39999/);
  });

  it('names what VS Code’s own settings put beside our variables, never its value', () => {
    const settings = {
      CLAUDE_CODE_USE_BEDROCK: '1',
      ANTHROPIC_MODEL: 'value-of-mine',
      EDITOR: 'vi',
    };
    const [, verdict] = judge({ settings });
    assert.match(verdict?.sentence ?? '', /CLAUDE_CODE_USE_BEDROCK, ANTHROPIC_MODEL/);
    assert.doesNotMatch(JSON.stringify(verdict), /value-of-mine|EDITOR/);
    assert.deepEqual(verdict?.fix, {
      kind: 'openHostSetting',
      setting: 'terminal.integrated.env.linux',
    });
  });

  it('leaves alone what our variables override, and what says nothing', () => {
    const settings = { ANTHROPIC_BASE_URL: 'http://elsewhere', CLAUDE_CODE_USE_BEDROCK: '0' };
    assert.equal(judge({ settings }).length, 1);
    assert.equal(judge({ settings, injected: [], status: stopped }).length, 2);
  });
});
