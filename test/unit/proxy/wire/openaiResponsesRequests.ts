import assert from 'node:assert/strict';
import { type JsonObject, stringAt } from '../../../../src/proxy/wire/json';
import { arrayOf, type encode, encodedBody, objectOf } from './requests';

export const format = 'openai-responses';
export type Overrides = Parameters<typeof encode>[2];

/** The input items of an encoded request. */
export function itemsOf(rawBody: string, overrides: Overrides = {}): readonly JsonObject[] {
  return arrayOf(encodedBody(format, rawBody, overrides)['input']).map(objectOf);
}

/** Type of each item, and the role of messages. */
export function kindsOf(items: readonly JsonObject[]): readonly string[] {
  return items.map((item) => stringAt(item, 'role') ?? stringAt(item, 'type') ?? '');
}

/** Every output stands behind its call, every call has one, and no reasoning stands alone. */
export function assertPaired(items: readonly JsonObject[]): void {
  const called: unknown[] = [];
  const answered: unknown[] = [];
  for (const [index, item] of items.entries()) {
    if (item['type'] === 'function_call') {
      assert.ok(!called.includes(item['call_id']), 'two calls with one id');
      called.push(item['call_id']);
    } else if (item['type'] === 'function_call_output') {
      assert.equal(item['call_id'], called[answered.length]);
      answered.push(item['call_id']);
    } else if (item['type'] === 'reasoning') {
      const next = kindsOf(items.slice(index + 1, index + 2))[0];
      assert.ok(next !== undefined && ['assistant', 'function_call', 'reasoning'].includes(next));
    } else if (item['role'] !== 'assistant') {
      assert.deepEqual(answered, called, 'something between a call and its output');
    }
  }
  assert.deepEqual(answered, called);
}
