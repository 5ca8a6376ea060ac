import { valuesOf } from './geminiSchemaShape';
import { isObject, type JsonObject } from './json';
import { bounds } from './toolSchema';

/** What a schema demands beyond the members that Gemini knows, in words; `type` is the one it is converted to, if any. */
export function schemaNotes(schema: JsonObject, type: string | undefined): readonly string[] {
  const notes = Object.entries(schema).flatMap(([key, value]) => {
    const phrase = Object.hasOwn(phrases, key) ? phrases[key] : undefined;
    return phrase?.(value, type) ?? [];
  });
  return [...notes, ...valueNotes(valuesOf(schema), type)];
}

type Phrase = (value: unknown, type: string | undefined) => string | undefined;

/** Longer ones would cost more than they tell. */
const maxJsonLength = 300;

function jsonOf(value: unknown): string | undefined {
  const json = JSON.stringify(value);
  return json === undefined || json.length > maxJsonLength ? undefined : json;
}

/** Claude Code writes the limits of JavaScript's numbers, which say nothing. */
function counted(before: string, after = ''): Phrase {
  return (value) =>
    typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER
      ? `${before} ${value}${after}`
      : undefined;
}

function spelled(before: string): Phrase {
  return (value) => {
    const json = jsonOf(value);
    return json === undefined ? undefined : `${before} ${json}`;
  };
}

/** Where the schema has a type of its own, so that its branches are not converted. */
const anyBranch: Phrase = (value, type) =>
  type === undefined ? undefined : spelled('fits one of')(value, type);

const phrases: Readonly<Record<string, Phrase>> = {
  ...Object.fromEntries(Object.entries(bounds).map(([key, words]) => [key, counted(words)])),
  multipleOf: counted('a multiple of'),
  minLength: counted('at least', ' characters'),
  maxLength: counted('at most', ' characters'),
  minProperties: counted('at least', ' members'),
  maxProperties: counted('at most', ' members'),
  pattern: (value) => (typeof value === 'string' ? `matches ${value}` : undefined),
  format: (value) =>
    typeof value === 'string' && value !== 'date-time' ? `format ${value}` : undefined,
  uniqueItems: (value) => (value === true ? 'no duplicates' : undefined),
  default: spelled('default'),
  examples: spelled('for example'),
  additionalProperties: (value, type) =>
    isObject(value) && Object.keys(value).length > 0
      ? spelled('other members:')(value, type)
      : undefined,
  patternProperties: spelled('members by pattern:'),
  propertyNames: spelled('member names:'),
  not: spelled('not'),
  if: spelled('if'),
  // biome-ignore lint/suspicious/noThenProperty: the name of a JSON Schema keyword, looked up and never awaited.
  then: spelled('then'),
  else: spelled('else'),
  contains: spelled('contains'),
  dependentRequired: spelled('members that need others:'),
  anyOf: anyBranch,
  oneOf: anyBranch,
};

/** Gemini names the values of strings only. */
function valueNotes(values: readonly unknown[], type: string | undefined): readonly string[] {
  if (type === 'string') {
    return values.includes('') ? ['may be empty'] : [];
  }
  const list = values.filter((value) => value !== null && typeof value === typeOfJson(type));
  const json = list.map(jsonOf).join(', ');
  if (list.length === 0 || json.length > maxJsonLength) {
    return [];
  }
  return [list.length === 1 ? `always ${json}` : `one of ${json}`];
}

function typeOfJson(type: string | undefined): string | undefined {
  return type === 'integer' ? 'number' : type;
}
