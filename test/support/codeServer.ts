// Starts and stops a VS Code server for one test run or one `npm start`.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { VscodeHost } from './installHost';
import { runOrThrow } from './processes';
import { processesBelow, signal, waitUntilEnded } from './processTree';

export interface CodeServerOptions {
  readonly host: VscodeHost;
  /** Holds everything this server writes: home, user data, extensions. */
  readonly root: string;
  /** 0 or absent: a free port. */
  readonly port?: number;
  /** Settings on top of the quiet ones; written only where there are none yet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Built VS Codes load a test suite from the address only with this. */
  readonly runsTestSuite?: true;
  /** Leaves out built-in extensions that tests do not need, which halves the start. */
  readonly isLean?: true;
  /** Folders are untrusted until the person says otherwise, as on a desktop. Else every folder is trusted. */
  readonly hasWorkspaceTrust?: true;
}

export interface CodeServer {
  readonly port: number;
  readonly root: string;
  /** The address of a window on a folder. */
  windowUrl(folder: string, payload?: readonly (readonly [string, string])[]): string;
  log(): string;
  stop(): Promise<void>;
}

const QUIET_SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'extensions.webWorker': false,
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  // The DOM renderer: a terminal's text can be read from the page.
  'terminal.integrated.gpuAcceleration': 'off',
  // Else each proxy port raises a toast.
  'remote.autoForwardPorts': false,
} as const;

/** Restricted Mode from the start, without the question. */
const TRUST_SETTINGS = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
} as const;

const UNNEEDED_EXTENSIONS = [
  'GitHub.copilot-chat',
  'vscode.github',
  'vscode.github-authentication',
  'vscode.microsoft-authentication',
  'vscode.git',
  'vscode.git-base',
  'vscode.tunnel-forwarding',
  'vscode.debug-auto-launch',
  'ms-vscode.js-debug',
  'ms-vscode.js-debug-companion',
  'vscode.merge-conflict',
  'vscode.npm',
  'vscode.emmet',
  'vscode.terminal-suggest',
];

const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 8_000;

/** Starts the server and resolves when it listens; rejects with its log, and leaves nothing running, where it does not. */
export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  prepareRoot(options);
  const child = spawn(options.host.node, [options.host.entry, ...flags(options)], {
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const port = await new Promise<number>((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`code-server ${why}:\n${log}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('did not listen in time');
    }, START_LIMIT_MS);
    const read = (chunk: Buffer): void => {
      log += chunk.toString('utf8');
      const listening = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log);
      if (listening === null) return;
      clearTimeout(timer);
      resolve(Number(listening[1]));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
  return {
    port,
    root: options.root,
    windowUrl: (folder, payload) => {
      const query = new URLSearchParams({ folder });
      if (payload !== undefined) query.set('payload', JSON.stringify(payload));
      return `http://127.0.0.1:${port}/?${query}`;
    },
    log: () => log,
    stop: () => stop(child),
  };
}

/** Installs a .vsix the way a person does with `code --install-extension`; over an older one it is an update. */
export async function installVsix(
  options: Pick<CodeServerOptions, 'host' | 'root'>,
  vsix: string,
): Promise<void> {
  prepareRoot(options);
  // Forced: a new build has the version of the one before.
  await runCommandLine(options, ['--install-extension', vsix, '--force']);
}

/** Removes an extension the way a person does with `code --uninstall-extension`. */
export async function uninstall(
  options: Pick<CodeServerOptions, 'host' | 'root'>,
  extensionId: string,
): Promise<void> {
  await runCommandLine(options, ['--uninstall-extension', extensionId]);
}

async function runCommandLine(
  options: Pick<CodeServerOptions, 'host' | 'root'>,
  parameters: readonly string[],
): Promise<void> {
  const all = [options.host.entry, ...folderFlags(options.root), ...parameters];
  await runOrThrow(options.host.node, all, { env: environment(options) });
}

function prepareRoot(
  options: Pick<CodeServerOptions, 'root' | 'settings' | 'hasWorkspaceTrust'>,
): void {
  mkdirSync(path.join(options.root, 'extensions'), { recursive: true });
  // Without a config file of its own the server would write one into the person's home.
  writeFileSync(path.join(options.root, 'config.yaml'), 'auth: none\ncert: false\n');
  if (options.settings === undefined) return;
  const settings = Object.entries(options.settings);
  const isOurs = ([name]: readonly [string, unknown]): boolean => name.startsWith('switchyard.');
  const user = Object.fromEntries(settings.filter((entry) => !isOurs(entry)));
  const trust = options.hasWorkspaceTrust === true ? TRUST_SETTINGS : {};
  writeOnce(settingsFile(options.root, 'User'), { ...QUIET_SETTINGS, ...trust, ...user });
  writeOnce(settingsFile(options.root, 'Machine'), Object.fromEntries(settings.filter(isOurs)));
}

/**
 * The settings file of a level. A window on a server reads settings of scope “machine” from the server's
 * Machine file alone; all of Switchyard's go there.
 */
export function settingsFile(root: string, level: 'User' | 'Machine'): string {
  return path.join(root, 'data', level, 'settings.json');
}

/** A person's changes outlive the next start. */
function writeOnce(file: string, settings: Readonly<Record<string, unknown>>): void {
  if (existsSync(file)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(settings, null, 2));
}

function folderFlags(root: string): readonly string[] {
  return [
    ...['--config', path.join(root, 'config.yaml')],
    ...['--user-data-dir', path.join(root, 'data')],
    ...['--extensions-dir', path.join(root, 'extensions')],
  ];
}

function flags(options: CodeServerOptions): readonly string[] {
  const needsDriver = options.runsTestSuite === true && options.host.needsDriverOption;
  return [
    ...folderFlags(options.root),
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${options.port ?? 0}`],
    '--disable-telemetry',
    '--disable-update-check',
    ...(options.hasWorkspaceTrust === true ? [] : ['--disable-workspace-trust']),
    '--disable-getting-started-override',
    '--ignore-last-opened',
    '--disable-proxy',
    ...(needsDriver ? ['--vscode-option', 'enable-smoke-test-driver'] : []),
  ];
}

/** Nothing of a surrounding VS Code, npm or agent may reach the server, its terminals or the extension. */
function environment(
  options: Pick<CodeServerOptions, 'root'> & Partial<CodeServerOptions>,
): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_|VSCODE_|ELECTRON_|CODE_SERVER|ANTHROPIC_|CLAUDE|OPENAI_|SWITCHYARD_API_KEY|PORT$|(FORCE_|NO_)?COLOR$)/i;
  const inherited = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const lean = { VSCODE_SKIP_BUILTIN_EXTENSIONS: UNNEEDED_EXTENSIONS.join(',') };
  return {
    ...Object.fromEntries(inherited),
    HOME: options.root,
    XDG_CONFIG_HOME: path.join(options.root, 'xdg'),
    XDG_DATA_HOME: path.join(options.root, 'xdg'),
    SHELL: '/bin/bash',
    // No marketplace: nothing may be looked up outside.
    EXTENSIONS_GALLERY: '{}',
    ...(options.isLean === true ? lean : {}),
    ...options.env,
  };
}

/** Resolves when everything has ended that the server has started: until then it may write into the root. */
async function stop(child: ChildProcess): Promise<void> {
  const below = child.pid === undefined ? [] : await processesBelow(child.pid);
  await endServer(child);
  // Its own helpers look for it only every few seconds. The extension host notices at once, and deactivates extensions first.
  const helpers = below.filter(({ command }) => /--type=(?!extensionHost)/.test(command));
  for (const helper of helpers) signal(helper, 'SIGTERM');
  await waitUntilEnded(below, STOP_LIMIT_MS);
}

function endServer(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
