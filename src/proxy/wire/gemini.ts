import { phrase } from '../phrase';
import type { ToolNames, UpstreamCodec } from './formats';
import { createFramesDecoder } from './framesDecoder';
import { createGeminiDecoder } from './geminiDecoder';
import { encodeGeminiRequest } from './geminiRequest';
import { createGrowingBuffer } from './growingBuffer';
import { parseJson } from './json';
import type { StreamDecoder } from './streamDecoder';
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
  createStreamDecoder,
  decodeMessage,
};

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
function createStreamDecoder(model: string, toolNames: ToolNames): StreamDecoder {
  const frames = createFramesDecoder(createGeminiDecoder(model, toolNames));
  let decoder: StreamDecoder | undefined;
  return {
    push(chunk) {
      if (decoder === undefined) {
        const start = Buffer.from(chunk).toString('latin1').trimStart();
        if (start === '') {
          return frames.push(chunk);
        }
        decoder = start.startsWith('[') ? createArrayDecoder(model, toolNames) : frames;
      }
      return decoder.push(chunk);
    },
    end: () => (decoder ?? frames).end(),
    breakOff: () => (decoder ?? frames).breakOff(),
  };
}

/** As much as one event of a stream may hold. */
const maxArrayBytes = 16 * 1024 * 1024;

function createArrayDecoder(model: string, toolNames: ToolNames): StreamDecoder {
  const read = createGrowingBuffer();
  function refused(): StreamStep {
    const error = malformed(phrase('the answer is not an event stream'), read.text());
    return { events: [{ type: 'error', error }] };
  }
  return {
    push(chunk) {
      read.add(chunk);
      return read.size > maxArrayBytes ? refused() : undefined;
    },
    end() {
      const body = parseJson(read.text());
      if (body === undefined) return refused();
      return { events: decodeMessage(body, model, toolNames), isWhole: true };
    },
    breakOff: () => undefined,
  };
}
