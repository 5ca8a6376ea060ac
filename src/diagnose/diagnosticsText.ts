import { render } from '../proxy/phrase';
import type { ProxyStatus } from '../proxyStatus';
import { onOneLine } from '../ui/markdown';
import { type PrivateWords, withoutPrivate } from './privacy';
import { type CheckState, checkStates, type Verdict } from './verdict';

export interface DiagnosticsFacts {
  /** Versions and the like: what, and its value. */
  readonly about: readonly (readonly [name: string, value: string])[];
  readonly verdicts: readonly Verdict[];
  readonly status: ProxyStatus;
  /** At `info` or above: without prompts and answers. */
  readonly logLines: readonly string[];
}

/** A report to put into an issue: Markdown, in English, without anything private. */
export function diagnosticsText(facts: DiagnosticsFacts, words: PrivateWords): string {
  const { about, logLines, status, verdicts } = facts;
  const clean = (text: string): string => withoutPrivate(text, words);
  const ordered = [...verdicts].sort((a, b) => rank(a.state) - rank(b.state));
  return [
    '### Switchyard diagnostics',
    '',
    ...table(
      ['', ''],
      about.map(([name, value]) => [name, clean(value)]),
    ),
    '',
    ...table(
      ['State', 'Check', 'Verdict'],
      ordered.map(({ sentence, state, title }) => [state, clean(title), clean(sentence)]),
    ),
    '',
    ...modelTable(status, clean),
    '<details><summary>Last lines of the log</summary>',
    '',
    // More backticks than a line may hold, so that none ends the block.
    '`````text',
    ...(logLines.length === 0
      ? ['none']
      : logLines.map((line) => clean(line).replaceAll('`````', ''))),
    '`````',
    '',
    '</details>',
    '',
  ].join('\n');
}

function modelTable(status: ProxyStatus, clean: (text: string) => string): readonly string[] {
  const targets = (status.state === 'running' ? status.report?.targets : undefined) ?? [];
  if (targets.length === 0) return [];
  const rows = targets.map(({ lastFailure, name, scenarios, state }) => [
    clean(name),
    clean(scenarios.join(', ')),
    state,
    clean(render(lastFailure ?? '')),
  ]);
  return [...table(['Model', 'Scenarios', 'State', 'Last failure'], rows), ''];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line(head),
    line(head.map(() => '---')),
    ...rows.map((cells) => line(cells.map(plainCell))),
  ];
}

/** To be read unrendered too, so that only what would make something of its own is written otherwise. */
function plainCell(text: string): string {
  return onOneLine(text)
    .replace(/[|<>@`]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('](', '] (');
}

function rank(state: CheckState): number {
  return checkStates.indexOf(state);
}
