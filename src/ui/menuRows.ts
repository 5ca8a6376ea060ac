import type { ProxyStatus } from '../proxyStatus';
import { type CommandId, type CommandRow, commands, type MenuGroup, menuGroups } from './commands';
import { describeCredential } from './reportText';
import { presentStatus, reportOwner } from './statusPresentation';
import type { Translate } from './translate';

/** A line of the menu: a heading, or a command to run. */
export type MenuRow =
  | { readonly kind: 'heading'; readonly label: string }
  | {
      readonly kind: 'command';
      readonly label: string;
      readonly description?: string;
      readonly command: CommandId;
      readonly argument?: string;
    };

export interface MenuSituation {
  readonly status: ProxyStatus;
  readonly hasKeys: boolean;
  /** What was used today, where something was. */
  readonly today: string | undefined;
}

/** The menu: the state, what can be done about it, then every command that can be run now. Pure. */
export function menuRows(situation: MenuSituation, t: Translate): readonly MenuRow[] {
  const first = stateRows(situation, t);
  const isFirst = (id: CommandId): boolean =>
    first.slice(1).some((row) => row.kind === 'command' && row.command === id && !row.argument);
  const groups = menuGroups.flatMap((group): readonly MenuRow[] => {
    const rows = commands
      .filter((row) => groupOf(row) === group && isEnabled(row, situation) && !isFirst(row.id))
      .map((row) => commandRow(row, descriptionOf(row.id, situation, t), t));
    return rows.length === 0 ? [] : [{ kind: 'heading', label: groupTitle(group, t) }, ...rows];
  });
  return [...first, ...groups];
}

/** Whether a `when` clause of the table holds: `||`, `==`, `!`, and names of our context. */
export function holds(clause: string, context: Readonly<Record<string, unknown>>): boolean {
  return clause.split('||').some((part) => {
    const [name = '', value] = part.split('==').map((word) => word.trim());
    if (value !== undefined) return context[name] === value;
    return name.startsWith('!') ? !context[name.slice(1)] : Boolean(context[name]);
  });
}

function groupOf({ menu }: CommandRow): MenuGroup | 'state' {
  return menu ?? 'support';
}

function isEnabled({ enablement }: CommandRow, { status, hasKeys }: MenuSituation): boolean {
  const context = { 'switchyard.state': status.state, 'switchyard.hasKeys': hasKeys };
  return enablement === undefined || holds(enablement, context);
}

function stateRows(situation: MenuSituation, t: Translate): readonly MenuRow[] {
  const { status } = situation;
  const { text, sentence, command, argument } = presentStatus(status, t);
  const icon = /^\$\([\w~-]+\)/.exec(text)?.[0] ?? '';
  const state: MenuRow = {
    kind: 'command',
    label: `${icon} ${sentence}`,
    description: t('Show Status'),
    command: 'switchyard.showStatus',
  };
  const rows: MenuRow[] = [];
  // What a click on the status bar item would mend.
  if (command !== 'switchyard.toggle') {
    const row = commandRow(rowOf(command), undefined, t);
    rows.push(argument === undefined ? row : { ...row, argument });
  }
  if (restingCount(status) > 0) {
    rows.push(commandRow(rowOf('switchyard.resetHealth'), t('Try every model again'), t));
  }
  if (status.state === 'failed' && status.reason.kind === 'portTaken') {
    const label = `$(plug) ${t('Choose Port')}`;
    const argument = 'switchyard.port';
    rows.push({ kind: 'command', label, command: 'switchyard.openSettings', argument });
  }
  for (const id of ['switchyard.start', 'switchyard.stop'] as const) {
    if (isEnabled(rowOf(id), situation)) rows.push(commandRow(rowOf(id), undefined, t));
  }
  return [state, { kind: 'heading', label: t('Now') }, ...rows];
}

function commandRow(
  { id, icon, title }: CommandRow & { readonly id: CommandId },
  description: string | undefined,
  t: Translate,
): Extract<MenuRow, { kind: 'command' }> {
  const row = { kind: 'command', label: `${icon} ${t(title)}`, command: id } as const;
  return description === undefined ? row : { ...row, description };
}

/** What is the case with what the command is about. */
function descriptionOf(
  id: CommandId,
  { status, today }: MenuSituation,
  t: Translate,
): string | undefined {
  const report = status.state === 'running' ? status.report : undefined;
  switch (id) {
    case 'switchyard.showUsage':
      return today;
    case 'switchyard.setApiKey':
      return report?.credentials
        .map((one) => `${reportOwner(one, t)}: ${describeCredential(one.state, t)}`)
        .join(' · ');
    case 'switchyard.showScenarios':
      return report === undefined ? undefined : t('{0} models in use', report.targets.length);
    default:
      return undefined;
  }
}

function restingCount(status: ProxyStatus): number {
  const targets = status.state === 'running' ? (status.report?.targets ?? []) : [];
  return targets.filter(({ state }) => state === 'resting').length;
}

function groupTitle(group: MenuGroup, t: Translate): string {
  const titles = {
    agents: t('Agents'),
    scenarios: t('Scenarios and models'),
    requests: t('Requests and usage'),
    keys: t('API keys'),
    support: t('Support'),
  } satisfies Record<MenuGroup, string>;
  return titles[group];
}

function rowOf(id: CommandId): (typeof commands)[number] & CommandRow {
  const row = commands.find((one) => one.id === id);
  if (row === undefined) throw new Error(`there is no command ${id}`);
  return row;
}
