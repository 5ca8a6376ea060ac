// New inputs from old ones.

export interface Random {
  /** A whole number below `limit`. */
  below(limit: number): number;
}

/** The same numbers for the same seed (mulberry32). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) % Math.max(1, limit);
    },
  };
}

export interface Pantry {
  readonly random: Random;
  /** Words of the program, and what has broken programs before. */
  readonly words: readonly Buffer[];
  readonly maxBytes: number;
  /** Another input that was interesting. */
  other(): Buffer;
}

/** `input` changed in one to eight places. */
export function mutate(input: Buffer, pantry: Pantry): Buffer {
  let result = input;
  const changes = 1 << pantry.random.below(4);
  for (let change = 0; change < changes; change += 1) {
    const step = steps[pantry.random.below(steps.length)] ?? flipBit;
    result = step(result, pantry).subarray(0, pantry.maxBytes);
  }
  return Buffer.from(result);
}

type Step = (input: Buffer, pantry: Pantry) => Buffer;

const flipBit: Step = (input, { random }) => {
  const copy = Buffer.from(input);
  const at = random.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << random.below(8));
  return copy;
};

const setByte: Step = (input, { random }) => {
  const copy = Buffer.from(input);
  copy[random.below(copy.length)] = random.below(256);
  return copy;
};

const insertWord: Step = (input, pantry) => {
  const at = pantry.random.below(input.length + 1);
  return spliced(input, at, at, wordOf(pantry));
};

const removeRange: Step = (input, { random }) => {
  const [from, to] = range(input, random);
  return spliced(input, from, to, Buffer.alloc(0));
};

const repeatRange: Step = (input, { random }) => {
  const [from, to] = range(input, random);
  const at = random.below(input.length + 1);
  const part = input.subarray(from, to);
  return spliced(input, at, at, Buffer.concat(Array(1 + random.below(3)).fill(part)));
};

const takeFromOther: Step = (input, pantry) => {
  const other = pantry.other();
  const [from, to] = range(other, pantry.random);
  const [start, end] = range(input, pantry.random);
  return spliced(
    input,
    start,
    pantry.random.below(2) === 0 ? start : end,
    other.subarray(from, to),
  );
};

/** Lines are what event streams and heads are made of. */
const moveLine: Step = (input, { random }) => {
  const lines = input.toString('latin1').split(/(?<=\n)/);
  const [line = ''] = lines.splice(random.below(lines.length), random.below(3) === 0 ? 0 : 1);
  lines.splice(random.below(lines.length + 1), 0, line);
  return Buffer.from(lines.join(''), 'latin1');
};

/** Puts another value, number or name in the place of one. */
const replaceToken: Step = (input, pantry) => {
  const text = input.toString('latin1');
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[A-Za-z_][\w-]*|[{}[\],:]/g)];
  const token = tokens[pantry.random.below(tokens.length)];
  if (token === undefined) return insertWord(input, pantry);
  const isText = token[0].startsWith('"') && pantry.random.below(2) === 0;
  const word = wordOf(pantry);
  const quoted = isText ? Buffer.from(JSON.stringify(word.toString())) : word;
  return spliced(input, token.index, token.index + token[0].length, quoted);
};

/** Puts one value of the input in the place of another. */
const copyValue: Step = (input, { random }) => {
  const text = input.toString('latin1');
  const values = [...text.matchAll(/\{[^{}]*\}|\[[^[\]]*\]|"(?:[^"\\]|\\.)*"|-?\d[\d.]*/g)];
  const from = values[random.below(values.length)];
  const to = values[random.below(values.length)];
  if (from === undefined || to === undefined) return input;
  return spliced(input, to.index, to.index + to[0].length, Buffer.from(from[0], 'latin1'));
};

const steps: readonly Step[] = [
  flipBit,
  setByte,
  insertWord,
  insertWord,
  removeRange,
  removeRange,
  repeatRange,
  takeFromOther,
  takeFromOther,
  moveLine,
  moveLine,
  replaceToken,
  replaceToken,
  replaceToken,
  copyValue,
  copyValue,
];

/** What programs stumble over. */
export const oddWords: readonly Buffer[] = [
  ...['__proto__', 'constructor', 'toString', 'null', 'true', '{}', '[]', '""', '{', '}', '[', ']'],
  ...['-1', '0', '1e308', '1e400', '-0', '9007199254740993', '1.5', '\\ud800', '\\u0000', '\\"'],
  ...['\r', '\n', '\r\n', '\n\n', '\ufeff', '\u0000', '\u001b[31m', '\u202e', '\ud83d\ude8b', ': '],
  ...['](command:x)', '[x](https://y)', '`', '|', '<img src=x>', '&amp;', 'data: ', 'event: '],
].map((text) => Buffer.from(text));

function wordOf({ random, words }: Pantry): Buffer {
  const from = random.below(2) === 0 ? oddWords : words;
  return from[random.below(from.length)] ?? Buffer.from('x');
}

/** A range, mostly a short one. */
function range(input: Buffer, random: Random): readonly [number, number] {
  const from = random.below(input.length + 1);
  const longest = random.below(3) === 0 ? input.length : 16;
  return [from, Math.min(input.length, from + 1 + random.below(longest))];
}

function spliced(input: Buffer, from: number, to: number, part: Buffer): Buffer {
  return Buffer.concat([input.subarray(0, from), part, input.subarray(to)]);
}
