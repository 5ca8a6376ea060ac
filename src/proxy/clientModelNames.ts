/** Claude Code's model picker keeps only ids with “claude” or “anthropic” in them, and takes them for models of its own. */
const pickerPrefix = 'claude-switchyard/';

/** The id under which Claude Code's picker lists a scenario or target. */
export function pickerId(name: string): string {
  return pickerPrefix + name;
}

/** A requested model as rules know it: without the picker's prefix, and without a variant that only the client minds. */
export function plainModelName(requested: string): string {
  const name = requested.startsWith(pickerPrefix)
    ? requested.slice(pickerPrefix.length)
    : requested;
  // `[1m]`: Claude Code asks itself for a longer window.
  const plain = name.replace(/\[\w{1,16}\]$/, '');
  return plain === '' ? requested : plain;
}
