import type { WireFormat } from '../../../../src/proxy/types';
import { codecs, type UpstreamCodec } from '../../../../src/proxy/wire/formats';
import type { StreamEvent, StreamStep } from '../../../../src/proxy/wire/streamEvent';
import { decodeStream } from '../../../support/decodeStream';

/** The codec of a wire format that must be there. */
export function codecOf(format: WireFormat): UpstreamCodec {
  const codec = codecs[format];
  if (codec === undefined) {
    throw new Error(`no codec for ${format}`);
  }
  return codec;
}

export async function* chunksOf(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

/** The bytes in pieces of this size; pieces of one byte cut every character and every CRLF. */
export function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield bytes.slice(start, start + size);
  }
}

/** All steps that a codec makes of these chunks. */
export async function stepsOf(
  codec: UpstreamCodec,
  chunks: Iterable<Uint8Array>,
): Promise<readonly StreamStep[]> {
  const steps: StreamStep[] = [];
  for await (const step of decodeStream(codec, chunksOf(chunks), 'asked-model', new Map())) {
    steps.push(step);
  }
  return steps;
}

/** The events of these chunks, with made-up ids levelled and neighbouring deltas of a block kept apart. */
export async function eventsOf(
  codec: UpstreamCodec,
  chunks: Iterable<Uint8Array>,
): Promise<readonly StreamEvent[]> {
  const steps = await stepsOf(codec, chunks);
  return steps.flatMap((step) => step.events).map(level);
}

/** Replaces an id that a decoder made up. */
export function level(event: StreamEvent): StreamEvent {
  const isMadeUp = event.type === 'tool-start' && /^toolu_[0-9a-f]{32}$/.test(event.id);
  return isMadeUp ? { ...event, id: 'made-up' } : event;
}
