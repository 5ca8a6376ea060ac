import assert from 'node:assert/strict';
import {
  changesBack,
  changesTo,
  describeChanges,
  readMade,
  wantedSettings,
} from '../../../src/ui/claudeSettings';

const launcher = '/storage/claude-code/launch';
const wanted = wantedSettings('linux', launcher);
const reader = (settings: Readonly<Record<string, unknown>>) => (name: string) => settings[name];

describe('the settings of the graphical Claude Code extension', () => {
  it('name a launcher and no secret', () => {
    assert.deepEqual(wanted, [
      { name: 'claudeProcessWrapper', value: launcher },
      { name: 'disableLoginPrompt', value: true },
    ]);
    assert.deepEqual(wantedSettings('win32', launcher), [{ name: 'useTerminal', value: true }]);
  });

  it('are changed only where they differ, and shown with what was there', () => {
    const changes = changesTo(
      wanted,
      reader({ claudeProcessWrapper: '/mine', disableLoginPrompt: true }),
    );
    assert.equal(
      describeChanges(changes, '(not set)'),
      `claudeCode.claudeProcessWrapper: "/mine" → "${launcher}"`,
    );
    assert.equal(
      describeChanges(changesTo(wanted, reader({})), '(not set)').split('\n')[1],
      'claudeCode.disableLoginPrompt: (not set) → true',
    );
    const all = { claudeProcessWrapper: launcher, disableLoginPrompt: true };
    assert.deepEqual(changesTo(wanted, reader(all)), []);
  });

  it('come back as they were, even after they were kept as JSON', () => {
    const made = changesTo(wanted, reader({ claudeProcessWrapper: '/mine' }));
    const kept = readMade(JSON.parse(JSON.stringify(made)));
    const now = { claudeProcessWrapper: launcher, disableLoginPrompt: true };
    assert.deepEqual(changesBack(kept ?? [], reader(now)), [
      { name: 'claudeProcessWrapper', before: launcher, value: '/mine' },
      { name: 'disableLoginPrompt', before: true, value: undefined },
    ]);
  });

  it('stay where the person has changed them since', () => {
    const made = changesTo(wanted, reader({}));
    const now = { claudeProcessWrapper: '/other', disableLoginPrompt: true };
    const names = changesBack(made, reader(now)).map(({ name }) => name);
    assert.deepEqual(names, ['disableLoginPrompt']);
  });

  it('are not guessed from what cannot be read', () => {
    assert.equal(readMade(undefined), undefined);
    assert.deepEqual(readMade([null, 7, { value: 1 }]), []);
  });
});
