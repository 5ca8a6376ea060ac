import { type AgentInput, agentEnvironment } from './agentEnvironment';

export interface EnvironmentInput extends AgentInput {
  /** What `NO_PROXY` (or `no_proxy`) holds without us. */
  readonly inheritedNoProxy: string | undefined;
}

/** What every agent sends through HTTP_PROXY, 127.0.0.1 included, goes past it for these. */
const loopbackNames = ['127.0.0.1', 'localhost', '::1'];
const noProxyNames = ['NO_PROXY', 'no_proxy'];

/** Variables whose value is appended to what the terminal has; all others replace it. */
export const appendedVariables: ReadonlySet<string> = new Set(noProxyNames);

/**
 * The variables of an integrated terminal. NO_PROXY is appended to, not replaced: a shell profile may set its own, and
 * only the terminal knows it. The comma in front may have nothing before it, which clients skip.
 */
export function terminalEnvironment(input: EnvironmentInput): Readonly<Record<string, string>> {
  // `*` means "no proxy for anything" only when it stands alone.
  const isNeeded = input.inheritedNoProxy?.trim() !== '*';
  const appended = isNeeded
    ? noProxyNames.map((name) => [name, `,${loopbackNames.join(',')}`])
    : [];
  return { ...agentEnvironment(input), ...Object.fromEntries(appended) };
}

/** The same for a shell elsewhere, with the whole NO_PROXY. */
export function ownShellEnvironment(input: EnvironmentInput): Readonly<Record<string, string>> {
  const noProxy = withLoopback(input.inheritedNoProxy);
  return { ...agentEnvironment(input), NO_PROXY: noProxy, no_proxy: noProxy };
}

function withLoopback(inherited: string | undefined): string {
  const names = (inherited ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 1 && names[0] === '*') return '*';
  return [...names, ...loopbackNames.filter((name) => !names.includes(name))].join(',');
}

/** What must be done so that `present` becomes `wanted`; empty when they are equal. */
export interface EnvironmentChange {
  readonly set: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

/**
 * The least change from `present` to `wanted`. VS Code asks to relaunch terminals on every write, be it of
 * the same value, so that only real differences may be written.
 */
export function environmentChange(
  present: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): EnvironmentChange {
  return {
    set: Object.entries(wanted).filter(([name, value]) => present[name] !== value),
    remove: Object.keys(present).filter((name) => !Object.hasOwn(wanted, name)),
  };
}

/** Lines that set `variables` in a POSIX shell, or in PowerShell; values are quoted whole. */
export function shellLines(
  variables: Readonly<Record<string, string>>,
  shell: 'posix' | 'powershell',
): string {
  const line = {
    posix: (name: string, value: string) => `export ${name}='${value.replaceAll("'", "'\\''")}'\n`,
    powershell: (name: string, value: string) =>
      `$env:${name} = '${value.replaceAll("'", "''")}'\n`,
  }[shell];
  return Object.entries(variables)
    .map(([name, value]) => line(name, value))
    .join('');
}
