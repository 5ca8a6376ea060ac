// Runs the bundled suite inside a real extension host: desktop VS Code where it can be had, else code-server.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import type { Page } from 'playwright-core';
import { openBrowser } from './browser';
import { type CodeServer, startCodeServer } from './codeServer';
import { makeTemporaryFolder, removeFolder } from './folders';
import { type HostVersion, hostVscodeVersion, installHost } from './installHost';
import { type Counts, readCounts } from './mochaRun';
import { deferred } from './processes';

export interface HostSuiteOptions {
  readonly version: HostVersion;
  /** Root of the extension under test. */
  readonly extensionFolder: string;
  /** The bundled entry, without `.js`. */
  readonly suite: string;
  /** Takes logs and a picture where the run fails. */
  readonly artifactsFolder: string;
}

const SUITE_LIMIT_MS = 5 * 60_000;

/** Chooses a VS Code, says which, runs the suite and returns its counts; rejects where it did not finish. */
export async function runHostSuite(options: HostSuiteOptions): Promise<Counts> {
  const root = makeTemporaryFolder('host');
  const workspace = path.join(root, 'workspace');
  const resultFile = path.join(root, 'result.json');
  mkdirSync(workspace);
  try {
    const executable = await desktopExecutable(options.version);
    const suiteRun = { ...options, root, workspace, resultFile };
    if (executable === undefined) await runInCodeServer(suiteRun);
    else await runOnDesktop(suiteRun, executable);
    return countsIn(resultFile);
  } finally {
    await removeFolder(root);
  }
}

interface SuiteRun extends HostSuiteOptions {
  readonly root: string;
  readonly workspace: string;
  readonly resultFile: string;
}

/** The desktop VS Code to use, or undefined for code-server; `TEST_VSCODE` can force either. */
async function desktopExecutable(wantedVersion: HostVersion): Promise<string | undefined> {
  const wanted = process.env['TEST_VSCODE'] ?? 'auto';
  const named = process.env['VSCODE_EXECUTABLE'];
  if (wanted === 'code-server') return say('code-server (TEST_VSCODE)');
  if (named !== undefined && named !== '') return say(`desktop, ${named}`, named);
  const hasDisplay =
    process.platform !== 'linux' ||
    process.env['DISPLAY'] !== undefined ||
    process.env['WAYLAND_DISPLAY'] !== undefined;
  if (wanted === 'auto' && !hasDisplay) return say('code-server (no display for a desktop)');
  const version = wantedVersion === 'minimum' ? hostVscodeVersion('minimum') : 'stable';
  try {
    const executable = await downloadAndUnzipVSCode({ version });
    return say(`desktop ${version} through @vscode/test-electron`, executable);
  } catch (error: unknown) {
    if (wanted === 'desktop') throw error;
    return say(`code-server (desktop VS Code cannot be downloaded: ${String(error)})`);
  }
}

function say(choice: string, executable?: string): string | undefined {
  console.log(`VS Code for this run: ${choice}`);
  return executable;
}

/** What tests inside a window cannot set in every VS Code: settings of scope “machine”. */
const SUITE_SETTINGS = {
  'switchyard.providers': {
    // Behind the company proxy of a test; the name leads nowhere else.
    company: {
      baseUrl: 'http://llm.company.invalid/v1',
      wireFormat: 'anthropic-messages',
      credential: 'none',
    },
  },
} as const;

async function runOnDesktop(suiteRun: SuiteRun, executable: string): Promise<void> {
  const userFolder = path.join(suiteRun.root, 'data', 'User');
  mkdirSync(userFolder, { recursive: true });
  writeFileSync(path.join(userFolder, 'settings.json'), JSON.stringify(SUITE_SETTINGS));
  const code = await runTests({
    vscodeExecutablePath: executable,
    extensionDevelopmentPath: suiteRun.extensionFolder,
    extensionTestsPath: suiteRun.suite,
    launchArgs: [
      suiteRun.workspace,
      '--disable-extensions',
      '--disable-workspace-trust',
      `--user-data-dir=${path.join(suiteRun.root, 'data')}`,
    ],
    extensionTestsEnv: { SWITCHYARD_TEST_RESULT: suiteRun.resultFile },
  }).catch((error: unknown) => {
    // The count in the result file says more than the exit code; without the file this is the reason.
    console.error(String(error));
    return 1;
  });
  if (code !== 0) console.error(`the extension host ended with ${code}`);
}

async function runInCodeServer(suiteRun: SuiteRun): Promise<void> {
  const host = await installHost(suiteRun.version);
  console.log(`code-server with VS Code ${host.vscodeVersion}`);
  const server = await startCodeServer({
    host,
    root: path.join(suiteRun.root, 'server'),
    settings: SUITE_SETTINGS,
    runsTestSuite: true,
    isLean: true,
    env: {
      SWITCHYARD_TEST_HOST: 'code-server',
      SWITCHYARD_TEST_VSCODE: host.vscodeVersion,
      SWITCHYARD_TEST_RESULT: suiteRun.resultFile,
    },
  });
  try {
    await runInBrowser(suiteRun, server);
  } finally {
    await server.stop();
  }
}

async function runInBrowser(suiteRun: SuiteRun, server: CodeServer): Promise<void> {
  const context = await openBrowser(path.join(suiteRun.root, 'profile'));
  const log: string[] = [];
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const code = await openSuite(page, { suiteRun, server, log });
    if (code !== 0) await keepEvidence(suiteRun, { page, server, log });
  } finally {
    await context.close();
  }
}

interface SuiteWindow {
  readonly suiteRun: SuiteRun;
  readonly server: CodeServer;
  readonly log: string[];
}

/** Opens the window that runs the suite; resolves with the exit code of the extension host. */
async function openSuite(page: Page, { suiteRun, server, log }: SuiteWindow): Promise<number> {
  const finished = deferred<number>();
  const fail = (why: string): void => finished.reject(new Error(why));
  // Both must exist before the page loads: the workbench looks for them once.
  await page.exposeFunction('codeAutomationLog', (_type: string, parts: readonly unknown[]) => {
    const line = parts.map(String).join(' ');
    log.push(line);
    if (line.startsWith('\u0001')) process.stdout.write(`${line.slice(1)}\n`);
  });
  await page.exposeFunction('codeAutomationExit', (code: number) => finished.resolve(code));
  page.on('crash', () => fail('the window crashed'));
  page.on('console', (message) => log.push(`browser: ${message.text()}`));
  const authority = `vscode-remote://127.0.0.1:${server.port}`;
  const timer = setTimeout(() => fail('the suite did not end in time'), SUITE_LIMIT_MS);
  try {
    await page.goto(
      server.windowUrl(suiteRun.workspace, [
        ['extensionDevelopmentPath', authority + suiteRun.extensionFolder],
        ['extensionTestsPath', authority + suiteRun.suite],
        ['skipWelcome', 'true'],
        ['skipReleaseNotes', 'true'],
      ]),
    );
    return await finished.promise;
  } catch (error: unknown) {
    await keepEvidence(suiteRun, { page, server, log });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

interface Evidence {
  readonly page: Page;
  readonly server: CodeServer;
  readonly log: readonly string[];
}

async function keepEvidence(suiteRun: SuiteRun, evidence: Evidence): Promise<void> {
  const folder = suiteRun.artifactsFolder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'host-window.log'), evidence.log.join('\n'));
  writeFileSync(path.join(folder, 'host-server.log'), evidence.server.log());
  // A crashed page gives no picture; the logs are there all the same.
  await evidence.page
    .screenshot({ path: path.join(folder, 'host-failed.png') })
    .catch(() => undefined);
  console.error(`logs and a picture of the failed run: ${folder}`);
}

function countsIn(resultFile: string): Counts {
  let text: string;
  try {
    text = readFileSync(resultFile, 'utf8');
  } catch (error: unknown) {
    throw new Error('the suite in the extension host did not finish', { cause: error });
  }
  const value: unknown = JSON.parse(text);
  const counts = readCounts(value);
  if (counts === undefined) throw new Error(`the suite's result cannot be read: ${text}`);
  return counts;
}
