import { secretPattern } from './secretForms';

const redacted = '[redacted]';

/** Replaces secrets in a text. */
export type Redact = (text: string) => string;

/**
 * A function that replaces secrets in a text: those of `secrets` (asked anew on each call) by value, in every form in which
 * they may be echoed, and everything that looks like an API key or an authorization header by pattern.
 */
export function createRedactor(secrets: () => Iterable<string>): Redact {
  let known: readonly string[] = [];
  let pattern: RegExp | undefined;
  return (text) => {
    const present = [...secrets()];
    // Patterns are long; secrets change seldom.
    if (present.length !== known.length || present.some((one, index) => one !== known[index])) {
      known = present;
      pattern = valuePattern(present);
    }
    const withoutValues = pattern === undefined ? text : text.replace(pattern, redacted);
    return secretPatterns.reduce(
      (result, [named, replacement]) => result.replace(named, replacement),
      withoutValues,
    );
  };
}

/** The same for one text. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  return createRedactor(() => secrets)(text);
}

function valuePattern(secrets: readonly string[]): RegExp | undefined {
  const sources = [...secrets]
    // Longest first, so that a secret that contains another leaves no rest behind.
    .sort((a, b) => b.length - a.length)
    .flatMap((secret) => secretPattern(secret) ?? []);
  return sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'gu');
}

const secretPatterns: readonly (readonly [RegExp, string])[] = [
  // The credentials in the address of a proxy.
  [/\b([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"'<>]{1,400}@/gi, `$1${redacted}@`],
  // Providers show rejected keys in part, as sk-abc***xyz; so stars and dots belong to a key.
  [/\b(?:oc_)?sk[-_][\w*.-]{6,}/g, redacted],
  [/\bAIza[\w-]{20,}/g, redacted],
  [/\b(bearer|basic)(\s+)[\w+/=.~*-]{6,}/gi, `$1$2${redacted}`],
  [
    /\b((?:x-api-key|x-goog-api-key|api[-_]?key|authorization|access[-_]?token)["']?\s{0,3}[:=]\s{0,3}["']?)(?!bearer\b|basic\b|\[redacted)[\w+/=.~*-]{8,}/gi,
    `$1${redacted}`,
  ],
];

/** One line of plain text for a person: without ANSI sequences and control characters, at most `maxChars` long. */
export function cleanForPerson(text: string, maxChars: number): string {
  // Most names are clean; the patterns take a hundred times as long.
  if (text.length <= maxChars && /^[\x21-\x7e]*(?: [\x21-\x7e]+)*$/.test(text)) return text.trim();
  const plain = text
    .slice(0, maxScannedChars)
    .replace(ansiSequence, '')
    .replace(blank, ' ')
    .replace(controlOrInvisible, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return plain.length <= maxChars ? plain : `${cutAtCharacter(plain, maxChars - 1)}…`;
}

/** More than any message for a person; bounds the work on a hostile body. */
const maxScannedChars = 20_000;

// Built from strings, since a regular expression literal may not hold control characters.
const escapeByte = '\\u001b';
const commandSequence = `${escapeByte}\\[[0-?]{0,16}[ -/]{0,4}[@-~]`;
const titleSequence = `${escapeByte}\\][^\\u0007\\u001b]{0,256}(?:\\u0007|${escapeByte}\\\\)?`;
const ansiSequence = new RegExp(
  `${commandSequence}|${titleSequence}|${escapeByte}[@-Z\\\\-_]`,
  'g',
);
const blank = /[\s\u0085]/g;
// With the marks that reorder or hide text, which could make a message show something else than it says, or keep a key in
// it from being found; and with halves of characters.
const controlOrInvisible = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

function cutAtCharacter(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? length - 1 : length);
}
