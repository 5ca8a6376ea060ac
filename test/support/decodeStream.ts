import type { ToolNames, UpstreamCodec } from '../../src/proxy/wire/formats';
import type { StreamStep } from '../../src/proxy/wire/streamEvent';

/** The steps of a streamed body, read as the proxy reads it: up to its end marker or its first error. */
export async function* decodeStream(
  codec: UpstreamCodec,
  bytes: AsyncIterable<Uint8Array>,
  model: string,
  toolNames: ToolNames = new Map(),
): AsyncGenerator<StreamStep> {
  const decoder = codec.createStreamDecoder(model, toolNames);
  let last: StreamStep | undefined;
  try {
    for await (const chunk of bytes) {
      const step = decoder.push(chunk);
      if (step !== undefined) yield step;
      if (step !== undefined && isLast(step)) return;
    }
    last = decoder.end();
  } catch (error) {
    last = decoder.breakOff();
    if (last === undefined) throw error;
  }
  if (last !== undefined) yield last;
}

function isLast({ events }: StreamStep): boolean {
  const type = events.at(-1)?.type;
  return type === 'message-end' || type === 'error';
}
