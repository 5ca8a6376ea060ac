import { isObject, type JsonObject } from './json';

/** Bounds that some hosts refuse in tool schemas (Console Go's DeepSeek: anomalyco/opencode#43371). */
export const bounds = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
} as const;

/**
 * A tool's input schema for function calling: an object schema with `properties`, without numeric bounds. Bounds that mean
 * something move into the description, where the model reads them just as well; the client checks the input anyway.
 */
export function functionSchema(schema: JsonObject): JsonObject {
  const cleaned = cleanSchema(schema);
  return {
    ...cleaned,
    type: 'object',
    properties: isObject(cleaned['properties']) ? cleaned['properties'] : {},
  };
}

function cleanSchema(schema: JsonObject): JsonObject {
  const entries: [string, unknown][] = [];
  const notes: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (isBound(key)) {
      // Claude Code writes the limits of JavaScript's numbers, which say nothing.
      const saysSomething = typeof value === 'number' && Math.abs(value) < Number.MAX_SAFE_INTEGER;
      notes.push(...(saysSomething ? [`${bounds[key]} ${value}`] : []));
    } else {
      entries.push([key, cleanMember(key, value)]);
    }
  }
  if (notes.length === 0) {
    return Object.fromEntries(entries);
  }
  const description = [schema['description'], `(${notes.join(', ')})`].filter(Boolean).join(' ');
  return { ...Object.fromEntries(entries), description };
}

function isBound(key: string): key is keyof typeof bounds {
  return Object.hasOwn(bounds, key);
}

/** Members whose values are named schemas, so that a property called `minimum` is not taken for a bound. */
const mapMembers: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
]);
/** Members whose values are data and not schemas. */
const dataMembers: ReadonlySet<string> = new Set([
  'enum',
  'const',
  'default',
  'examples',
  'required',
]);

function cleanMember(key: string, value: unknown): unknown {
  if (dataMembers.has(key)) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map((item: unknown) => (isObject(item) ? cleanSchema(item) : item));
  }
  if (!isObject(value)) {
    return value;
  }
  if (!mapMembers.has(key)) {
    return cleanSchema(value);
  }
  const named = Object.entries(value);
  return Object.fromEntries(
    named.map(([name, item]) => [name, isObject(item) ? cleanSchema(item) : item]),
  );
}
