import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { ClaudeFacts } from '../claudeChecks';
import { claudeSettingsPaths, readClaudeFile } from '../claudeSettings';
import { readText, startedWith } from '../probes';
import type { SettingsFacts } from '../stateChecks';
import type { TerminalFacts } from '../terminalCheck';
import { settingsIn } from '../workspaceSettings';

/** Open terminals, with what they were started with where the system tells. */
export async function openTerminals(): Promise<TerminalFacts['open']> {
  return Promise.all(
    vscode.window.terminals.map(async ({ name, processId }) => {
      const id = await processId;
      const baseUrl = id === undefined ? undefined : await startedWith(id, 'ANTHROPIC_BASE_URL');
      return baseUrl === undefined ? { name } : { name, baseUrl };
    }),
  );
}

/** What VS Code's own settings put into terminals. */
export function terminalSettings(): Pick<TerminalFacts, 'settings' | 'settingName'> {
  const platforms: Readonly<Record<string, string>> = { win32: 'windows', darwin: 'osx' };
  const settingName = `terminal.integrated.env.${platforms[process.platform] ?? 'linux'}`;
  const value = vscode.workspace.getConfiguration().get<unknown>(settingName);
  const settings = typeof value === 'object' && value !== null ? { ...value } : {};
  return { settings, settingName };
}

/** What Claude Code's files and the environment hold that gets in the way of a proxy on `port`. */
export async function claudeFacts(
  port: number | undefined,
  injected: readonly string[],
): Promise<ClaudeFacts> {
  const projects = projectFolders();
  const home = homedir();
  const configFolder = process.env['CLAUDE_CONFIG_DIR'];
  const paths = claudeSettingsPaths({ platform: process.platform, home, configFolder, projects });
  const files = await Promise.all(
    paths.map(async (file) => ({ path: file, text: await readText(file) })),
  );
  const own = configFolder || path.join(home, '.claude');
  const login = await readText(path.join(own, '.credentials.json'));
  return {
    findings: files.flatMap((file) => readClaudeFile(file, port)),
    shown: (file) => shownPath(file, { home, projects }),
    injected,
    inherited: Object.entries(process.env).flatMap(([name, value]) => (value ? [name] : [])),
    hasSavedLogin: login?.includes('claudeAiOauth') === true,
  };
}

/** Settings of the workspace that do not count while it is not trusted. */
export async function restrictedSettings(
  restricted: readonly string[],
): Promise<SettingsFacts['restricted']> {
  const files = projectFolders().map((folder) => path.join(folder, '.vscode', 'settings.json'));
  const texts = await Promise.all(files.map(readText));
  const present = new Set(texts.flatMap((text) => settingsIn(text ?? '')));
  return restricted.filter((name) => present.has(name));
}

function projectFolders(): readonly string[] {
  return (vscode.workspace.workspaceFolders ?? [])
    .filter(({ uri }) => uri.scheme === 'file')
    .map(({ uri }) => uri.fsPath);
}

function shownPath(
  file: string,
  { home, projects }: { readonly home: string; readonly projects: readonly string[] },
): string {
  const project = projects.find((folder) => file.startsWith(folder + path.sep));
  if (project !== undefined) return path.relative(path.dirname(project), file);
  return file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file;
}
