import type { Clock } from './clock';
import type { Reply } from './reply';

/** A streamed answer to the client that never falls silent for long, be it before or after its first content. */
export interface LiveStream {
  /** Sends the head first, if that has not happened. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Headers that tell of the target; sent with the head when it is still to come. */
  setHeaders(headers: Readonly<Record<string, string>>): void;
  /** Stops the pings. Idempotent. */
  dispose(): void;
}

/**
 * Claude Code shows a banner after about 20 s without a byte and cuts after 300 s. Until this delay has passed the head
 * is held back, so that a quick refusal keeps its real HTTP status.
 */
export const keepAliveMs = 15_000;

export function createLiveStream(reply: Reply, clock: Clock, pingFrame: string): LiveStream {
  let headers: Readonly<Record<string, string>> = {};
  let isDisposed = false;
  let writes = 0;
  let cancelPing = armPing();

  function armPing(): () => void {
    return clock.after(keepAliveMs, () => {
      // A client that reads too slowly to take what we have needs no ping.
      if (writes === 0) void send(pingFrame);
      cancelPing = armPing();
    });
  }

  async function send(chunk: string | Uint8Array): Promise<void> {
    if (!reply.hasStarted) reply.startStream(headers);
    writes += 1;
    await reply.write(chunk);
    writes -= 1;
  }

  return {
    async write(chunk) {
      cancelPing();
      await send(chunk);
      if (!isDisposed) cancelPing = armPing();
    },
    setHeaders(more) {
      headers = { ...headers, ...more };
    },
    dispose() {
      isDisposed = true;
      cancelPing();
    },
  };
}
