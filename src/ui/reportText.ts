import { render } from '../proxy/phrase';
import type { CredentialReport, TargetReport } from '../proxy/protocol';
import { durationInWords } from '../proxy/timeInWords';
import type { ProxyStatus } from '../proxyStatus';
import { catalogueLines } from './catalogueText';
import type { CommandId } from './commands';
import { duration, timeOfDay } from './figures';
import { escapeMarkdown, onOneLine } from './markdown';
import { presentStatus, reportOwner } from './statusPresentation';
import type { Translate } from './translate';

/** More rows than this make a tooltip that no screen holds; Show Status has them all. */
const maxTooltipRows = 24;

/**
 * The tooltip in Markdown: the state, the keys, a row for each model, and command links. All names and
 * messages from elsewhere are escaped; only `tooltipCommands` are linked.
 */
export function tooltipMarkdown(
  status: ProxyStatus,
  t: Translate,
  { today, now }: { readonly today?: string | undefined; readonly now: number },
): string {
  const { sentence, hint } = presentStatus(status, t);
  const report = status.state === 'running' ? status.report : undefined;
  const links = tooltipLinks(status, t).map(
    ([label, command]) => `[${escapeMarkdown(label)}](command:${command})`,
  );
  // The links before the table: a hover that does not fit is cut off at its end.
  const blocks = [`**Switchyard** · ${escapeMarkdown(`${sentence} ${hint}`)}`, links.join(' · ')];
  if (today !== undefined) blocks.push(`$(graph) ${escapeMarkdown(today)}`);
  if (report !== undefined) {
    if (report.credentials.length > 0) blocks.push(credentialLines(report.credentials, t));
    if (report.targets.length > 0) blocks.push(targetTable(report.targets, now, t));
  }
  return blocks.join('\n\n');
}

/** The commands that the tooltip may run. */
export const tooltipCommands = [
  'switchyard.showMenu',
  'switchyard.start',
  'switchyard.stop',
  'switchyard.setApiKey',
  'switchyard.showStatus',
  'switchyard.openDashboard',
  'switchyard.explainRouting',
  'switchyard.showUsage',
  'switchyard.showLog',
  'switchyard.resetHealth',
  'switchyard.openSettings',
] as const satisfies readonly CommandId[];

/** The state of every model as aligned text, for the output channel. */
export function statusText(status: ProxyStatus, t: Translate): string {
  const { sentence } = presentStatus(status, t);
  const report = status.state === 'running' ? status.report : undefined;
  if (report === undefined) return sentence;
  const every = new Set(report.targets.flatMap(({ scenarios }) => scenarios)).size;
  const rows = [
    [t('MODEL'), t('STATE'), t('FIRST TOKEN'), t('SCENARIOS'), t('LAST FAILURE')],
    ...report.targets.map((target) => [
      target.name,
      describeTarget(target, t),
      describeLatency(target),
      // A name for each would make the line wrap in most panels.
      target.scenarios.length > 2 && target.scenarios.length === every
        ? t('all')
        : target.scenarios.join(', '),
      render(target.lastFailure ?? '-', t),
    ]),
  ];
  const keys = report.credentials.map(
    ({ label, credential, state }) => `${label} (${credential}): ${describeCredential(state, t)}`,
  );
  return [
    sentence,
    t('Requests in progress: {0}', report.activeRequests),
    ...keys,
    '',
    ...alignColumns(rows.map((row) => row.map(onOneLine))),
    ...(report.catalogue === undefined ? [] : ['', ...catalogueLines(report.catalogue, t)]),
  ].join('\n');
}

/** Pads every column but the last to its longest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length);
    }
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** What is known of a key, in words. */
export function describeCredential(state: CredentialReport['state'], t: Translate): string {
  const words = {
    unused: t('API key set, not used yet'),
    accepted: t('API key accepted'),
    missing: t('no API key'),
    heldBack: t('API key held back: its address was changed'),
    rejected: t('API key rejected'),
    blocked: t('account blocked'),
  } satisfies Record<CredentialReport['state'], string>;
  return words[state];
}

/** In a tooltip, which is read at once: for how long a model rests, and no clock beside it. */
function describeTargetNow(target: TargetReport, now: number, t: Translate): string {
  const { state, restsUntil } = target;
  if (state !== 'resting' || restsUntil === undefined || restsUntil <= now) {
    return describeTarget(target, t);
  }
  const restMs = restsUntil - now;
  return restMs < 60_000
    ? t('rests for less than a minute')
    : t('rests for {0}', durationInWords(Math.ceil(restMs / 60_000) * 60_000, t));
}

const stateIcons = {
  unused: '$(circle-outline)',
  serving: '$(pass)',
  failing: '$(warning)',
  probing: '$(sync)',
  resting: '$(clock)',
} as const satisfies Record<TargetReport['state'], string>;

function describeTarget(target: TargetReport, t: Translate): string {
  const words = {
    unused: t('not used yet'),
    serving: t('serving'),
    failing: t('failed last'),
    probing: t('being tried again'),
    resting:
      target.restsUntil === undefined
        ? t('resting')
        : t('resting until {0}', timeOfDay(target.restsUntil)),
  } satisfies Record<TargetReport['state'], string>;
  return words[target.state];
}

function describeLatency({ lastTtftMs }: TargetReport): string {
  return lastTtftMs === undefined ? '-' : duration(lastTtftMs);
}

function credentialLines(credentials: readonly CredentialReport[], t: Translate): string {
  return credentials
    .map(
      (report) =>
        `$(key) ${escapeMarkdown(t('{0}: {1}', reportOwner(report, t), describeCredential(report.state, t)))}`,
    )
    .join('  \n');
}

function targetTable(targets: readonly TargetReport[], now: number, t: Translate): string {
  const shown = targets.slice(0, maxTooltipRows);
  const head = ['', t('Model'), t('State'), t('First token'), t('Last failure')].map(
    escapeMarkdown,
  );
  const rows = shown.map((target, index) => [
    // In a column of its own, or it would be parted from the words.
    stateIcons[target.state],
    unbreakable(target.name),
    unbreakable(describeTargetNow(target, now, t)),
    unbreakable(describeLatency(target)),
    // The one column that gives way: a hover is about 500 pixels wide and does not scroll sideways.
    escapeMarkdown(
      isAsAbove(target, shown[index - 1])
        ? t('as above')
        : inBrief(render(target.lastFailure ?? '-', t)),
    ),
  ]);
  // The hover's tables have no space between columns; behind an icon it would break into a line of its own.
  const table = [head, ...rows].map(
    ([icon, ...cells]) => `| ${icon ?? ''} | ${cells.join('&nbsp;&nbsp; | ')} |`,
  );
  table.splice(1, 0, '|:---|:---|:---|:---|:---|');
  const more = targets.length - shown.length;
  return more === 0
    ? table.join('\n')
    : `${table.join('\n')}\n\n${escapeMarkdown(t('and {0} more', more))}`;
}

function isAsAbove({ lastFailure }: TargetReport, above: TargetReport | undefined): boolean {
  const words = lastFailure && render(lastFailure);
  return words !== undefined && words === render(above?.lastFailure ?? '');
}

/** The first sentence, cut to what fits beside the other columns; Show Status has it whole. */
function inBrief(failure: string): string {
  const first = failure.replace(/([.!?])\s.*$/su, '$1');
  return first.length <= maxFailureLength ? first : `${first.slice(0, maxFailureLength - 1)}…`;
}

const maxFailureLength = 44;

/** Escaped, and never broken into lines, which would make the hover too tall. */
function unbreakable(text: string): string {
  return (
    escapeMarkdown(text)
      .replaceAll(' ', '&nbsp;')
      .replaceAll('&#45;', '&#8209;')
      // Chinese may be broken behind every character, were it not for a word joiner.
      .replace(/\p{sc=Han}(?!$)/gu, '$&&#8288;')
  );
}

function tooltipLinks(
  status: ProxyStatus,
  t: Translate,
): readonly (readonly [string, (typeof tooltipCommands)[number]])[] {
  const isDown = status.state === 'stopped' || status.state === 'failed';
  return [
    [t('Menu'), 'switchyard.showMenu'],
    isDown ? [t('Start'), 'switchyard.start'] : [t('Stop'), 'switchyard.stop'],
    [t('Set API Key'), 'switchyard.setApiKey'],
    [t('Show Status'), 'switchyard.showStatus'],
    [t('Open Dashboard'), 'switchyard.openDashboard'],
    [t('Explain Routing'), 'switchyard.explainRouting'],
    [t('Show Usage'), 'switchyard.showUsage'],
    [t('Show Log'), 'switchyard.showLog'],
    ...(status.state === 'running'
      ? ([[t('Reset Health'), 'switchyard.resetHealth']] as const)
      : []),
    [t('Open Settings'), 'switchyard.openSettings'],
  ];
}
