import { decodeFrames } from './decodeFrames';
import type { ToolNames, UpstreamCodec } from './formats';
import { isObject, stringAt } from './json';
import { createResponsesDecoder } from './openaiResponsesDecoder';
import { encodeResponsesRequest } from './openaiResponsesRequest';
import { bodyError, holdsError, malformed } from './streamErrors';
import type { StreamEvent, StreamStep } from './streamEvent';

/** OpenAI Responses, without anything stored upstream. */
export const openaiResponses: UpstreamCodec = {
  format: 'openai-responses',
  path: () => '/responses',
  encodeRequest: encodeResponsesRequest,
  decodeStream,
  decodeMessage,
};

function decodeStream(
  bytes: AsyncIterable<Uint8Array>,
  model: string,
  toolNames: ToolNames = new Map(),
): AsyncGenerator<StreamStep> {
  return decodeFrames(bytes, createResponsesDecoder(model, toolNames));
}

function decodeMessage(
  body: unknown,
  model: string,
  toolNames: ToolNames = new Map(),
): readonly StreamEvent[] {
  if (holdsError(body) || !isObject(body) || !Array.isArray(body['output'])) {
    return [{ type: 'error', error: bodyError(body) }];
  }
  const status = stringAt(body, 'status');
  if (status === 'queued' || status === 'in_progress') {
    const error = malformed(`the answer is not finished: ${status}`, JSON.stringify(body));
    return [{ type: 'error', error }];
  }
  const event = { type: 'response.completed', response: body };
  return createResponsesDecoder(model, toolNames).read(event, '');
}
