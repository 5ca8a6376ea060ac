// `npm run screenshots`: docs/screenshots/<surface>-<theme>.png, from a real window, in a dark, a light and a high contrast
// theme. Usage: tsx scripts/screenshots.ts [SURFACE…]
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { type Window, waitUntil } from '../test/support/window';
import { smallPng } from './pictures/png';
import { GOOD_KEY, onStage, SIZE, type Stage, THEMES } from './pictures/stage';
import { PROJECT_FOLDER } from './project';

const folder = path.join(PROJECT_FOLDER, 'docs/screenshots');

/** What is seen, in the order in which a window comes to it; each begins where the one before has ended. */
const surfaces: readonly (readonly [name: string, show: (stage: Stage) => Promise<void>])[] = [
  ['walkthrough', showWalkthrough],
  ['set-api-key', showSetApiKey],
  ['menu', showMenu],
  ['scenarios', showScenarios],
  ['scenario-models', showScenarioModels],
  ['status-bar', showStatusBar],
  ['menu-resting', showMenuResting],
  ['dashboard', showDashboard],
  ['explain-routing', showRouting],
  ['usage', showUsage],
  ['diagnose', showDiagnose],
  ['settings-completion', showCompletion],
  ['log', showLog],
  ['bad-key', showBadKey],
  ['menu-bad-key', showMenuBadKey],
  ['extension', showExtension],
];

async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
  mkdirSync(folder, { recursive: true });
  await onStage(async (stage) => {
    for (const [name, show] of surfaces) {
      await show(stage);
      if (wanted(name)) await photograph(stage, name);
    }
  });
}

async function photograph({ window, setTheme }: Stage, name: string): Promise<void> {
  for (const theme of THEMES) {
    await setTheme(theme);
    // A page of its own draws itself anew after the workbench.
    await window.page.waitForTimeout(400);
    const png = await window.page.screenshot({ animations: 'disabled' });
    const file = path.join(folder, `${name}-${theme.name}.png`);
    writeFileSync(file, smallPng([{ png, showMs: 0 }]));
    console.log(path.relative(PROJECT_FOLDER, file));
  }
  const [usual] = THEMES;
  if (usual !== undefined) await setTheme(usual);
}

async function showWalkthrough({ window }: Stage): Promise<void> {
  await window.waitForStatus(/set API key/);
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
  await window.runCommand('Switchyard: Get Started');
  await window.page.locator('.gettingStartedContainer .getting-started-step').first().waitFor();
}

async function showSetApiKey({ window }: Stage): Promise<void> {
  await window.runCommand('Switchyard: Set API Key');
  await window.pickRow('OpenCode').click();
  await window.waitForInputBox('API key of OpenCode');
  await window.quickInput.fill(GOOD_KEY);
  await moveAway(window);
}

async function showMenu({ window }: Stage): Promise<void> {
  await window.page.keyboard.press('Enter');
  await window.waitForStatus(/running/);
  await window.clearToasts();
  await window.runCommand('View: Close All Editors');
  await window.openTerminal();
  await openMenu(window);
}

async function showScenarios({ window }: Stage): Promise<void> {
  await window.page.keyboard.press('Escape');
  await window.runCommand('Switchyard: Show Scenarios');
  await window.pickRow('everything else').waitFor();
  await moveAway(window);
}

async function showScenarioModels({ window }: Stage): Promise<void> {
  await window.quickInput.fill('thinking');
  await window.pickRow('think').click();
  await window.page.locator('.quick-input-title').filter({ hasText: 'think: ' }).waitFor();
  await moveAway(window);
}

async function showStatusBar({ window, upstream, ask }: Stage): Promise<void> {
  await window.page.keyboard.press('Escape');
  upstream.answer({ status: 529, body: {} });
  await ask('main', 'auxiliary', 'main', 'subagent');
  upstream.answer({ status: 429, headers: { 'retry-after': '240' }, body: {} });
  await ask('main', 'main');
  await window.status.hover();
  await window.page.locator('.monaco-hover').filter({ hasText: 'Today: ' }).waitFor();
}

async function showMenuResting({ window }: Stage): Promise<void> {
  await openMenu(window);
  await window.pickRow('Try every model again').waitFor();
}

async function openMenu(window: Window): Promise<void> {
  await window.runCommand('Switchyard: Show Menu');
  await window.pickRow('Show Status').waitFor();
  await moveAway(window);
}

/** Whatever the pointer rests on may show a hover. */
async function moveAway({ page }: Window): Promise<void> {
  await page.mouse.move(5, 400);
}

async function showDashboard({ window, preview }: Stage): Promise<void> {
  await window.page.keyboard.press('Escape');
  await window.runCommand('View: Toggle Panel Visibility');
  await window.runCommand('Switchyard: Open Dashboard');
  await preview().getByRole('option').nth(1).click();
}

async function showRouting({ window, preview }: Stage): Promise<void> {
  await window.runCommand('View: Close All Editors');
  await window.runCommand('Switchyard: Explain Routing');
  await window.pickRow('glm-5.3').waitFor();
  await window.quickInput.fill('overloaded');
  await window.page.keyboard.press('Enter');
  await preview()
    .getByRole('heading', { name: /^Request \w{4}$/ })
    .waitFor();
}

async function showUsage({ window, preview }: Stage): Promise<void> {
  await window.runCommand('View: Close All Editors');
  await window.runCommand('Switchyard: Show Usage');
  await preview().getByRole('heading', { name: 'OpenCode Go' }).waitFor();
}

async function showDiagnose({ window }: Stage): Promise<void> {
  await window.runCommand('View: Close All Editors');
  await window.runCommand('Switchyard: Diagnose');
  await window.pickRow('OpenCode answers, after').waitFor();
  await moveAway(window);
}

async function showCompletion({ window, workspace }: Stage): Promise<void> {
  await window.page.keyboard.press('Escape');
  mkdirSync(path.join(workspace, '.vscode'));
  writeFileSync(path.join(workspace, '.vscode/settings.json'), WORKSPACE_SETTINGS);
  await window.page.keyboard.press('F1');
  await window.quickInput.fill('settings.json:4:18');
  await window.pickRow('settings.json').waitFor();
  await window.page.keyboard.press('Enter');
  await window.page.locator('.monaco-editor.focused').waitFor();
  const rows = window.page.locator('.suggest-widget.visible .monaco-list-row');
  // The language server answers nothing as long as it starts.
  await waitUntil(async () => {
    await window.page.keyboard.press('Control+Space');
    await window.page.waitForTimeout(500);
    return (await rows.count()) > 3;
  }, 'the editor suggests models');
}

async function showLog({ window }: Stage): Promise<void> {
  await window.page.keyboard.press('Escape');
  await window.runCommand('File: Revert File');
  await window.runCommand('View: Close All Editors');
  await window.runCommand('Switchyard: Show Log');
  await window.page.locator('[id="workbench.panel.output"] .view-line').first().waitFor();
  await window.runCommand('View: Toggle Maximized Panel');
}

async function showBadKey({ window, refused }: Stage): Promise<void> {
  await window.runCommand('View: Toggle Maximized Panel');
  await window.runCommand('Switchyard: Reset Health');
  await window.waitForStatus(/running/);
  refused.add(GOOD_KEY);
  await window.runCommand('Terminal: Focus on Terminal View');
  await window.typeInTerminal('clear');
  await window.typeInTerminal('node ask.mjs');
  await window.toast('rejected the API key').waitFor();
}

async function showMenuBadKey({ window }: Stage): Promise<void> {
  await window.clearToasts();
  await openMenu(window);
}

/** What VS Code shows of the extension itself: its README, with the pictures. */
async function showExtension({ window, preview }: Stage): Promise<void> {
  await window.page.keyboard.press('Escape');
  await window.runCommand('View: Toggle Panel Visibility');
  await window.page.setViewportSize({ ...SIZE, height: 980 });
  await window.openExtensionPage();
  await preview().getByRole('heading', { name: 'Start in three steps' }).waitFor();
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
}

const WORKSPACE_SETTINGS = `{
  "switchyard.scenarios": {
    "think": {
      "models": ["opencode-go/glm-5.3"]
    }
  }
}
`;

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
