import { type Phrase, phrase } from '../phrase';
import { createAnthropicDecoder } from './anthropicDecoder';
import { isSoundUsage } from './anthropicUsage';
import { arrayAt, isObject, type JsonObject, objectAt, stringAt } from './json';
import { createFrameReader, type FrameBatch } from './sseFrames';
import type { StreamDecoder } from './streamDecoder';
import { bodyError, malformed } from './streamErrors';
import type { StreamEvent, StreamStep } from './streamEvent';

/**
 * Observes an Anthropic stream. Each step carries whole frames as they came; only a frame that would break clients is
 * mended. Error frames, `[DONE]` and everything after `message_stop` (a gateway's ping with the cost) are not passed on.
 */
export function createAnthropicStreamDecoder(): StreamDecoder {
  return new PassingDecoder();
}

class PassingDecoder implements StreamDecoder {
  readonly #reader = createFrameReader();
  readonly #decoder = createAnthropicDecoder();

  push(chunk: Uint8Array): StreamStep | undefined {
    return this.#read(this.#reader.push(chunk));
  }

  end(): StreamStep | undefined {
    return this.#read(this.#reader.end());
  }

  breakOff(): undefined {
    return undefined;
  }

  #read({ frames, error }: FrameBatch): StreamStep | undefined {
    const events: StreamEvent[] = [];
    const parts: Uint8Array[] = [];
    const decoder = this.#decoder;
    for (const frame of frames) {
      const read = decoder.read(frame);
      for (const event of read.events) {
        events.push(event);
      }
      if (read.bytes !== undefined) {
        parts.push(read.bytes);
      }
      if (decoder.isFinished) {
        break;
      }
    }
    if (error !== undefined && !decoder.isFinished) {
      events.push({ type: 'error', error });
    }
    if (parts.length > 0) {
      return { events, bytes: joined(parts) };
    }
    return events.length > 0 ? { events } : undefined;
  }
}

/** Without a copy where they lie one behind the other, as frames of one chunk do. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first === undefined) {
    return new Uint8Array();
  }
  let end = first.byteOffset;
  for (const part of parts) {
    if (part.buffer !== first.buffer || part.byteOffset !== end) {
      return Buffer.concat(parts);
    }
    end += part.byteLength;
  }
  return Buffer.from(first.buffer, first.byteOffset, end - first.byteOffset);
}

/** The events of a whole Messages answer, by way of the frames that a stream would have had. */
export function decodeAnthropicMessage(body: unknown): readonly StreamEvent[] {
  if (!isObject(body) || body['type'] !== 'message' || !Array.isArray(body['content'])) {
    return [{ type: 'error', error: bodyError(body) }];
  }
  const problem = toolCalls(body)
    .map(problemOf)
    .find((found) => found !== undefined);
  if (problem !== undefined) {
    return [{ type: 'error', error: malformed(problem, '') }];
  }
  const decoder = createAnthropicDecoder();
  const { stop_reason, stop_sequence, usage } = body;
  return [
    ...decoder.observe('message_start', { message: body }),
    ...arrayAt(body, 'content').flatMap((block) => [
      ...decoder.observe('content_block_start', { content_block: block }),
      ...decoder.observe('content_block_stop', {}),
    ]),
    ...decoder.observe('message_delta', { delta: { stop_reason, stop_sequence }, usage }),
    ...decoder.observe('message_stop', {}),
  ];
}

/**
 * True for a whole answer that may go to a client as it came. Clients crash on one without usage numbers or with a tool call
 * without an id, and hang on one without a stop reason: such a one is written anew.
 */
export function canPassWhole(body: unknown): boolean {
  return (
    isSoundUsage(objectAt(body, 'usage')) &&
    stringAt(body, 'stop_reason') !== undefined &&
    toolCalls(body).every((call) => Boolean(stringAt(call, 'id')))
  );
}

function toolCalls(body: unknown): readonly JsonObject[] {
  return arrayAt(body, 'content').filter(
    (block): block is JsonObject => isObject(block) && block['type'] === 'tool_use',
  );
}

function problemOf(call: JsonObject): Phrase | undefined {
  if (!stringAt(call, 'name')) {
    return phrase('a tool call has no name');
  }
  // Taken for an empty input, it would let a tool run on less than the model said.
  return isObject(call['input'] ?? {})
    ? undefined
    : phrase('the input of a tool call is no object');
}
