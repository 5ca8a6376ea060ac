import assert from 'node:assert/strict';
import { diagnosticsText } from '../../../src/diagnose/diagnosticsText';
import { withoutPrivate } from '../../../src/diagnose/privacy';
import { phrase } from '../../../src/proxy/phrase';
import { running, target } from './facts';

const words = {
  secrets: ['plain-words-as-a-key', 'token0123456789token'],
  home: '/home/ada',
  userName: 'ada',
  machineName: 'ada-laptop',
  hosts: ['gw.corp.example:8443', 'gw.corp.example'],
};
const canaries = [...words.secrets, ...words.hosts, 'ada', 'sk-live-0123456789', 'hunter2'];

describe('diagnosticsText', () => {
  const dirty = `at /home/ada/x and /home/ada by ada on ada-laptop: ${words.secrets.join(' ')} sk-live-0123456789 https://ada:hunter2@gw.corp.example:8443/v1`;
  const text = diagnosticsText(
    {
      about: [['VS Code', dirty]],
      verdicts: [
        { title: 'Fine', state: 'ok', sentence: 'All is well | truly.' },
        { title: dirty, state: 'problem', sentence: dirty },
      ],
      status: running({ targets: [target({ lastFailure: phrase('{0}', dirty) })] }),
      logLines: [dirty, '````` @somebody'],
    },
    words,
  );

  it('holds no key, token, name or address of the person, wherever they stand', () => {
    for (const canary of canaries) {
      assert.doesNotMatch(text, new RegExp(`(?<![\\w-])${canary.replaceAll('.', '\\.')}`), canary);
    }
    assert.match(text, /at ~\/x and ~ by \[user\] on \[machine\]/);
  });

  it('tells states, verdicts and models, the worst first', () => {
    assert.ok(text.indexOf('| problem |') < text.indexOf('| ok |'));
    assert.match(text, /\| ok \| Fine \| All is well &#124; truly\. \|/);
    assert.match(text, /\| opencode-go\/glm-5\.3 \| default \| serving \|/);
  });

  it('lets no log line end its block', () => {
    assert.equal(text.match(/^`````/gm)?.length, 2);
  });
});

describe('withoutPrivate', () => {
  it('leaves ordinary words alone where a name is one of them, or a part', () => {
    const common = { ...words, userName: 'node', machineName: 'localhost', home: '/root' };
    assert.equal(
      withoutPrivate('Node 24, node on localhost', common),
      'Node 24, node on localhost',
    );
    assert.equal(withoutPrivate('adapter ada', words), 'adapter [user]');
  });

  it('hides the names of other people’s folders and Windows paths', () => {
    const text = withoutPrivate('/Users/grace/a C:\\Users\\grace\\a', words);
    assert.equal(text, '/Users/[user]/a C:\\Users\\[user]\\a');
  });
});
