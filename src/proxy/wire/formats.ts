import type { ModelFacts, Parameters, WireFormat } from '../types';
import type { MessagesRequest } from './anthropicRequest';
import { anthropicMessages } from './anthropicUpstream';
import { gemini } from './gemini';
import { openaiChat } from './openaiChat';
import { openaiResponses } from './openaiResponses';
import type { StreamDecoder } from './streamDecoder';
import type { StreamEvent } from './streamEvent';

/** What an upstream codec needs to write one request. */
export interface EncodeInput {
  readonly request: MessagesRequest;
  readonly model: string;
  readonly facts: ModelFacts;
  /** Win over what the client asked. */
  readonly parameters: Parameters;
  readonly stream: boolean;
  /** The estimated length of the prompt, so that the output limit can be kept inside the context window. */
  readonly inputTokens?: number;
  readonly sessionId: string;
  /** Anthropic itself: private and beta fields go along. */
  readonly isAnthropic: boolean;
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  readonly anthropicVersion: string | undefined;
  readonly anthropicBeta: string | undefined;
  /** False for the signature of a thinking block that another vendor is known to have sealed. */
  readonly mayReplay?: (signature: string) => boolean;
}

export interface EncodedRequest {
  /** JSON text, in UTF-8 where it is bytes, with `model` as its first member. */
  readonly body: string | Uint8Array;
  /** Headers of the wire format itself (anthropic-version, anthropic-beta); never a key. */
  readonly headers: Readonly<Record<string, string>>;
  /** What could not be carried, in words for the log: `safeguards`, `server tool web_search`. */
  readonly omitted: readonly string[];
  /** For the decoder of this request's answer. */
  readonly toolNames: ToolNames;
}

/** Tool name as sent → the client's own, for the names that the wire format does not allow. Mostly empty. */
export type ToolNames = ReadonlyMap<string, string>;

/** One wire format of upstreams, both directions. Holds no state between requests. */
export interface UpstreamCodec {
  readonly format: WireFormat;
  /** Path under the provider's base URL, with its leading slash. */
  path(model: string, stream: boolean): string;
  encodeRequest(input: EncodeInput): EncodedRequest;
  /** The decoder of one streamed answer. */
  createStreamDecoder(model: string, toolNames: ToolNames): StreamDecoder;
  /** Decodes a whole JSON answer into the same events; an error body or a foreign shape gives an `error` event. */
  decodeMessage(body: unknown, model: string, toolNames: ToolNames): readonly StreamEvent[];
}

/** The codec of each wire format; undefined where Switchyard has none yet. */
export const codecs: Readonly<Record<WireFormat, UpstreamCodec | undefined>> = {
  'anthropic-messages': anthropicMessages,
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  gemini,
};
