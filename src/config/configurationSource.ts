import * as vscode from 'vscode';
import { settingSchemas } from './schema';
import type { SettingsSource } from './settings';

/** The settings of VS Code, as the window sees them. */
export const configurationSource: SettingsSource = {
  read() {
    const configuration = vscode.workspace.getConfiguration();
    const raw: Record<string, unknown> = {};
    for (const name of settingNames(configuration.get<unknown>('switchyard'))) {
      raw[name] = configuration.get<unknown>(name);
    }
    return raw;
  },
  onDidChange(listener) {
    return vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('switchyard')) listener();
    });
  },
};

/** The settings we know, and whatever else a person wrote under `switchyard.`, so that a typo is reported. */
function settingNames(section: unknown): ReadonlySet<string> {
  const names = new Set<string>(Object.keys(settingSchemas));
  const groups = new Set([...names].map((name) => name.split('.').slice(0, 2).join('.')));
  if (typeof section !== 'object' || section === null) return names;
  for (const [key, value] of Object.entries(section)) {
    const name = `switchyard.${key}`;
    const isGroup = groups.has(name) && !names.has(name);
    if (!isGroup) names.add(name);
    else if (typeof value === 'object' && value !== null) {
      for (const inner of Object.keys(value)) names.add(`${name}.${inner}`);
    }
  }
  return names;
}
