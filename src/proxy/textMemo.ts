/**
 * The same function, which does not read a long text twice: a client sends the whole conversation with every turn. It
 * knows a text again by its length and some of its letters, not by all of them, since reading them all is what it is to
 * save; it keeps neither. Only for estimates: a text that was edited in between those letters and kept its length gets
 * the result of the one before it.
 */
export function rememberTexts(
  measure: (text: string) => number,
  limit = defaultLimit,
): (text: string) => number {
  const known = new Map<number, number>();
  return (text) => {
    if (text.length < shortestKept) return measure(text);
    const key = fingerprint(text);
    const result = known.get(key) ?? measure(text);
    // Last in, last out.
    known.delete(key);
    known.set(key, result);
    const [oldest] = known.size > limit ? known.keys() : [];
    if (oldest !== undefined) known.delete(oldest);
    return result;
  };
}

/** Some dozen conversations of a day; about a megabyte. */
const defaultLimit = 10_000;
/** Below this, measuring costs no more than looking up. */
const shortestKept = 256;
const samples = 64;
const lengthRange = 2 ** 21;

/** 32 bits of the letters that were looked at, and 21 of the length: together a safe integer. */
function fingerprint(text: string): number {
  const step = text.length / samples;
  let hash = 0x811c9dc5;
  for (let sample = 0; sample < samples; sample += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(Math.floor(sample * step)), 0x01000193);
  }
  hash = Math.imul(hash ^ text.charCodeAt(text.length - 1), 0x01000193);
  return (hash >>> 0) * lengthRange + (text.length % lengthRange);
}
