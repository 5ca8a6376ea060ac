import type { ProxyStatus } from '../proxyStatus';
import type { Translate } from '../ui/translate';
import { ownUrl, variableEffect } from './clientVariables';
import type { Verdict } from './verdict';

export interface TerminalFacts {
  readonly status: ProxyStatus;
  readonly injectsEnvironment: boolean;
  /** Names of the variables that new terminals get from us. */
  readonly injected: readonly string[];
  /** The port that they point to. */
  readonly injectedPort: number | undefined;
  /** Open terminals; `baseUrl` is what they were started with, absent where that cannot be read. */
  readonly open: readonly { readonly name: string; readonly baseUrl?: string }[];
  /** What `terminal.integrated.env.*` sets. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Of the platform: `terminal.integrated.env.linux`. */
  readonly settingName: string;
}

/** Whether new terminals, and those that are open, point agents to the proxy. */
export function judgeTerminals(facts: TerminalFacts, t: Translate): readonly Verdict[] {
  return [judgeVariables(facts, t), ...judgeSettings(facts, t)];
}

function judgeVariables(facts: TerminalFacts, t: Translate): Verdict {
  const { injected, injectedPort, injectsEnvironment, status } = facts;
  const title = t('Terminal variables');
  if (!injectsEnvironment) {
    const setting = 'switchyard.terminal.injectEnvironment';
    const sentence = t('Terminals get no variables: {0} is off.', setting);
    return { title, state: 'warning', sentence, fix: { kind: 'openSetting', setting } };
  }
  if (status.state !== 'running') {
    const sentence = t('New terminals get no variables while the proxy does not run.');
    const isStarting = status.state === 'starting' || status.state === 'stopping';
    if (isStarting) return { title, state: 'unknown', sentence };
    return { title, state: 'problem', sentence, fix: { kind: 'start' } };
  }
  if (status.report?.usable === false) {
    const sentence = t('New terminals get no variables until the default chain has an API key.');
    return { title, state: 'problem', sentence, fix: { kind: 'setApiKey' } };
  }
  if (injected.length === 0) {
    return { title, state: 'unknown', sentence: t('The variables are not set yet.') };
  }
  if (injectedPort !== undefined && injectedPort !== status.port) {
    const sentence = t(
      'New terminals lead to port {0}, of another window with this folder, not to {1}.',
      injectedPort,
      status.port,
    );
    return { title, state: 'warning', sentence };
  }
  return judgeOpen(facts, status.port, title, t);
}

function judgeOpen(
  { injected, open }: TerminalFacts,
  port: number,
  title: string,
  t: Translate,
): Verdict {
  const readable = open.flatMap(({ name, baseUrl }) =>
    baseUrl === undefined ? [] : [{ name, baseUrl }],
  );
  const stale = injected.includes('ANTHROPIC_BASE_URL')
    ? readable.filter(({ baseUrl }) => baseUrl !== ownUrl(port))
    : [];
  if (stale.length > 0) {
    const sentence = t(
      '{0} of {1} open terminals are older than the variables: {2}.',
      stale.length,
      open.length,
      stale.map(({ name }) => `“${name}”`).join(', '),
    );
    return { title, state: 'warning', sentence, fix: { kind: 'newTerminal' } };
  }
  const hasUnread = readable.length < open.length;
  const sentence = hasUnread
    ? t('New terminals point agents to port {0}; those open before may not.', port)
    : t('Terminals point agents to port {0}.', port);
  return { title, state: 'ok', sentence };
}

/** What we set wins over the settings; what we do not set stays as they say. */
function judgeSettings(
  { injected, settings, settingName, status }: TerminalFacts,
  t: Translate,
): readonly Verdict[] {
  const port = status.state === 'running' ? status.port : undefined;
  const names = Object.entries(settings).flatMap(([name, value]) => {
    const isOverridden = injected.includes(name);
    return isOverridden || variableEffect(name, value, port) === undefined ? [] : [name];
  });
  if (names.length === 0) return [];
  return [
    {
      title: t('Terminal settings'),
      state: 'warning',
      sentence: t('{0} sets {1}.', settingName, names.join(', ')),
      fix: { kind: 'openHostSetting', setting: settingName },
    },
  ];
}
