/** A setting of the graphical Claude Code extension, without its `claudeCode.`. */
export interface SettingValue {
  readonly name: string;
  /** Undefined: not set. */
  readonly value: unknown;
}

export interface SettingChange extends SettingValue {
  readonly before: unknown;
}

/** What makes the extension use the proxy. Never a secret: settings are synchronised, and read by everybody. */
export function wantedSettings(
  platform: NodeJS.Platform,
  launcher: string,
): readonly SettingValue[] {
  // What is started in place of its process must be a program there, which a script is not: its terminal is ours as it is.
  if (platform === 'win32') return [{ name: 'useTerminal', value: true }];
  return [
    { name: 'claudeProcessWrapper', value: launcher },
    // It would ask for a login of its own, not knowing what the process is told.
    { name: 'disableLoginPrompt', value: true },
  ];
}

/** Only what differs. */
export function changesTo(
  wanted: readonly SettingValue[],
  present: (name: string) => unknown,
): readonly SettingChange[] {
  return wanted
    .map((setting) => ({ ...setting, before: present(setting.name) }))
    .filter(({ before, value }) => JSON.stringify(before) !== JSON.stringify(value));
}

/** What gives back what was before the set-up; what a person has changed since is theirs. */
export function changesBack(
  made: readonly SettingChange[],
  present: (name: string) => unknown,
): readonly SettingChange[] {
  return made
    .filter(({ name, value }) => JSON.stringify(present(name)) === JSON.stringify(value))
    .map(({ name, value, before }) => ({ name, before: value, value: before }));
}

/** `claudeCode.name: before → after`, a line each. `unset` is the word for what has no value. */
export function describeChanges(changes: readonly SettingChange[], unset: string): string {
  const words = (value: unknown) => JSON.stringify(value) ?? unset;
  return changes
    .map(({ name, before, value }) => `claudeCode.${name}: ${words(before)} → ${words(value)}`)
    .join('\n');
}

/** What was made at the set-up, as it was kept; undefined where nothing of it can be read. */
export function readMade(kept: unknown): readonly SettingChange[] | undefined {
  if (!Array.isArray(kept)) return undefined;
  return kept.flatMap((one: unknown): readonly SettingChange[] => {
    if (typeof one !== 'object' || one === null) return [];
    if (!('name' in one && typeof one.name === 'string')) return [];
    // An absent value does not survive being kept.
    const before = 'before' in one ? one.before : undefined;
    return [{ name: one.name, value: 'value' in one ? one.value : undefined, before }];
  });
}
