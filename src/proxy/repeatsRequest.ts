/** Shorter runs are names and numbers, which both may hold. */
const runChars = 16;

/** True when an upstream's words repeat a run of the request's JSON text: any of 23 characters, and some that are shorter. */
export function repeatsRequest(words: string, requestText: string): boolean {
  // As the text stands in the JSON.
  const escaped = JSON.stringify(words).slice(1, -1);
  for (let start = 0; start + runChars <= escaped.length; start += runChars / 2) {
    if (requestText.includes(escaped.slice(start, start + runChars))) return true;
  }
  return false;
}
