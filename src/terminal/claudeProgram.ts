import { constants } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';

/** The machine that the terminals run on. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  isProgram(file: string): Promise<boolean>;
  /** The names in a folder; none where there is no such folder. */
  namesIn(folder: string): Promise<readonly string[]>;
}

/**
 * What to type to start Claude Code: its name where PATH has it, its path where only its installer or npm knows it,
 * undefined where it is not installed. `shell` is that of the terminal.
 */
export async function claudeLine(
  shell: string,
  machine: Machine = thisMachine(),
): Promise<string | undefined> {
  if ((await firstProgram(pathFolders(machine), machine)) !== undefined) return 'claude';
  const file = await firstProgram(await otherFolders(machine), machine);
  return file === undefined ? undefined : quoted(file, shell);
}

/** The official command that installs Claude Code; on Windows for PowerShell. */
export function claudeInstallLine(platform: NodeJS.Platform = process.platform): string {
  return platform === 'win32'
    ? 'irm https://claude.ai/install.ps1 | iex'
    : 'curl -fsSL https://claude.ai/install.sh | bash';
}

async function firstProgram(
  folders: readonly string[],
  machine: Machine,
): Promise<string | undefined> {
  const names = machine.platform === 'win32' ? ['claude.exe', 'claude.cmd'] : ['claude'];
  const join = pathOf(machine).join;
  for (const file of folders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    if (await machine.isProgram(file)) return file;
  }
  return undefined;
}

function pathFolders(machine: Machine): readonly string[] {
  const { delimiter } = pathOf(machine);
  // Windows names it “Path”, and a copy of its environment tells names apart by case.
  const name = Object.keys(machine.env).find((one) => one.toUpperCase() === 'PATH') ?? 'PATH';
  return (machine.env[name] ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** Where installers put it, and what only a shell's profile adds to PATH. */
async function otherFolders(machine: Machine): Promise<readonly string[]> {
  const { env, home, platform } = machine;
  const { join } = pathOf(machine);
  const named = [env['NPM_CONFIG_PREFIX'], env['npm_config_prefix'], join(home, '.npm-global')];
  const prefixes = named.flatMap((prefix) => prefix ?? []);
  const installers = [join(home, '.local', 'bin'), join(home, '.claude', 'local')];
  if (platform === 'win32') {
    return [...installers, join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'npm')];
  }
  const versions = join(home, '.nvm', 'versions', 'node');
  const byNvm = [...(await machine.namesIn(versions))].sort(newestFirst);
  return [
    ...installers,
    ...prefixes.map((prefix) => join(prefix, 'bin')),
    ...['.bun', '.volta'].map((folder) => join(home, folder, 'bin')),
    ...byNvm.map((version) => join(versions, version, 'bin')),
    '/usr/local/bin',
    '/opt/homebrew/bin',
  ];
}

function newestFirst(left: string, right: string): number {
  return right.localeCompare(left, 'en', { numeric: true });
}

/** A path as one word of a command line that starts it. */
function quoted(file: string, shell: string): string {
  if (/^[\w/.@:+-]+$/.test(file)) return file;
  if (/(?:pwsh|powershell)[^/\\]*$/i.test(shell)) return `& '${file.replaceAll("'", "''")}'`;
  if (/cmd(?:\.exe)?$/i.test(shell)) return `"${file}"`;
  return `'${file.replaceAll("'", "'\\''")}'`;
}

function pathOf({ platform }: Machine): path.PlatformPath {
  return platform === 'win32' ? path.win32 : path.posix;
}

function thisMachine(): Machine {
  return {
    platform: process.platform,
    home: homedir(),
    env: process.env,
    isProgram: async (file) => {
      try {
        await access(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    },
    namesIn: async (folder) => {
      try {
        return await readdir(folder);
      } catch {
        return [];
      }
    },
  };
}
