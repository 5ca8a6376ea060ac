import { schemaNotes } from './geminiSchemaNotes';
import { createScope, flatten, type SchemaScope, typesOf, valuesOf } from './geminiSchemaShape';
import { arrayAt, countAt, isObject, type JsonObject, objectAt, stringAt, without } from './json';

/**
 * A tool's input schema in the part of OpenAPI that Gemini takes. What it has no member for moves into the descriptions,
 * where the model reads it just as well; the client checks the input anyway. Undefined for a tool without arguments, since
 * Gemini refuses an object without properties there.
 */
export function geminiSchema(schema: JsonObject): JsonObject | undefined {
  const flat = flatten(schema, createScope(schema));
  const converted = convertObject(mergeUnion(flat.schema, flat.scope), flat.scope);
  return converted['properties'] === undefined ? undefined : converted;
}

/** The members of every branch, for a union of objects at the top, which must be one object. */
function mergeUnion(schema: JsonObject, scope: SchemaScope): JsonObject {
  const branches = [...arrayAt(schema, 'anyOf'), ...arrayAt(schema, 'oneOf')]
    .filter(isObject)
    .map((branch) => flatten(branch, scope).schema);
  const members = branches.map((branch) => objectAt(branch, 'properties') ?? {});
  if (!members.some((properties) => Object.keys(properties).length > 0)) {
    return schema;
  }
  const required = arrayAt(branches[0], 'required').filter((name) =>
    branches.every((branch) => arrayAt(branch, 'required').includes(name)),
  );
  const own = objectAt(schema, 'properties') ?? {};
  return {
    ...without(schema, ['anyOf', 'oneOf']),
    properties: Object.fromEntries([...members, own].flatMap((map) => Object.entries(map))),
    required: [...arrayAt(schema, 'required'), ...required],
  };
}

function convert(value: unknown, outer: SchemaScope): JsonObject {
  if (!isObject(value)) {
    return anything(undefined);
  }
  const { schema, scope, isCut } = flatten(value, outer);
  const description = stringAt(schema, 'description');
  if (isCut) {
    return { type: 'object', description };
  }
  const { types, isNullable } = typesOf(schema);
  const nullable = isNullable ? true : undefined;
  const branches = [...arrayAt(schema, 'anyOf'), ...arrayAt(schema, 'oneOf')];
  if (types.length === 0 && branches.length > 0) {
    return { ...union(branches, schema, scope), ...(nullable && { nullable }) };
  }
  const [type] = types;
  if (type === undefined) {
    return { ...anything(describe(schema, undefined)), nullable };
  }
  if (types.length > 1) {
    // One branch per type, each with the members that mean something for it.
    const anyOf = types.map((one) => convertAs(one, { ...schema, description: undefined }, scope));
    return { anyOf, description, nullable };
  }
  return { ...convertAs(type, schema, scope), nullable };
}

/** A value of which nothing is known; without any type Vertex refuses the whole request. */
function anything(description: string | undefined): JsonObject {
  const scalars = [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, { type: 'object' }];
  return { anyOf: [...scalars, { type: 'array', items: { anyOf: scalars } }], description };
}

function union(branches: readonly unknown[], schema: JsonObject, scope: SchemaScope): JsonObject {
  const isNull = (branch: unknown) => isObject(branch) && branch['type'] === 'null';
  const others = branches.filter((branch) => !isNull(branch));
  const nullable = others.length < branches.length ? true : undefined;
  const description = describe(schema, undefined);
  const [only] = others;
  if (others.length <= 1) {
    const converted = isObject(only) ? convert(only, scope) : { type: 'string' };
    const inner = stringAt(converted, 'description');
    const text = [description, inner].filter(Boolean).join(' ');
    return { ...converted, description: text || undefined, ...(nullable && { nullable }) };
  }
  return { anyOf: others.map((branch) => convert(branch, scope)), description, nullable };
}

function describe(schema: JsonObject, type: string | undefined): string | undefined {
  const notes = schemaNotes(schema, type);
  const text = [schema['description'], notes.length > 0 && `(${notes.join(', ')})`];
  return text.filter((piece) => typeof piece === 'string' && piece !== '').join(' ') || undefined;
}

function convertAs(type: string, schema: JsonObject, scope: SchemaScope): JsonObject {
  switch (type) {
    case 'object':
      return convertObject(schema, scope);
    case 'array':
      return convertArray(schema, scope);
    case 'string': {
      // Empty strings are refused.
      const texts = valuesOf(schema).filter((item) => typeof item === 'string' && item !== '');
      const format = stringAt(schema, 'format');
      return {
        type,
        description: describe(schema, type),
        format: format === 'date-time' ? format : undefined,
        enum: texts.length === 0 ? undefined : [...new Set(texts)],
      };
    }
    default:
      return { type, description: describe(schema, type) };
  }
}

function convertArray(schema: JsonObject, scope: SchemaScope): JsonObject {
  const places = [...arrayAt(schema, 'prefixItems'), ...arrayAt(schema, 'items')];
  // A list without `items` is refused.
  const items = places.length > 0 ? { anyOf: places } : schema['items'];
  return {
    type: 'array',
    description: describe(schema, 'array'),
    items: convert(items, scope),
    minItems: countAt(schema, 'minItems'),
    maxItems: countAt(schema, 'maxItems'),
  };
}

function convertObject(schema: JsonObject, scope: SchemaScope): JsonObject {
  const own = Object.entries(objectAt(schema, 'properties') ?? {});
  const properties = Object.fromEntries(own.map(([name, item]) => [name, convert(item, scope)]));
  // A name in `required` without a property is refused.
  const required = [...new Set(arrayAt(schema, 'required'))].filter(
    (name) => typeof name === 'string' && Object.hasOwn(properties, name),
  );
  return {
    type: 'object',
    description: describe(schema, 'object'),
    properties: own.length === 0 ? undefined : properties,
    required: required.length === 0 ? undefined : required,
  };
}
