/** Shows `text` as it is: no links, icons, emphasis, HTML or table cells of its own. */
export function escapeMarkdown(text: string): string {
  return onOneLine(text).replace(
    /[\\`*_{}[\]()#+\-.!|~$<>&"':@/]/g,
    (character) =>
      // As character references: some are not Markdown's own to escape with a backslash ("$(icon)", bare links).
      `&#${character.charCodeAt(0)};`,
  );
}

/**
 * Control characters and line breaks become spaces, so that foreign text cannot make lines of its own; so do the marks that
 * reorder text, which could make a line read otherwise than it is.
 */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu, ' ');
}

export type Alignment = 'left' | 'right';

/** A table of cells that are Markdown already. */
export function markdownTable(
  head: readonly (readonly [title: string, alignment: Alignment])[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map(([, alignment]) => (alignment === 'right' ? '---:' : ':---'));
  return [line(head.map(([title]) => title)), line(rule), ...rows.map(line)].join('\n');
}
