import type { Clock } from './clock';
import type { Reply } from './reply';

/** A streamed answer to the client that never falls silent for long, be it before or after its first content. */
export interface LiveStream {
  /** Sends the head first, if that has not happened. Gives a promise where the client must be waited for. */
  write(chunk: string | Uint8Array): Promise<void> | undefined;
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
  let waits = 0;
  let wroteAt = clock.now();
  let cancelPing = armPing(keepAliveMs);

  // One timer for many writes: it looks back when it fires, and sleeps on for what is left.
  function armPing(delayMs: number): () => void {
    return clock.after(delayMs, () => {
      const silentMs = clock.now() - wroteAt;
      const isSilent = silentMs >= keepAliveMs || silentMs < 0;
      // A client that reads too slowly to take what we have needs no ping.
      if (isSilent && waits === 0) void send(pingFrame);
      cancelPing = armPing(isSilent ? keepAliveMs : keepAliveMs - silentMs);
    });
  }

  function send(chunk: string | Uint8Array): Promise<void> | undefined {
    if (!reply.hasStarted) reply.startStream(headers);
    wroteAt = clock.now();
    const drained = reply.write(chunk);
    return drained === undefined ? undefined : waitFor(drained);
  }

  async function waitFor(drained: Promise<void>): Promise<void> {
    waits += 1;
    await drained;
    waits -= 1;
    wroteAt = clock.now();
  }

  return {
    write: send,
    setHeaders(more) {
      headers = { ...headers, ...more };
    },
    dispose() {
      cancelPing();
    },
  };
}
