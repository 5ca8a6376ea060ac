import { phrase } from '../phrase';
import type { ToolNames, UpstreamCodec } from './formats';
import { createFramesDecoder } from './framesDecoder';
import { isObject, stringAt } from './json';
import { createResponsesDecoder } from './openaiResponsesDecoder';
import { encodeResponsesRequest } from './openaiResponsesRequest';
import { bodyError, holdsError, malformed } from './streamErrors';
import type { StreamEvent } from './streamEvent';

/** OpenAI Responses, without anything stored upstream. */
export const openaiResponses: UpstreamCodec = {
  format: 'openai-responses',
  path: () => '/responses',
  encodeRequest: encodeResponsesRequest,
  createStreamDecoder: (model, toolNames) =>
    createFramesDecoder(createResponsesDecoder(model, toolNames)),
  decodeMessage,
};

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
    const error = malformed(
      phrase('the answer is not finished: {0}', status),
      JSON.stringify(body),
    );
    return [{ type: 'error', error }];
  }
  const event = { type: 'response.completed', response: body };
  return createResponsesDecoder(model, toolNames).read(event, '');
}
