import { decodeFrames } from './decodeFrames';
import type { ToolNames, UpstreamCodec } from './formats';
import { createGeminiDecoder } from './geminiDecoder';
import { encodeGeminiRequest } from './geminiRequest';
import { createGrowingBuffer } from './growingBuffer';
import { parseJson } from './json';
import { malformed } from './streamErrors';
import type { StreamEvent, StreamStep } from './streamEvent';

/** Google's `generateContent`, at Google itself or at a gateway. */
export const gemini: UpstreamCodec = {
  format: 'gemini',
  path(model, stream) {
    const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
    // Through bytes: half a character, which a client may well ask for, has no percent-encoding.
    return `/models/${encodeURIComponent(Buffer.from(model).toString())}:${method}`;
  },
  encodeRequest: encodeGeminiRequest,
  decodeStream,
  decodeMessage,
};

async function* decodeStream(
  bytes: AsyncIterable<Uint8Array>,
  model: string,
  toolNames: ToolNames = new Map(),
): AsyncGenerator<StreamStep> {
  const { isArray, chunks } = await sniffArray(bytes);
  if (isArray) {
    yield { events: await decodeArray(chunks, model, toolNames) };
  } else {
    yield* decodeFrames(chunks, createGeminiDecoder(model, toolNames));
  }
}

function decodeMessage(
  body: unknown,
  model: string,
  toolNames: ToolNames = new Map(),
): readonly StreamEvent[] {
  return createGeminiDecoder(model, toolNames).readWhole(body);
}

/**
 * A gateway that drops `alt=sse` gets Google's other form of a stream, an array of the same responses, and so does whoever
 * is refused there. No event stream begins with a bracket.
 */
async function sniffArray(bytes: AsyncIterable<Uint8Array>): Promise<{
  readonly isArray: boolean;
  readonly chunks: AsyncGenerator<Uint8Array>;
}> {
  const iterator = bytes[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  for (;;) {
    const next = await iterator.next();
    if (next.done === true) {
      return { isArray: false, chunks: rejoin(held, iterator) };
    }
    held.push(next.value);
    const start = Buffer.from(next.value).toString('latin1').trimStart();
    if (start !== '') {
      return { isArray: start.startsWith('['), chunks: rejoin(held, iterator) };
    }
  }
}

async function* rejoin(
  held: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** As much as one event of a stream may hold. */
const maxArrayBytes = 16 * 1024 * 1024;

async function decodeArray(
  bytes: AsyncIterable<Uint8Array>,
  model: string,
  toolNames: ToolNames,
): Promise<readonly StreamEvent[]> {
  const read = createGrowingBuffer();
  for await (const chunk of bytes) {
    read.add(chunk);
    if (read.size > maxArrayBytes) {
      break;
    }
  }
  const text = read.text();
  const body = read.size > maxArrayBytes ? undefined : parseJson(text);
  return body === undefined
    ? [{ type: 'error', error: malformed('the answer is not an event stream', text) }]
    : decodeMessage(body, model, toolNames);
}
