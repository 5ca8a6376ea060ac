import type { StreamEvent } from './streamEvent';

/** Follows a stream that is forwarded as bytes, so that an error can close the block that is open. */
export interface OpenBlock {
  follow(events: readonly StreamEvent[]): void;
  /** The frame that closes the open block; empty when none is open. */
  closing(): string;
}

export function createOpenBlock(): OpenBlock {
  return new Follower();
}

class Follower implements OpenBlock {
  #index = -1;
  #isOpen = false;

  follow(events: readonly StreamEvent[]): void {
    for (const { type } of events) {
      if (type === 'redacted-thinking' || type === 'opaque-block') this.#index += 1;
      if (type.endsWith('-start') && type !== 'message-start') {
        this.#index += 1;
        this.#isOpen = true;
      }
      if (type.endsWith('-end')) this.#isOpen = false;
    }
  }

  closing(): string {
    if (!this.#isOpen) return '';
    return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${this.#index}}\n\n`;
  }
}
