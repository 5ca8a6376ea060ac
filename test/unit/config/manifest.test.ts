import { strict as assert } from 'node:assert';
import { staleFiles } from '../../../scripts/manifest';
import { withTables } from '../../../scripts/readmeTables';
import { createManifest, jsonSchemas } from '../../../src/config/manifest';
import { settingSchemas } from '../../../src/config/schema';
import { commands } from '../../../src/ui/commands';
import { walkthrough } from '../../../src/ui/walkthrough';

describe('the manifest', () => {
  const manifest = createManifest(commands, walkthrough);
  const generated = JSON.stringify(manifest.contributes);

  it('is up to date in package.json, package.nls.json, l10n and README.md (npm run manifest)', () => {
    assert.deepEqual(
      staleFiles().map(({ path }) => path),
      [],
    );
  });

  it('holds every setting, in a group, with default, description, scope and order', () => {
    for (const [name, schema] of Object.entries(jsonSchemas())) {
      assert.ok(generated.includes(`"${name}":`), `${name} is in no group`);
      for (const key of ['default', 'markdownDescription', 'scope', 'order']) {
        assert.ok(key in schema, `${name} has no ${key}`);
      }
    }
  });

  it('gives every default that the parser would give', () => {
    for (const [name, schema] of Object.entries(settingSchemas)) {
      assert.deepEqual(jsonSchemas()[name]?.['default'], schema.parse(undefined), name);
    }
  });

  it('takes every text out for translation, and has a text for every key', () => {
    const keys = [...generated.matchAll(/"%([^%]+)%"/g)].map((match) => match[1] ?? '');
    assert.deepEqual([...keys].sort(), Object.keys(manifest.texts).sort());
  });

  it('inlines everything: VS Code follows no references in settings', () => {
    assert.doesNotMatch(generated, /"\$ref"/);
  });

  it('lets no workspace set the address that a key is sent to', () => {
    assert.equal(jsonSchemas()['switchyard.providers']?.['scope'], 'machine');
  });

  it('restricts what an untrusted workspace may set', () => {
    assert.ok(manifest.restrictedConfigurations.includes('switchyard.scenarios'));
    assert.ok(manifest.restrictedConfigurations.includes('switchyard.modelOverrides'));
  });

  it('has no setting that could hold a secret', () => {
    assert.doesNotMatch(generated, /"[^"]*(apiKey|accessToken|password|secret)[^"]*":/i);
  });

  it('fills the tables of the README, and leaves the rest', () => {
    const readme = 'a\n<!-- generated:settings -->\nold\n<!-- /generated:settings -->\nz\n';
    const filled = withTables(readme, commands);
    assert.match(filled, /^a\n<!-- generated:settings -->\n\| Setting \|/);
    assert.match(filled, /\| `switchyard\.port` \| `0` \|/);
    assert.match(filled, /<!-- \/generated:settings -->\nz\n$/);
    assert.doesNotMatch(filled, /\bold\b|command:|`#/);
  });
});
