import type { Words } from '../phrase';

/** Token counts of one answer. The three input numbers are disjoint; their sum is the whole input. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
}

export const noUsage: Usage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};

export const stopReasons = [
  'end_turn',
  'max_tokens',
  'stop_sequence',
  'tool_use',
  'pause_turn',
  'refusal',
  'model_context_window_exceeded',
] as const;
export type StopReason = (typeof stopReasons)[number];

/** What an upstream reported inside an answer, unclassified: type and code as it wrote them, raw for the classifier. */
export interface StreamError {
  /** `malformed`: the upstream sent something that is not its own wire format. */
  readonly origin: 'upstream' | 'malformed';
  /** The upstream's, or words of ours where it has none. */
  readonly message: Words;
  /** The JSON text of the error, or the offending bytes' beginning, at most 4 kB. */
  readonly raw: string;
}

/**
 * The neutral event between two wire formats. Blocks are strictly sequential: each start is followed by its deltas and
 * its end before the next start; a decoder buffers whatever its upstream interleaves.
 */
export type StreamEvent =
  | {
      readonly type: 'message-start';
      readonly id: string;
      readonly model: string;
      readonly usage: Usage;
    }
  | { readonly type: 'text-start' }
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'text-end' }
  | { readonly type: 'thinking-start' }
  | { readonly type: 'thinking-delta'; readonly text: string }
  | { readonly type: 'thinking-end'; readonly signature: string }
  | { readonly type: 'redacted-thinking'; readonly data: string }
  | { readonly type: 'tool-start'; readonly id: string; readonly name: string }
  /** A piece of the tool input's JSON text. */
  | { readonly type: 'tool-delta'; readonly json: string }
  | { readonly type: 'tool-end' }
  /** A block that only its own wire format can carry (server tools, citations); passes through as bytes. */
  | { readonly type: 'opaque-block'; readonly blockType: string }
  | {
      readonly type: 'message-end';
      readonly stopReason: StopReason;
      readonly stopSequence: string | null;
      readonly usage: Usage;
    }
  | { readonly type: 'error'; readonly error: StreamError };

/** One step of an upstream's answer: its events and, where the client speaks the same wire format, the bytes as they are. */
export interface StreamStep {
  readonly events: readonly StreamEvent[];
  /** Whole frames only, without error frames and without anything after the end marker. */
  readonly bytes?: Uint8Array;
  /** The answer is complete but for counts, which some hosts send late and some never: a short wait is enough. */
  readonly isEnding?: true;
  /** The upstream's whole JSON answer as it came, when it was one. */
  readonly json?: string;
  /** All of an answer that came as one JSON body: what stands before an error in it was seen by nobody. */
  readonly isWhole?: true;
}

/** True for the events after which no fallback is possible. */
export function isContent(event: StreamEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'thinking-delta':
      return event.text !== '';
    case 'tool-start':
    case 'redacted-thinking':
    case 'opaque-block':
      return true;
    default:
      return false;
  }
}

/** The other reasons say that the answer was cut off, and may have been so in the middle of a tool call. */
export function claimsWhole(reason: StopReason): boolean {
  return reason === 'end_turn' || reason === 'tool_use';
}

/**
 * The stop reason that agrees with the blocks: clients end silently on `tool_use` without a tool, and never run a tool
 * on `end_turn` (anthropics/claude-code#40240).
 */
export function settleStopReason(reason: StopReason, tools: number): StopReason {
  if (reason === 'tool_use' && tools === 0) {
    return 'end_turn';
  }
  return reason === 'end_turn' && tools > 0 ? 'tool_use' : reason;
}
