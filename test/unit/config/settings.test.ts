import { strict as assert } from 'node:assert';
import type { AllSettings, SettingProblem } from '../../../src/config/schema';
import { Settings } from '../../../src/config/settings';

describe('Settings', () => {
  function setUp(raw: Record<string, unknown>) {
    let listener: () => void = () => assert.fail('not subscribed');
    let isDisposed = false;
    const changes: AllSettings[] = [];
    const told: SettingProblem[] = [];
    const settings = new Settings(
      {
        read: () => raw,
        onDidChange(changed) {
          listener = changed;
          return {
            dispose() {
              isDisposed = true;
            },
          };
        },
      },
      {
        changed: (next) => changes.push(next),
        invalid: (problems) => told.push(...problems),
      },
    );
    const write = (name: string, value: unknown): void => {
      raw[name] = value;
      listener();
    };
    return { settings, write, changes, told, isDisposed: () => isDisposed };
  }

  it('tells of a change once, and of no change not at all', () => {
    const { settings, write, changes } = setUp({});
    write('switchyard.port', 4000);
    write('switchyard.port', 4000);
    assert.equal(changes.length, 1);
    assert.equal(settings.current.port, 4000);
  });

  it('keeps the last good value and tells a fault once until it is mended', () => {
    const { settings, write, changes, told } = setUp({ 'switchyard.port': 4000 });
    write('switchyard.port', -1);
    write('switchyard.enabled', false);
    assert.equal(settings.current.port, 4000);
    assert.equal(settings.current.enabled, false);
    assert.equal(told.length, 1);
    write('switchyard.port', 4001);
    write('switchyard.port', -1);
    assert.equal(told.length, 2);
    assert.equal(changes.length, 2);
  });

  it('tells what is wrong from the start', () => {
    assert.equal(setUp({ 'switchyard.timeouts': 5 }).told[0]?.path, 'switchyard.timeouts');
  });

  it('ends its subscription', () => {
    const { settings, isDisposed } = setUp({});
    settings.dispose();
    assert.ok(isDisposed());
  });
});
