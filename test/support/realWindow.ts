// A real VS Code window with the packed extension in it: how the end-to-end tests begin, and the pictures.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { packExtension } from '../../scripts/package';
import { ARTIFACTS_FOLDER } from '../../scripts/project';
import { openBrowser } from './browser';
import {
  type CodeServer,
  type CodeServerOptions,
  installVsix,
  startCodeServer,
} from './codeServer';
import { makeTemporaryFolder } from './folders';
import { chosenHostVersion, installHost, type VscodeHost } from './installHost';
import { Window } from './window';

/** For the hook that opens the window: host, browser and agents are fetched on the first run of all. */
export const FIRST_RUN_LIMIT_MS = 15 * 60_000;

export const EXTENSION_ID = 'switchyard.switchyard';

export interface Place {
  /** A short name for it, which evidence of a failure bears. */
  readonly purpose: string;
  /** Holds everything; the home of the server and of its terminals. */
  readonly root: string;
  /** An empty project below it. */
  readonly workspace: string;
}

export function makePlace(purpose: string): Place {
  const root = makeTemporaryFolder(purpose);
  const workspace = path.join(root, 'project');
  mkdirSync(workspace);
  return { purpose, root, workspace };
}

export interface RealWindowOptions
  extends Pick<CodeServerOptions, 'settings' | 'env' | 'hasWorkspaceTrust'> {
  /** Where the README's pictures are said to be. */
  readonly baseUrl?: string;
  /** Keeps the built-in extensions that most tests do without. */
  readonly hasAllExtensions?: true;
  /** Instead of the place's own project. */
  readonly folder?: string;
  /** VS Code's own parameters for the window. */
  readonly payload?: readonly (readonly [string, string])[];
  /** Called before the page loads anything. */
  readonly prepare?: (page: Page) => unknown;
}

export interface RealWindow {
  readonly host: VscodeHost;
  readonly server: CodeServer;
  readonly context: BrowserContext;
  readonly window: Window;
  /** Leaves what tells of a failure among the artifacts: a picture of the window, and the server's log. */
  keepEvidence(): Promise<void>;
  /** Closes the browser and stops the server; the place stays. */
  close(): Promise<void>;
}

/** Installs the packed extension into a new server at the place, and opens a folder there. Leaves nothing running when it fails, but evidence. */
export async function openRealWindow(
  { purpose, root, workspace }: Place,
  options: RealWindowOptions = {},
): Promise<RealWindow> {
  const { baseUrl, hasAllExtensions, folder = workspace, payload, prepare, ...ofServer } = options;
  const host = await installHost(chosenHostVersion());
  await installVsix({ host, root }, await packExtension(root, { baseUrl }));
  const lean = hasAllExtensions === true ? {} : ({ isLean: true } as const);
  const server = await startCodeServer({ host, root, ...lean, ...ofServer });
  let context: BrowserContext | undefined;
  const close = async (): Promise<void> => {
    try {
      await context?.close();
    } finally {
      await server.stop();
    }
  };
  const keepEvidence = async (): Promise<void> => {
    const file = path.join(ARTIFACTS_FOLDER, purpose);
    mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
    writeFileSync(`${file}-server.log`, server.log());
    await takePicture(context?.pages()[0], `${file}-failed.png`);
  };
  try {
    context = await openBrowser(path.join(root, 'profile'));
    const window = await openWindowIn(context, server.windowUrl(folder, payload), prepare);
    return { host, server, context, window, keepEvidence, close };
  } catch (error: unknown) {
    await keepEvidence();
    await close();
    throw error;
  }
}

/** Opens a window in the browser's blank page, or in another tab beside those that are open. */
export async function openWindowIn(
  context: BrowserContext,
  url: string,
  prepare?: RealWindowOptions['prepare'],
): Promise<Window> {
  const blank = context.pages().find((page) => page.url() === 'about:blank');
  const page = blank ?? (await context.newPage());
  await prepare?.(page);
  mkdirSync(ARTIFACTS_FOLDER, { recursive: true });
  const window = new Window(page, { extensionId: EXTENSION_ID, artifactsFolder: ARTIFACTS_FOLDER });
  await window.open(url);
  return window;
}

/** Never fails, for the failure that is to be seen must stay the one that is reported. */
async function takePicture(page: Page | undefined, file: string): Promise<void> {
  try {
    await page?.screenshot({ path: file, animations: 'disabled' });
  } catch (error: unknown) {
    console.error(`There is no ${file}: ${String(error)}`);
  }
}
