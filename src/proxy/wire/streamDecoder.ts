import type { StreamStep } from './streamEvent';

/**
 * Decodes one streamed answer, chunk by chunk; each call gives what it completed, if anything. Ends with a `message-end` or
 * an `error`, behind which nothing may be asked; a caller that saw neither has a broken stream. Never throws for what an
 * upstream sends.
 */
export interface StreamDecoder {
  push(chunk: Uint8Array): StreamStep | undefined;
  /** The end of the body. */
  end(): StreamStep | undefined;
  /** The connection broke: the end of an answer that was whole already, undefined for any other. */
  breakOff(): StreamStep | undefined;
}
