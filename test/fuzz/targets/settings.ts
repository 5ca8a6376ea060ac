// Whatever a person, or a repository, writes into the settings.
import assert from 'node:assert/strict';
import { parseSettings } from '../../../src/config/schema';
import { render } from '../../../src/proxy/phrase';
import { createProxy } from '../../../src/proxy/proxy';
import { isObject, parseJson } from '../../../src/proxy/wire/json';
import { timed } from '../checks';

const defaults = parseSettings({}).settings;

export function fuzz(data: Buffer): Promise<void> {
  return timed(async () => {
    const raw = parseJson(data.toString());
    if (!isObject(raw)) return;
    const { settings, problems } = parseSettings(raw);
    for (const { setting, path, message } of problems) {
      assert.ok(path.startsWith(setting), path);
      // Each fault has words of its own.
      assert.notEqual(render(message), 'This value is not valid.', path);
    }
    if (problems.length > 0) return;
    assert.deepEqual(parseSettings(raw, defaults).settings, settings);
    // What was found sound is sound for the proxy too.
    const proxy = createProxy({ write: () => undefined });
    proxy.configure({ version: '0', settings, keys: {} });
    await proxy.dispose();
  });
}
