import assert from 'node:assert/strict';
import { arrayAt, type JsonObject, stringAt } from '../../../../src/proxy/wire/json';
import { arrayOf, type encode, encodedBody, objectOf } from './requests';

export const format = 'openai-chat';
export type Overrides = Parameters<typeof encode>[2];

export function messagesOf(rawBody: string, overrides: Overrides = {}): readonly JsonObject[] {
  return arrayOf(encodedBody(format, rawBody, overrides)['messages']).map(objectOf);
}

export function rolesOf(messages: readonly JsonObject[]): readonly unknown[] {
  return messages.map((message) => message['role']);
}

/** Every tool message stands behind its call, and every call has one. */
export function assertPaired(messages: readonly JsonObject[]): void {
  let waiting: readonly unknown[] = [];
  for (const message of messages) {
    if (message['role'] === 'tool') {
      assert.equal(message['tool_call_id'], waiting[0]);
      waiting = waiting.slice(1);
    } else {
      assert.deepEqual(waiting, []);
      waiting = arrayAt(message, 'tool_calls').map((call) => stringAt(call, 'id'));
    }
  }
  assert.deepEqual(waiting, []);
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
