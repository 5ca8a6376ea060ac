import assert from 'node:assert/strict';
import { arrayAt, isObject, type JsonObject, objectAt } from '../../../../src/proxy/wire/json';
import { arrayOf, type encode, encodedBody, objectOf } from './requests';

export const format = 'gemini';
export type Overrides = Parameters<typeof encode>[2];

export function contentsOf(rawBody: string, overrides: Overrides = {}): readonly JsonObject[] {
  return arrayOf(encodedBody(format, rawBody, overrides)['contents']).map(objectOf);
}

export function partsOf(content: JsonObject | undefined): readonly JsonObject[] {
  return arrayAt(content, 'parts').map(objectOf);
}

/** The declarations of a body, by name. */
export function declarationsOf(body: JsonObject): ReadonlyMap<unknown, JsonObject> {
  const tools = arrayAt(body, 'tools').flatMap((tool) => arrayAt(tool, 'functionDeclarations'));
  return new Map(tools.map(objectOf).map((tool) => [tool['name'], tool]));
}

/** Roles alternate from the user on; every call has one response, in order, at the head of the next content. */
export function assertWellFormed(contents: readonly JsonObject[]): void {
  let waiting: readonly (readonly unknown[])[] = [];
  for (const [index, content] of contents.entries()) {
    assert.equal(content['role'], index % 2 === 0 ? 'user' : 'model');
    const parts = partsOf(content);
    assert.ok(parts.length > 0);
    assert.ok(!parts.some((part) => part['text'] === ''));
    const responses = membersAt(parts, 'functionResponse');
    assert.deepEqual(responses.map(identity), waiting);
    assert.ok(parts.slice(0, waiting.length).every((part) => 'functionResponse' in part));
    assert.ok(responses.every((response) => isObject(response['response'])));
    const calls = parts.filter((part) => 'functionCall' in part);
    assert.ok(calls.length === 0 || typeof calls[0]?.['thoughtSignature'] === 'string');
    waiting = membersAt(calls, 'functionCall').map(identity);
  }
  assert.deepEqual(waiting, []);
}

function membersAt(parts: readonly JsonObject[], key: string): readonly JsonObject[] {
  return parts.filter((part) => key in part).map((part) => objectOf(part[key]));
}

function identity(call: JsonObject): readonly unknown[] {
  return [call['id'], call['name']];
}

const schemaMembers: ReadonlySet<string> = new Set([
  'type',
  'format',
  'description',
  'nullable',
  'enum',
  'items',
  'properties',
  'required',
  'minItems',
  'maxItems',
  'anyOf',
]);

/** Nothing but what Gemini's schema knows, and none of what it refuses. */
export function assertLegalSchema(value: unknown, path = 'schema'): void {
  const schema = objectOf(value);
  for (const key of Object.keys(schema)) {
    assert.ok(schemaMembers.has(key), `${path}.${key}`);
  }
  const type = schema['type'];
  assert.ok(type === undefined ? 'anyOf' in schema : typeof type === 'string', `${path}.type`);
  assert.ok(type !== 'array' || 'items' in schema, `${path}.items`);
  assert.ok(!('properties' in schema) || type === 'object', `${path}.properties`);
  const names = Object.keys(objectAt(schema, 'properties') ?? { none: 1 });
  assert.ok(names.length > 0, `${path} has no properties`);
  assert.ok(
    arrayAt(schema, 'required').every((name) => names.includes(String(name))),
    path,
  );
  assert.ok(arrayAt(schema, 'enum').every((item) => typeof item === 'string' && item !== ''));
  assert.ok(!('enum' in schema) || type === 'string', `${path}.enum`);
  for (const [name, inner] of Object.entries(objectAt(schema, 'properties') ?? {})) {
    assertLegalSchema(inner, `${path}.${name}`);
  }
  for (const inner of [
    ...arrayAt(schema, 'anyOf'),
    ...('items' in schema ? [schema['items']] : []),
  ]) {
    assertLegalSchema(inner, `${path}[]`);
  }
}

export const toolUse = (id: string, name = 'Bash') => ({
  type: 'tool_use',
  id,
  name,
  input: { a: 1 },
});
export const toolResult = (id: string, content: unknown, more: JsonObject = {}) => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...more,
});
