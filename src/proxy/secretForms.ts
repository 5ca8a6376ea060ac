/**
 * The source of a pattern (for the flag `u`) that finds `secret` in a text in every form in which an upstream may echo it:
 * as it is, escaped for JSON, percent-encoded or written in character references, in whole or in part, broken over lines,
 * and in Base64 wherever it stands in the encoded text. Undefined for values too short to be told from ordinary words.
 */
export function secretPattern(secret: string): string | undefined {
  if (secret.length < minWordLength) return undefined;
  // Inside other words a short value is most likely a part of them.
  if (secret.length < minSecretLength) return `(?<![\\w-])${escaped(secret)}(?![\\w-])`;
  const forms = [[...secret].map(charForms), ...base64Forms(secret).map(plainChars)];
  return forms.map((chars) => chars.join(gap)).join('|');
}

const minWordLength = 4;
const minSecretLength = 8;

/** Line breaks and invisible marks between two characters. Bounded, as all repetition here, for hostile texts. */
const gap = '[\\s\\p{Cf}]{0,8}';

/** One character, however it is written. */
function charForms(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = eitherCase(code.toString(16));
  const backslashes = '\\\\{0,4}';
  const forms = [
    // Text of JSON within a string of JSON has its backslashes doubled.
    `${backslashes}(?:${escaped(char)}|u0{0,2}${hex})`,
    `%(?:25){0,3}${percentEncoded(char)}`,
    `&#0{0,4}${code};`,
    `&#[xX]0{0,4}${hex};`,
    ...(namedReferences[char] ?? []).map((name) => `&${name};`),
  ];
  return `(?:${forms.join('|')})`;
}

const namedReferences: Readonly<Record<string, readonly string[]>> = {
  '&': ['amp'],
  '<': ['lt'],
  '>': ['gt'],
  '"': ['quot'],
  "'": ['apos'],
};

function percentEncoded(char: string): string {
  return [...Buffer.from(char)]
    .map((byte) => eitherCase(byte.toString(16).padStart(2, '0')))
    .join('%');
}

function eitherCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`);
}

/**
 * What of the encoded text is the secret's alone: three forms, since it may begin at any byte of a group of three, each in
 * both alphabets. The characters at either end that neighbours share are left out; they hold at most four of its bits.
 */
function base64Forms(secret: string): readonly string[] {
  const forms = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const wholeChars = Math.floor((bytes.length * 8) / 6);
    const own = bytes.toString('base64').slice(Math.ceil((before * 8) / 6), wholeChars);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [...new Set(forms)];
}

function plainChars(text: string): readonly string[] {
  return [...text].map(escaped);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
