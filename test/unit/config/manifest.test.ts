import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { withTables } from '../../../scripts/documentTables';
import { staleFiles } from '../../../scripts/manifest';
import { createManifest, jsonSchemas } from '../../../src/config/manifest';
import { settingSchemas } from '../../../src/config/schema';
import { catalogueModels } from '../../../src/proxy/catalogue';
import { builtInProviders } from '../../../src/proxy/providers';
import { builtInScenarioNames } from '../../../src/proxy/scenarioNames';
import { commands } from '../../../src/ui/commands';
import { walkthrough } from '../../../src/ui/walkthrough';
import { valueAt } from '../../support/scriptedUpstream';

describe('the manifest', () => {
  const manifest = createManifest(commands, walkthrough);
  const generated = JSON.stringify(manifest.contributes);

  it('is up to date in package.json, package.nls.json, l10n, README.md and docs (npm run manifest)', () => {
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

  it('lets no workspace decide who is contacted and who charges for it', () => {
    for (const name of ['switchyard.catalogue.refresh', 'switchyard.chains']) {
      assert.equal(jsonSchemas()[name]?.['scope'], 'machine', name);
    }
  });

  it('lets no untrusted workspace set anything', () => {
    const settable = Object.entries(jsonSchemas()).filter(([, { scope }]) => scope !== 'machine');
    assert.ok(settable.length > 5);
    assert.deepEqual(
      manifest.restrictedConfigurations,
      settable.map(([name]) => name),
    );
  });

  it('has no setting that could hold a secret', () => {
    assert.doesNotMatch(generated, /"[^"]*(apiKey|accessToken|password|secret)[^"]*":/i);
  });

  it('suggests every model of the catalogue in every chain, and takes any other', () => {
    const suggestions = [...generated.matchAll(/"anyOf":\[\{"enum":(\[[^\]]*\])\},\{"pattern"/g)];
    // Chains stand in scenarios and in overrides.
    assert.equal(suggestions.length, 2);
    for (const [, list = ''] of suggestions) {
      const names: unknown = JSON.parse(list);
      assert.ok(Array.isArray(names));
      for (const provider of builtInProviders) {
        for (const model of catalogueModels(provider)) {
          assert.ok(names.includes(`${provider.id}/${model}`));
        }
      }
    }
  });

  it('suggests the built-in scenarios where scenarios are written and where overrides name them', () => {
    const configuration: unknown = manifest.contributes['configuration'];
    const [scenarios, overrides] = ['switchyard.scenarios', 'switchyard.modelOverrides'].map(
      (name) => valueAt(configuration, 1, 'properties', name),
    );
    const names = Object.keys(Object(valueAt(scenarios, 'allOf', 0, 'properties')));
    for (const name of builtInScenarioNames) assert.ok(names.includes(name), name);
    assert.deepEqual(
      valueAt(overrides, 'additionalProperties', 'anyOf', 0, 'enum'),
      builtInScenarioNames,
    );
  });

  it('stays small', () => {
    const kilobytes =
      JSON.stringify(JSON.parse(readFileSync('package.json', 'utf8'))).length / 1000;
    assert.ok(kilobytes < 60, `${kilobytes} kB`);
  });

  it('fills the tables of a document, and leaves the rest', () => {
    const document = 'a\n<!-- generated:settings -->\nold\n<!-- /generated:settings -->\nz\n';
    const filled = withTables(document, commands);
    assert.match(filled, /^a\n<!-- generated:settings -->\n\| Setting \|/);
    assert.match(filled, /\| `switchyard\.port` \| `0` \|/);
    assert.match(filled, /<!-- \/generated:settings -->\nz\n$/);
    assert.doesNotMatch(filled, /\bold\b|command:|`#/);
  });
});
