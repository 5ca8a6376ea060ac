import assert from 'node:assert/strict';
import { geminiSchema } from '../../../../src/proxy/wire/geminiSchema';
import { type JsonObject, objectAt } from '../../../../src/proxy/wire/json';
import { assertLegalSchema } from './geminiRequests';

/** What becomes of one property. */
function converted(property: unknown, root: JsonObject = {}): unknown {
  const schema = geminiSchema({ type: 'object', properties: { x: property }, ...root });
  assertLegalSchema(schema);
  const json: unknown = JSON.parse(JSON.stringify(schema));
  return objectAt(json, 'properties')?.['x'];
}

describe('pitfall 55: a tool’s schema for Gemini', () => {
  it('moves what Gemini does not know into the description', () => {
    assert.deepEqual(
      converted({
        type: 'integer',
        description: 'How many',
        minimum: 1,
        exclusiveMaximum: 9,
        maximum: 9007199254740991,
        default: 3,
        title: 'Count',
        $comment: 'no',
      }),
      { type: 'integer', description: 'How many (at least 1, less than 9, default 3)' },
    );
    assert.deepEqual(
      converted({ type: 'string', minLength: 1, maxLength: 5, pattern: '^a', format: 'uri' }),
      {
        type: 'string',
        description: '(at least 1 characters, at most 5 characters, matches ^a, format uri)',
      },
    );
    assert.deepEqual(converted({ type: 'string', format: 'date-time' }), {
      type: 'string',
      format: 'date-time',
    });
    assert.deepEqual(
      converted({ type: 'object', additionalProperties: { type: 'string' }, propertyNames: {} }),
      { type: 'object', description: '(other members: {"type":"string"}, member names: {})' },
    );
    assert.deepEqual(converted({ type: 'object', additionalProperties: false }), {
      type: 'object',
    });
  });

  it('names the values of strings only, and none that is empty', () => {
    assert.deepEqual(converted({ enum: ['a', 'b', ''] }), {
      type: 'string',
      description: '(may be empty)',
      enum: ['a', 'b'],
    });
    assert.deepEqual(converted({ const: 'a' }), { type: 'string', enum: ['a'] });
    assert.deepEqual(converted({ type: 'integer', enum: [1, 2] }), {
      type: 'integer',
      description: '(one of 1, 2)',
    });
    assert.deepEqual(converted({ const: true }), { type: 'boolean', description: '(always true)' });
    assert.deepEqual(converted({ enum: ['a', null] }), {
      type: 'string',
      enum: ['a'],
      nullable: true,
    });
  });

  it('makes lists of types branches, with the members that mean something for each', () => {
    assert.deepEqual(converted({ type: ['string', 'null'], description: 'D' }), {
      type: 'string',
      description: 'D',
      nullable: true,
    });
    const property = {
      type: ['object', 'array', 'null'],
      properties: { a: { type: 'string' } },
      items: { type: 'number' },
    };
    assert.deepEqual(converted(property), {
      anyOf: [
        { type: 'array', items: { type: 'number' } },
        { type: 'object', properties: { a: { type: 'string' } } },
      ],
      nullable: true,
    });
  });

  it('keeps unions, without their null', () => {
    const text = { type: 'string' };
    const number = { type: 'number', maximum: 5 };
    assert.deepEqual(converted({ anyOf: [text, { type: 'null' }], description: 'D' }), {
      type: 'string',
      description: 'D',
      nullable: true,
    });
    assert.deepEqual(converted({ oneOf: [text, number, { type: 'null' }] }), {
      anyOf: [text, { type: 'number', description: '(at most 5)' }],
      nullable: true,
    });
  });

  it('gives every value a type and every list its items', () => {
    assert.deepEqual(
      converted({ type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } }),
      {
        type: 'array',
        description: '(no duplicates)',
        items: { type: 'string' },
        minItems: 1,
      },
    );
    for (const unknown of [{}, true, { description: 'Any' }, { type: 'array' }, { items: {} }, 7]) {
      assert.ok(converted(unknown) !== undefined);
    }
    assert.deepEqual(converted({ prefixItems: [{ type: 'string' }, { type: 'number' }] }), {
      type: 'array',
      items: { anyOf: [{ type: 'string' }, { type: 'number' }] },
    });
  });

  it('resolves local references and folds what belongs together', () => {
    const $defs = {
      Point: { type: 'object', properties: { a: { type: 'number' } }, required: ['a', 'gone'] },
      Tree: {
        type: 'object',
        properties: { leaf: { type: 'string' }, next: { $ref: '#/$defs/Tree' } },
      },
    };
    const point = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
    assert.deepEqual(converted({ $ref: '#/$defs/Point', description: 'D' }, { $defs }), {
      ...point,
      description: 'D',
    });
    assert.deepEqual(converted({ $ref: '#/$defs/Tree' }, { $defs }), {
      type: 'object',
      properties: {
        leaf: { type: 'string' },
        next: { type: 'object', description: '(same form as Tree)' },
      },
    });
    assert.deepEqual(converted({ $ref: 'https://example.com/x' }), {
      type: 'object',
      description: '(same form as x)',
    });
    const more = { properties: { b: { type: 'string' } }, required: ['b'] };
    assert.deepEqual(converted({ allOf: [{ $ref: '#/$defs/Point' }, more] }, { $defs }), {
      type: 'object',
      properties: { a: { type: 'number' }, b: { type: 'string' } },
      required: ['a', 'b'],
    });
  });

  it('makes one object of a union at the top', () => {
    const branch = (name: string) => ({
      type: 'object',
      properties: { kind: { const: name }, [name]: { type: 'string' } },
      required: ['kind', name],
    });
    const schema = geminiSchema({ anyOf: [branch('a'), branch('b')] });
    assertLegalSchema(schema);
    assert.deepEqual(schema?.['required'], ['kind']);
    assert.deepEqual(Object.keys(objectAt(schema, 'properties') ?? {}), ['kind', 'a', 'b']);
  });

  it('takes properties that are named like keywords for properties', () => {
    const properties = { $ref: { type: 'string' }, minimum: { type: 'number' }, type: {} };
    const schema = geminiSchema({ type: 'object', properties, required: ['type', 'toString'] });
    assertLegalSchema(schema);
    assert.deepEqual(Object.keys(objectAt(schema, 'properties') ?? {}), [
      '$ref',
      'minimum',
      'type',
    ]);
    assert.deepEqual(schema?.['required'], ['type']);
  });

  it('ends for schemas that would grow without end', () => {
    const level = (next: string) => ({ allOf: [{ $ref: next }, { $ref: next }, { $ref: next }] });
    const names = Array.from({ length: 30 }, (_, index) => `L${index}`);
    const $defs = Object.fromEntries(names.map((name, i) => [name, level(`#/$defs/L${i + 1}`)]));
    assert.ok(geminiSchema({ properties: { x: { $ref: '#/$defs/L0' } }, $defs }) !== undefined);
    const wide = (next: string) => ({
      type: 'object',
      properties: { a: { $ref: next }, b: { $ref: next }, c: { $ref: next } },
    });
    const tree = Object.fromEntries(names.map((name, i) => [name, wide(`#/$defs/L${i + 1}`)]));
    const schema = geminiSchema({ properties: { x: { $ref: '#/$defs/L0' } }, $defs: tree });
    assert.ok(JSON.stringify(schema).length < 500_000);
    let deep: JsonObject = {};
    for (let depth = 0; depth < 500; depth += 1) {
      deep = { type: 'array', items: deep };
    }
    assertLegalSchema(geminiSchema({ properties: { deep } }));
  });

  it('gives nothing for a tool without arguments', () => {
    for (const schema of [{}, { type: 'object' }, { type: 'object', properties: {} }]) {
      assert.equal(geminiSchema(schema), undefined);
    }
  });
});
