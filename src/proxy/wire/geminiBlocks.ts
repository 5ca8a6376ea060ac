import type { StreamEvent } from './streamEvent';

/** A whole tool call. */
export interface GeminiCall {
  readonly id: string;
  readonly name: string;
  /** The input's JSON text, '' for none. */
  readonly json: string;
  /** What the client is to carry for the call; '' for nothing. */
  readonly carrier: string;
}

/** Turns the parts of one answer into blocks, one after the other. */
export interface BlockWriter {
  text(piece: string): readonly StreamEvent[];
  thinking(piece: string): readonly StreamEvent[];
  call(call: GeminiCall): readonly StreamEvent[];
  /** Closes the block that is open. */
  close(): readonly StreamEvent[];
  /** True once any block has been opened. */
  readonly hasContent: boolean;
  /** How many calls were written. */
  readonly calls: number;
}

export function createBlockWriter(): BlockWriter {
  let open: 'text' | 'thinking' | undefined;
  let hasContent = false;
  let calls = 0;
  /** White space that becomes text only when text follows: a text block of nothing else is refused in the next request. */
  let space = '';
  function close(signature = ''): readonly StreamEvent[] {
    const kind = open;
    open = undefined;
    if (kind === 'thinking') {
      return [{ type: 'thinking-end', signature }];
    }
    return kind === 'text' ? [{ type: 'text-end' }] : [];
  }
  function begin(kind: 'text' | 'thinking'): readonly StreamEvent[] {
    if (open === kind) {
      return [];
    }
    const before = close();
    open = kind;
    hasContent = true;
    return [...before, { type: `${kind}-start` }];
  }
  return {
    text(piece) {
      const text = space + piece;
      const isHeld = open !== 'text' && piece.trim() === '';
      space = isHeld ? text : '';
      return isHeld || text === '' ? [] : [...begin('text'), { type: 'text-delta', text }];
    },
    thinking(piece) {
      return piece === '' ? [] : [...begin('thinking'), { type: 'thinking-delta', text: piece }];
    },
    call({ id, name, json, carrier }) {
      // The signature belongs to the call, but only thinking blocks carry one: an empty block, which clients know from
      // thinking that is kept from them, serves where the model did not think aloud.
      const opening = carrier !== '' && open !== 'thinking' ? begin('thinking') : [];
      const delta: readonly StreamEvent[] = json === '' ? [] : [{ type: 'tool-delta', json }];
      calls += 1;
      hasContent = true;
      const before = [...opening, ...close(carrier)];
      return [...before, { type: 'tool-start', id, name }, ...delta, { type: 'tool-end' }];
    },
    close: () => close(),
    get hasContent() {
      return hasContent;
    },
    get calls() {
      return calls;
    },
  };
}
