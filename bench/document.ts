// docs/benchmarks.md: each tool of the bench renews its own part between two marks and leaves the others alone.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PROJECT_FOLDER } from '../scripts/project';

export const DOCS_FOLDER = path.join(PROJECT_FOLDER, 'docs');

const document = path.join(DOCS_FOLDER, 'benchmarks.md');

export type Part = 'goals' | 'peers' | 'growth' | 'host' | 'profile';

/** Renews one part; the marks must be there. */
export function writePart(part: Part, lines: readonly string[]): void {
  const text = readFileSync(document, 'utf8');
  const marked = new RegExp(`(<!-- generated:${part} -->\\n)[^]*?(<!-- /generated:${part} -->)`);
  if (!marked.test(text)) throw new Error(`docs/benchmarks.md has no part “${part}”`);
  const content = `${[`${machine()}`, '', ...lines].join('\n').trimEnd()}\n`;
  writeFileSync(
    document,
    text.replace(marked, (_whole, start: string, end: string) => `${start}${content}${end}`),
  );
}

/** A picture beside the document. */
export function writePicture(name: string, svg: string): void {
  mkdirSync(DOCS_FOLDER, { recursive: true });
  writeFileSync(path.join(DOCS_FOLDER, name), svg);
}

/** A table whose cells may hold no bar. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)];
}

/** Of the last minute: what else ran on the machine tells how far to trust a figure. */
export function loadInWords(): string {
  return (os.loadavg()[0] ?? 0).toFixed(1);
}

/** When the tool was started: what it runs itself is not in it yet. */
export const loadBefore = loadInWords();

/** What was measured on and when. */
function machine(): string {
  const [processor] = os.cpus();
  const gigabytes = Math.round(os.totalmem() / 1024 ** 3);
  const date = new Date().toISOString().slice(0, 10);
  const model = processor?.model.replace(/\s+/g, ' ').trim() ?? 'unknown processor';
  return `${date}, ${os.cpus().length} × ${model}, ${gigabytes} GB, ${os.type()} ${process.arch}, Node ${process.versions.node}, load average ${loadBefore} at the start, ${loadInWords()} at the end.`;
}
