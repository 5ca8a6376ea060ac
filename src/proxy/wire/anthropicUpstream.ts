import { memberEdits } from './anthropicFields';
import { createAnthropicStreamDecoder, decodeAnthropicMessage } from './anthropicStream';
import type { EncodedRequest, EncodeInput, UpstreamCodec } from './formats';
import { spliceMembers } from './jsonPieces';

/** Anthropic Messages, at Anthropic itself or at a vendor that speaks it. */
export const anthropicMessages: UpstreamCodec = {
  format: 'anthropic-messages',
  path: () => '/messages',
  encodeRequest,
  createStreamDecoder: createAnthropicStreamDecoder,
  decodeMessage: decodeAnthropicMessage,
};

const oldestVersion = '2023-06-01';

function encodeRequest(input: EncodeInput): EncodedRequest {
  const { edits, omitted } = memberEdits(input);
  // First, since a gateway that renames the model takes the first `"model":"…"` it finds in the text.
  const model = { key: 'model', json: JSON.stringify(input.model) };
  return {
    body: spliceMembers(input.request.body, model, edits),
    headers: headersOf(input),
    omitted,
    toolNames: new Map(),
  };
}

/** Beta names that vendors other than Anthropic know or ignore; an unknown one is refused by Vertex and Bedrock. */
const carriedBetas: readonly string[] = ['interleaved-thinking-2025-05-14'];

function headersOf(input: EncodeInput): Readonly<Record<string, string>> {
  const { isAnthropic, anthropicVersion, anthropicBeta } = input;
  const betas = (anthropicBeta ?? '').split(',').map((beta) => beta.trim());
  const carried = betas.filter((beta) => carriedBetas.includes(beta)).join(',');
  const beta = isAnthropic ? (anthropicBeta ?? '') : carried;
  return {
    'anthropic-version': isAnthropic ? (anthropicVersion ?? oldestVersion) : oldestVersion,
    ...(beta === '' ? {} : { 'anthropic-beta': beta }),
  };
}
