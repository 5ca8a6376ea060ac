import type { Phrase } from '../phrase';
import type { FailureKind } from '../types';
import {
  createStreamEncoder,
  type EncoderOptions,
  errorBody,
  pingFrame,
  type StreamEncoder,
} from './anthropic';
import { encodeMessage, type Message } from './message';

/** What a client sent, in the form that everything behind the codec reads. */
export type ReadRequest =
  /** The JSON text of the same request as an Anthropic Messages request. */
  | { readonly ok: true; readonly messages: Buffer }
  | { readonly ok: false; readonly message: string };

/** One wire format of clients. Anthropic Messages is the hub: N client codecs and M upstream codecs, never N × M. */
export interface ClientCodec {
  /** Bytes of an upstream that speaks Anthropic Messages may go to this client as they are. */
  readonly canPassAnthropic: boolean;
  /** Never throws; a refusal names the member that is wrong. */
  readRequest(body: Buffer): ReadRequest;
  createStreamEncoder(options: EncoderOptions): StreamEncoder;
  /** JSON text of a whole answer. */
  encodeMessage(message: Message, options: EncoderOptions): string;
  /** JSON text of an error, in the client's own shape. */
  errorBody(type: string, message: string): string;
  /** Keeps a waiting client from giving up. */
  readonly pingFrame: string;
  /** How a refused request is told where a person reads it; elsewhere the refusal is told as it is. */
  wordRefusal?(refusal: string): Phrase;
  /** The status for a failure where this client cannot live with the usual one. */
  statusFor?(kind: FailureKind, usual: number): number;
}

export const anthropicClient: ClientCodec = {
  canPassAnthropic: true,
  readRequest: (body) => ({ ok: true, messages: body }),
  createStreamEncoder,
  encodeMessage,
  errorBody,
  pingFrame,
};
