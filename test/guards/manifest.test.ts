import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonSchemas } from '../../src/config/manifest';
import { settingSchemas } from '../../src/config/schema';
import { valueAt } from '../support/scriptedUpstream';

// Where the extension runs, and what leaves the machine with a person's settings.

const root = path.resolve(__dirname, '../..');
const manifest: unknown = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));

function sources(): readonly string[] {
  return readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(path.join(root, 'src', name), 'utf8'));
}

function settingsOfScope(scope: string): readonly string[] {
  return Object.entries(jsonSchemas())
    .filter(([, schema]) => schema['scope'] === scope)
    .map(([name]) => name);
}

describe('the manifest', () => {
  it('runs the proxy where the terminals run: beside the files, in a remote window too', () => {
    assert.deepEqual(valueAt(manifest, 'extensionKind'), ['workspace']);
    assert.equal(valueAt(manifest, 'browser'), undefined);
  });

  it('works without local files, and in a workspace that is not trusted with what is the person’s own', () => {
    assert.equal(valueAt(manifest, 'capabilities', 'virtualWorkspaces'), true);
    const untrusted = valueAt(manifest, 'capabilities', 'untrustedWorkspaces');
    assert.equal(valueAt(untrusted, 'supported'), 'limited');
    const restricted = valueAt(untrusted, 'restrictedConfigurations');
    const all = Object.keys(settingSchemas);
    assert.deepEqual(
      restricted,
      all.filter((name) => !settingsOfScope('machine').includes(name)),
    );
  });

  it('synchronises preferences alone: what names a provider, a port or a model stays on its machine', () => {
    assert.deepEqual(settingsOfScope('window'), [
      'switchyard.enabled',
      'switchyard.warnAtPlanUsage',
      'switchyard.terminal.injectEnvironment',
    ]);
    const all = ['window', 'machine', 'machine-overridable'].flatMap(settingsOfScope);
    assert.equal(all.length, Object.keys(settingSchemas).length);
  });

  it('never lets a workspace send a key elsewhere', () => {
    assert.equal(jsonSchemas()['switchyard.providers']?.['scope'], 'machine');
  });

  it('synchronises nothing of what is remembered, but that the first steps were shown', () => {
    const callers = sources().filter((text) => /setKeysForSync\(/.test(text));
    assert.equal(callers.length, 1);
    assert.match(callers[0] ?? '', /setKeysForSync\(\[welcomedKey\]\)/);
  });

  it('tells VS Code of the language models, and by which command they get a key', () => {
    assert.deepEqual(valueAt(manifest, 'contributes', 'languageModelChatProviders'), [
      {
        vendor: 'switchyard',
        displayName: '%displayName%',
        managementCommand: 'switchyard.setApiKey',
      },
    ]);
  });
});
