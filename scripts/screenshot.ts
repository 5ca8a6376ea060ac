// Makes the README's picture: the real claude, answered through Switchyard, beside the log of its request.
// Usage: tsx scripts/screenshot.ts [FILE], media/screenshot.png by default
import { mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { openBrowser } from '../test/support/browser';
import { installVsix, startCodeServer } from '../test/support/codeServer';
import { makeTemporaryFolder, removeFolder } from '../test/support/folders';
import { installClaude } from '../test/support/installClaude';
import { chosenHostVersion, installHost } from '../test/support/installHost';
import { Window, waitUntil } from '../test/support/window';
import { packExtension } from './package';
import { ARTIFACTS_FOLDER, buildProject, PROJECT_FOLDER } from './project';

async function main(): Promise<void> {
  const target = path.resolve(process.argv[2] ?? path.join(PROJECT_FOLDER, 'media/screenshot.png'));
  const root = makeTemporaryFolder('screenshot');
  const workspace = path.join(root, 'project');
  mkdirSync(workspace);
  const host = await installHost(chosenHostVersion());
  const claude = await installClaude();
  await buildProject();
  await installVsix({ host, root }, await packExtension(root));
  const server = await startCodeServer({ host, root, settings: settings(claude), isLean: true });
  const context = await openBrowser(path.join(root, 'profile'));
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const window = new Window(page, {
      extensionId: 'switchyard.switchyard',
      artifactsFolder: ARTIFACTS_FOLDER,
    });
    await window.open(server.windowUrl(workspace));
    await takePicture(window).catch(async (error: unknown) => {
      console.error(await window.terminalText(), await window.screenshot('failed'));
      throw error;
    });
    mkdirSync(path.dirname(target), { recursive: true });
    renameSync(await window.screenshot('picture'), target);
    console.log(target);
  } finally {
    await context.close();
    await server.stop();
    await removeFolder(root);
  }
}

async function takePicture(window: Window): Promise<void> {
  await window.waitForStatus(/running/);
  await window.runCommand('View: Toggle Primary Side Bar Visibility');
  await window.showOutput('Switchyard');
  // Only the menu of the output view has this.
  await window.page.locator('[id="workbench.parts.panel"] .codicon-toolbar-more').first().click();
  await window.page.getByRole('menuitem', { name: 'Open Output in Editor' }).click();
  await window.openTerminal();
  await window.typeInTerminal('claude -p "Say hello"');
  await waitUntil(
    async () => /demo model/.test(await window.terminalText()),
    'claude has answered',
    15_000,
  );
  await window.status.hover();
  await window.page.locator('.monaco-hover').filter({ hasText: 'demo/hello' }).waitFor();
}

function settings(claude: string): Readonly<Record<string, unknown>> {
  const env = {
    PS1: '$ ',
    PATH: [path.dirname(claude), process.env['PATH'] ?? ''].join(path.delimiter),
    IS_SANDBOX: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  };
  return {
    'switchyard.scenarios': { default: { models: ['demo/busy', 'demo/hello'] } },
    'workbench.colorTheme': 'Default Dark Modern',
    'workbench.activityBar.location': 'hidden',
    'terminal.integrated.shellIntegration.decorationsEnabled': 'never',
    'terminal.integrated.defaultProfile.linux': 'plain',
    'terminal.integrated.profiles.linux': { plain: { path: 'bash', args: ['--norc'], env } },
  };
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
