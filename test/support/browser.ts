// Headless Chromium under playwright-core, set up to be quiet and to stay on this machine.
import { type BrowserContext, chromium } from 'playwright-core';
import { installBrowser } from './installBrowser';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/**
 * Opens a browser whose storage lives in `profileFolder`: VS Code in a browser keeps its secrets there,
 * so they outlive the browser as on a desktop.
 */
export async function openBrowser(
  profileFolder: string,
  moreArguments: readonly string[] = [],
): Promise<BrowserContext> {
  const browser = await installBrowser();
  const inherited = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return chromium.launchPersistentContext(profileFolder, {
    executablePath: browser.executable,
    headless: true,
    args: [...ARGUMENTS, ...moreArguments],
    viewport: { width: 1280, height: 800 },
    permissions: ['clipboard-read', 'clipboard-write'],
    env: { ...Object.fromEntries(inherited), ...browser.env },
  });
}
