import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { WireFormat } from '../../../../src/proxy/types';
import {
  type MessagesRequest,
  parseMessagesRequest,
  readMessagesRequest,
} from '../../../../src/proxy/wire/anthropicRequest';
import { createBodyMemory } from '../../../../src/proxy/wire/bodyMemory';
import type { ClientCodec } from '../../../../src/proxy/wire/clients';
import type { EncodedRequest, EncodeInput } from '../../../../src/proxy/wire/formats';
import { isObject, type JsonObject, parseJson } from '../../../../src/proxy/wire/json';
import { codecOf } from './replay';

/** The JSON text of a recorded request's body. */
export function fixtureBody(name: string): string {
  return JSON.stringify(fixture(name)['body']);
}

/** The recorded requests that every format's own suite takes; some take more. */
export const recordedNames = [
  'first-turn',
  'tool-result',
  'parallel-tools',
  'tool-error',
  'tool-reference',
  'image-in-tool-result',
  'image-from-user',
  'compaction',
  'long-conversation',
  'auto-mode-safeguards',
  'unsigned-thinking',
  'openai-style-ids',
  'qwen-tool-result',
  'opencode-tools',
  'subagent',
  'classifier',
] as const;

/** What only Anthropic understands, or may see. */
export const anthropicWords = [
  'x-anthropic-billing-header',
  'cache_control',
  'classifier_context',
  'device_id',
  'tool_reference',
  'defer_loading',
] as const;

/** A recorded request: `body`, `headers` and what it shows. */
export function fixture(name: string): JsonObject {
  const path = join(__dirname, '../../../fixtures/requests', `${name}.json`);
  return objectOf(parseJson(readFileSync(path, 'utf8')));
}

export function objectOf(value: unknown): JsonObject {
  assert.ok(isObject(value), `not an object: ${JSON.stringify(value)}`);
  return value;
}

export function arrayOf(value: unknown): readonly unknown[] {
  assert.ok(Array.isArray(value), `not an array: ${JSON.stringify(value)}`);
  return value;
}

export function parsed(text: string): MessagesRequest {
  const result = parseMessagesRequest(text);
  assert.ok(result.ok, result.ok ? '' : result.message);
  return result.request;
}

/** What a client's codec makes of a request. */
export function readBy(codec: ClientCodec, text: string) {
  const read = codec.readRequest(Buffer.from(text));
  return read.ok ? ({ ok: true, messagesText: read.messages.toString('utf8') } as const) : read;
}

export type Overrides = Partial<Omit<EncodeInput, 'request'>>;

export type EncodedText = Omit<EncodedRequest, 'body'> & { readonly body: string };

/**
 * Encodes a client's JSON text for an upstream; without overrides, for an unknown model of another vendor. Behind an earlier
 * turn of the same conversation it must become the same.
 */
export function encode(format: WireFormat, text: string, overrides: Overrides = {}): EncodedText {
  const fresh = encodeRequest(format, parsed(text), overrides);
  const memory = createBodyMemory({ maxBytes: 2 ** 24, maxBodies: 2, leastBytes: 0 });
  const turns = [text, `${text} `].map((turn) =>
    readMessagesRequest(memory.read(Buffer.from(turn))),
  );
  for (const turn of turns) {
    assert.ok(turn.ok);
    assert.deepEqual(encodeRequest(format, turn.request, overrides), fresh);
  }
  return fresh;
}

/** Encodes a request that was read before, maybe for another upstream. */
export function encodeRequest(
  format: WireFormat,
  request: MessagesRequest,
  overrides: Overrides = {},
): EncodedText {
  const encoded = codecOf(format).encodeRequest({
    request,
    model: 'some-model',
    facts: {},
    parameters: {},
    stream: request.stream,
    sessionId: 'session',
    isAnthropic: false,
    maxTokensField: 'max_tokens',
    anthropicVersion: '2026-10-21',
    anthropicBeta: undefined,
    ...overrides,
  });
  return { ...encoded, body: Buffer.from(encoded.body).toString('utf8') };
}

/** The encoded body, parsed. */
export function encodedBody(...parameters: Parameters<typeof encode>): JsonObject {
  return objectOf(parseJson(encode(...parameters).body));
}

/** A small client request with these members. */
export function bodyWith(members: JsonObject): string {
  const messages = [{ role: 'user', content: 'Hi' }];
  return JSON.stringify({ model: 'claude', max_tokens: 1000, messages, ...members });
}
