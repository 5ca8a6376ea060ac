import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { codecs } from '../../src/proxy/wire/formats';
import { noUsage, type StreamEvent, type Usage } from '../../src/proxy/wire/streamEvent';
import { decodeStream } from '../support/decodeStream';
import { anthropicAnswers, chatAnswers, eventsOf, joinDeltas } from './answers';
import { encodeAnthropic, encodeChat } from './encoders';
import { holds } from './run';

/** How a stream is put on the wire. */
const wires = fc.record({
  cuts: fc.array(fc.nat(4_000), { maxLength: 12 }),
  lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'),
  comments: fc.array(fc.nat(30), { maxLength: 2 }),
  isBytewise: fc.boolean(),
});
type Wire = typeof wires extends fc.Arbitrary<infer One> ? One : never;

async function* sent(frames: readonly string[], wire: Wire): AsyncGenerator<Uint8Array> {
  const withComments = frames.flatMap((frame, index) =>
    wire.comments.includes(index) ? [': keep-alive\n\n', frame] : [frame],
  );
  const bytes = Buffer.from(withComments.join('').replaceAll('\n', wire.lineEnd));
  // One byte at a time costs time, so only short answers go that way.
  const isBytewise = wire.isBytewise && bytes.length < 1_500;
  const cuts = isBytewise ? [...bytes.keys()] : wire.cuts.map((cut) => cut % (bytes.length + 1));
  let from = 0;
  for (const cut of [...cuts.sort((a, b) => a - b), bytes.length]) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
}

async function decoded(
  format: 'anthropic-messages' | 'openai-chat',
  frames: readonly string[],
  wire: Wire,
): Promise<readonly StreamEvent[]> {
  const codec = codecs[format];
  assert.ok(codec !== undefined);
  const events: StreamEvent[] = [];
  for await (const step of decodeStream(codec, sent(frames, wire), 'asked', new Map())) {
    events.push(...step.events);
  }
  return joinDeltas(events);
}

const runs = 4_000;
const timeoutMs = 60_000;

describe('every answer, however it is cut on the wire', () => {
  it('decodes from anthropic-messages to the events it was made of', async () => {
    await holds(runs, fc.tuple(anthropicAnswers, wires), async ([answer, wire]) => {
      const startUsage: Usage = { ...answer.usage, outputTokens: 0 };
      const events = await decoded('anthropic-messages', encodeAnthropic(answer), wire);
      assert.deepEqual(events, joinDeltas(eventsOf(answer, startUsage)));
    });
  }).timeout(timeoutMs);

  it('decodes from openai-chat to the events it was made of', async () => {
    await holds(runs, fc.tuple(chatAnswers, wires), async ([answer, wire]) => {
      const events = await decoded('openai-chat', encodeChat(answer), wire);
      assert.deepEqual(events, joinDeltas(eventsOf(answer, noUsage)));
    });
  }).timeout(timeoutMs);

  it('is never taken for whole when it was cut off before its end', async () => {
    const cases = fc.tuple(fc.oneof(anthropicAnswers, chatAnswers), wires, fc.nat(), fc.boolean());
    await holds(runs, cases, async ([answer, wire, at, isChat]) => {
      const frames = isChat ? encodeChat(answer) : encodeAnthropic(answer);
      // The finish reason ends a chat answer; what follows it may be lost.
      const needed = isChat ? frames.slice(0, -3) : frames.slice(0, -1);
      const events = await decoded(
        isChat ? 'openai-chat' : 'anthropic-messages',
        needed.slice(0, at % (needed.length + 1)),
        wire,
      );
      assert.equal(events.filter(({ type }) => type === 'message-end').length, 0);
    });
  }).timeout(timeoutMs);
});
