import { isObject, type JsonObject } from './json';

/** What is wrong with a body that is being read; only what is found first is told. Reading goes on with stand-ins. */
export interface Faults {
  first: Fault | undefined;
}

export interface Fault {
  /** The members on the way, the outermost first. */
  readonly path: PropertyKey[];
  readonly message: string;
}

export function fault(faults: Faults, message: string, ...path: PropertyKey[]): void {
  faults.first ??= { path, message };
}

/** `messages.3.content: Invalid input: expected …` */
export function describeFault({ path, message }: Fault): string {
  return path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;
}

/** Reads what is under a member, so that its faults are told with the member's name. */
export function readWithin<Value>(key: PropertyKey, faults: Faults, read: () => Value): Value {
  const before = faults.first;
  const value = read();
  if (before === undefined) faults.first?.path.unshift(key);
  return value;
}

/** Reads the members of an array, one after the other. */
export function readEach<Value>(
  values: readonly unknown[],
  faults: Faults,
  read: (value: unknown, faults: Faults) => Value,
): readonly Value[] {
  return values.map((value, index) => {
    const before = faults.first;
    const item = read(value, faults);
    if (before === undefined) faults.first?.path.unshift(index);
    return item;
  });
}

/** The same reader, which reads each object only once, and gives the same result for it, unless something is wrong with it. */
export function rememberFaultless<Value>(
  read: (value: unknown, faults: Faults) => Value,
): (value: unknown, faults: Faults) => Value {
  const known = new WeakMap<object, { readonly value: Value }>();
  return (source, faults) => {
    if (typeof source !== 'object' || source === null) return read(source, faults);
    const remembered = known.get(source);
    if (remembered !== undefined) return remembered.value;
    const value = read(source, faults);
    if (faults.first === undefined) known.set(source, { value });
    return value;
  };
}

/** An array that may be absent or null. */
export function readList<Value>(
  object: JsonObject,
  key: string,
  faults: Faults,
  read: (value: unknown, faults: Faults) => Value,
): readonly Value[] {
  const list = object[key] ?? [];
  if (Array.isArray(list)) return readWithin(key, faults, () => readEach(list, faults, read));
  fault(faults, 'Invalid input: expected array', key);
  return [];
}

/** An object that may be absent or null. */
export function readObject<Value>(
  object: JsonObject,
  key: string,
  faults: Faults,
  read: (value: JsonObject, faults: Faults) => Value,
): Value | undefined {
  const member = object[key] ?? undefined;
  if (member === undefined) return undefined;
  if (isObject(member)) return readWithin(key, faults, () => read(member, faults));
  fault(faults, 'Invalid input: expected object', key);
  return undefined;
}

/** The value as an object; an empty one stands in for anything else. */
export function asObject(value: unknown, faults: Faults): JsonObject {
  if (isObject(value)) return value;
  fault(faults, 'Invalid input: expected object');
  return {};
}

/** A string that must be there. */
export function readString(object: JsonObject, key: string, faults: Faults): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  fault(faults, 'Invalid input: expected string', key);
  return '';
}

interface Primitives {
  readonly string: string;
  readonly boolean: boolean;
  readonly number: number;
}

/** A member that may be absent or null. */
export function readOptional<Kind extends keyof Primitives>(
  object: JsonObject,
  key: string,
  kind: Kind,
  faults: Faults,
): Primitives[Kind] | undefined {
  const value = object[key] ?? undefined;
  if (value === undefined) return undefined;
  if (isKind(value, kind)) return value;
  fault(faults, `Invalid input: expected ${kind}`, key);
  return undefined;
}

function isKind<Kind extends keyof Primitives>(
  value: unknown,
  kind: Kind,
): value is Primitives[Kind] {
  // JSON knows no infinity, but a number too large becomes one.
  return typeof value === kind && (typeof value !== 'number' || Number.isFinite(value));
}

/** One of a few words. */
export function readOneOf<Word extends string>(
  object: JsonObject,
  key: string,
  words: readonly [Word, ...Word[]],
  faults: Faults,
): Word {
  const value = object[key];
  const word = words.find((candidate) => candidate === value);
  if (word !== undefined) return word;
  const list = words.map((candidate) => `"${candidate}"`).join(' or ');
  fault(faults, `Invalid input: expected ${list}`, key);
  return words[0];
}
