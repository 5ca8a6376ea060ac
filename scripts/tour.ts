// `npm run tour`: media/tour.png, a short animated picture of the README: a key that is rejected, one sentence with one button,
// and the answer after the right key. Usage: tsx scripts/tour.ts
import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Frame, smallPng } from './pictures/png';
import { GOOD_KEY, onStage, type Stage } from './pictures/stage';
import { PROJECT_FOLDER } from './project';

const file = path.join(PROJECT_FOLDER, 'media/tour.png');
const OLD_KEY = 'sk-pictures-revoked-0123456789';

async function main(): Promise<void> {
  await onStage(async (stage) => {
    await stage.window.page.setViewportSize({ width: 960, height: 540 });
    writeFileSync(file, smallPng(await record(stage)));
    console.log(`${file} (${Math.ceil(statSync(file).size / 1000)} kB)`);
  });
}

async function record(stage: Stage): Promise<readonly Frame[]> {
  const { window, refused, page } = { ...stage, page: stage.window.page };
  const frames: Frame[] = [];
  const take = async (showMs: number): Promise<void> => {
    frames.push({ png: await page.screenshot({ animations: 'disabled' }), showMs });
  };
  await setKey(stage, 'Switchyard: Set API Key', OLD_KEY);
  await window.clearToasts();
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
  await window.openTerminal();
  await window.runCommand('View: Toggle Maximized Panel');
  await take(800);
  refused.add(OLD_KEY);
  await window.typeInTerminal('node ask.mjs');
  await window.toast('rejected the API key').waitFor();
  await take(2400);
  await window.clickToastButton('rejected the API key', 'Set API Key');
  await window.waitForInputBox('API key of OpenCode');
  await take(700);
  await window.quickInput.fill(GOOD_KEY);
  await take(900);
  await page.keyboard.press('Enter');
  await window.toast('OpenCode accepted the API key').waitFor();
  await window.waitForStatus(/running/);
  await take(1300);
  await window.clearToasts();
  await window.typeInTerminal('node ask.mjs');
  await page.locator('.xterm-rows').filter({ hasText: 'The tests pass' }).last().waitFor();
  await take(2600);
  // Where pictures stand still, the first is what is seen.
  const [beginning, ...others] = frames;
  return beginning === undefined ? others : [...others, beginning];
}

async function setKey({ window }: Stage, command: string, key: string): Promise<void> {
  await window.waitForStatus(/set API key/);
  await window.runCommand(command);
  await window.pickRow('OpenCode').click();
  await window.waitForInputBox('API key of OpenCode');
  await window.fillInputBox(key);
  await window.waitForStatus(/running/);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
