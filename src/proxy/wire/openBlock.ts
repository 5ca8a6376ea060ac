import type { StreamEvent } from './streamEvent';

/** Follows a stream that is forwarded as bytes, so that an error can close the block that is open. */
export interface OpenBlock {
  follow(events: readonly StreamEvent[]): void;
  /** The frame that closes the open block; empty when none is open. */
  closing(): string;
}

export function createOpenBlock(): OpenBlock {
  let index = -1;
  let isOpen = false;
  return {
    follow(events) {
      for (const { type } of events) {
        if (type === 'redacted-thinking' || type === 'opaque-block') index += 1;
        if (type.endsWith('-start') && type !== 'message-start') {
          index += 1;
          isOpen = true;
        }
        if (type.endsWith('-end')) isOpen = false;
      }
    },
    closing() {
      if (!isOpen) return '';
      return `event: content_block_stop\ndata: {"type":"content_block_stop","index":${index}}\n\n`;
    },
  };
}
