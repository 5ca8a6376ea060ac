import { arrayAt, isObject, type JsonObject, objectAt, stringAt, without } from './json';

export interface SchemaScope {
  /** What `#` means in a reference. */
  readonly root: JsonObject;
  /** What led here: a reference, or '' for a step into a schema. */
  readonly levels: readonly string[];
  /** Shared by the whole schema. */
  readonly budget: { nodes: number };
}

/** Definitions that refer to each other would otherwise grow without end. */
const maxNodes = 4000;
const maxLevels = 24;

export function createScope(root: JsonObject): SchemaScope {
  return { root, levels: [], budget: { nodes: maxNodes } };
}

export interface Flat {
  readonly schema: JsonObject;
  /** For what is inside the schema. */
  readonly scope: SchemaScope;
  /** The schema refers to itself, or has grown too large to be told in full. */
  readonly isCut: boolean;
}

/** The schema with its reference resolved and its `allOf` folded in. */
export function flatten(schema: JsonObject, scope: SchemaScope): Flat {
  const inner = { ...scope, levels: [...scope.levels, ''] };
  scope.budget.nodes -= 1;
  if (scope.budget.nodes < 0 || scope.levels.length > maxLevels) {
    return { schema, scope: inner, isCut: true };
  }
  const reference = stringAt(schema, '$ref');
  if (reference !== undefined) {
    const rest = without(schema, ['$ref']);
    const target = resolve(scope.root, reference);
    if (target === undefined || scope.levels.includes(reference)) {
      const name = reference.split('/').at(-1);
      const text = [stringAt(schema, 'description'), `(same form as ${name})`];
      const description = text.filter(Boolean).join(' ');
      return { schema: { ...rest, description }, scope: inner, isCut: true };
    }
    return flatten({ ...target, ...rest }, { ...scope, levels: [...scope.levels, reference] });
  }
  const pieces = arrayAt(schema, 'allOf').filter(isObject);
  const flat = pieces.map((piece) => flatten(piece, inner).schema);
  const own = pieces.length === 0 ? schema : without(schema, ['allOf']);
  return {
    schema: flat.length === 0 ? own : [...flat, own].reduce(merge, {}),
    scope: inner,
    isCut: false,
  };
}

function merge(left: JsonObject, right: JsonObject): JsonObject {
  const properties = { ...objectAt(left, 'properties'), ...objectAt(right, 'properties') };
  const required = [...arrayAt(left, 'required'), ...arrayAt(right, 'required')];
  return {
    ...left,
    ...right,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}

/** What a local reference (`#/$defs/x`) names. */
function resolve(root: JsonObject, reference: string): JsonObject | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) {
    return undefined;
  }
  let value: unknown = root;
  for (const part of reference.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return isObject(value) ? value : undefined;
}

const knownTypes = ['string', 'number', 'integer', 'boolean', 'array', 'object'];

/** The types that a schema allows, inferred where it names none; empty when nothing is known. */
export function typesOf(schema: JsonObject): {
  readonly types: readonly string[];
  readonly isNullable: boolean;
} {
  const named = typeof schema['type'] === 'string' ? [schema['type']] : arrayAt(schema, 'type');
  const isNullable = named.includes('null') || schema['nullable'] === true;
  const types = knownTypes.filter((type) => named.includes(type));
  if (types.length > 0) {
    return { types, isNullable };
  }
  const values = valuesOf(schema);
  return { types: inferTypes(schema, values), isNullable: isNullable || values.includes(null) };
}

/** The values that a schema allows by name, empty when it allows others. */
export function valuesOf(schema: JsonObject): readonly unknown[] {
  return schema['const'] === undefined ? arrayAt(schema, 'enum') : [schema['const']];
}

function inferTypes(schema: JsonObject, values: readonly unknown[]): readonly string[] {
  if (values.length > 0) {
    const found = new Set<string>(values.map((value) => typeof value));
    return ['string', 'number', 'boolean'].filter((type) => found.has(type));
  }
  if (isObject(schema['properties'])) {
    return ['object'];
  }
  const isList = schema['items'] !== undefined || schema['prefixItems'] !== undefined;
  return isList ? ['array'] : [];
}
