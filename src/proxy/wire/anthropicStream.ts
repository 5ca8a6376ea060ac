import { usageMembers } from './anthropic';
import { createAnthropicDecoder } from './anthropicDecoder';
import { isObject, objectAt, parseJson, stringAt } from './json';
import { createSseParser, type SseFrame } from './sse';
import type { StreamError, StreamEvent, StreamStep } from './streamEvent';
import { noUsage } from './streamEvent';

export async function* decodeAnthropicStream(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<StreamStep> {}
export function decodeAnthropicMessage(body: unknown): readonly StreamEvent[] { return []; }
