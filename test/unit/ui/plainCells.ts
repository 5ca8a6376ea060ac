/** Markdown with its character references read, as a preview shows it. */
export function plainCells(markdown: string): string {
  return markdown.replace(/&#(\d+);/g, (_whole, code: string) => String.fromCharCode(Number(code)));
}
