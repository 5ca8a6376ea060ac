// Set Up Codex and Set Up pi in a real VS Code window, and then the real codex in its terminal.

import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { installCodex } from '../support/installCodex';
import type { Place } from '../support/realWindow';
import { SCENARIOS } from '../support/scriptedSettings';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const QUIET_CONFIG =
  'check_for_update_on_startup = false\n[analytics]\nenabled = false\n[otel]\nexporter = "none"\n';

describe('a person who sets up Codex and pi', function () {
  this.bail(true);

  let place: Place;
  let window: Window;
  let codex: string;
  let file: string;

  useRealWindow('codex', async (suite) => {
    ({ place } = suite);
    // The server's home is `place.root`.
    mkdirSync(path.join(place.root, '.codex'));
    writeFileSync(path.join(place.root, '.codex/config.toml'), QUIET_CONFIG);
    file = path.join(place.root, '.codex/switchyard.config.toml');
    codex = await installCodex();
    // The demonstration needs neither key nor network.
    const chain = { models: ['demo/hello'] };
    const scenarios = Object.fromEntries(SCENARIOS.map((name) => [name, chain]));
    const settings = { 'switchyard.scenarios': scenarios };
    ({ window } = await suite.open({ settings }));
    await window.waitForStatus(/running/);
  });

  const dialog = () => window.page.locator('.monaco-dialog-box');

  it('is shown the exact file first, and nothing is written without consent', async () => {
    await window.runCommand('Switchyard: Set Up Codex');
    await dialog().filter({ hasText: 'wire_api = "responses"' }).waitFor();
    await window.screenshot('codex-dialog');
    await window.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(existsSync(file), false);
  });

  it('agrees, and the real codex answers in the terminal', async () => {
    await window.runCommand('Switchyard: Set Up Codex');
    await dialog().getByRole('button', { name: 'Write' }).click();
    await waitUntil(() => existsSync(file), 'the profile is written');
    await window.toast('codex -p switchyard').waitFor();
    await window.openTerminal();
    const answer = await window.captureFromTerminal(
      `${codex} exec -p switchyard --skip-git-repo-check hello < /dev/null`,
      60_000,
    );
    assert.match(answer, /This is the demo model of Switchyard/);
    assert.doesNotMatch(answer, /ERROR/);
  });

  it('keeps a file of that name that is not ours', async () => {
    writeFileSync(file, 'model = "my own"\n');
    await window.runCommand('Switchyard: Set Up Codex');
    await dialog().filter({ hasText: 'is not Switchyard’s' }).waitFor();
    await dialog().getByRole('button', { name: 'Copy' }).click();
    await dialog().waitFor({ state: 'detached' });
    assert.equal(readFileSync(file, 'utf8'), 'model = "my own"\n');
  });

  it('gets a provider merged into the models of pi, after consent', async () => {
    const models = path.join(place.root, '.pi/agent/models.json');
    mkdirSync(path.dirname(models), { recursive: true });
    const present = '{"providers":{"other":{"baseUrl":"http://127.0.0.1:9"}}}';
    writeFileSync(models, present);
    await window.runCommand('Switchyard: Set Up pi');
    await dialog().filter({ hasText: '"scenario:longContext"' }).waitFor();
    await window.screenshot('pi-dialog');
    await window.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    assert.equal(readFileSync(models, 'utf8'), present);
    await window.runCommand('Switchyard: Set Up pi');
    await dialog().getByRole('button', { name: 'Write' }).click();
    await window.toast('pi --model switchyard/auto').waitFor();
    assert.match(readFileSync(models, 'utf8'), /"other": \{.*"switchyard": \{/s);
  });

  it('keeps models of pi that are not plain JSON', async () => {
    const models = path.join(place.root, '.pi/agent/models.json');
    writeFileSync(models, '// mine\n{"providers":{}}');
    await window.runCommand('Switchyard: Set Up pi');
    await dialog().filter({ hasText: 'is not plain JSON' }).waitFor();
    await dialog().getByRole('button', { name: 'Copy' }).click();
    await dialog().waitFor({ state: 'detached' });
    assert.equal(readFileSync(models, 'utf8'), '// mine\n{"providers":{}}');
  });
});
