// What must hold whatever an upstream, a client or a person writes. A failed check is a finding.
import assert from 'node:assert/strict';
import { createChatClient } from '../../src/proxy/wire/chatClient';
import { anthropicClient, type ClientCodec } from '../../src/proxy/wire/clients';
import type { UpstreamCodec } from '../../src/proxy/wire/formats';
import { isObject, parseJson } from '../../src/proxy/wire/json';
import { collectMessage } from '../../src/proxy/wire/message';
import { createResponsesClient } from '../../src/proxy/wire/responsesClient';
import type { StreamEvent, StreamStep } from '../../src/proxy/wire/streamEvent';
import { readClientMessage, readClientStream } from '../faults/clientAnswer';
import { joinDeltas } from '../property/answers';
import { cut, level, stepsOf } from '../unit/proxy/wire/replay';

/** Runs one input; fails where it needs more of the processor than `maxCpuMs`, however busy the machine is. */
export async function timed(run: () => Promise<void>): Promise<void> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < maxCpuMs * 1_000, `took ${(user + system) / 1_000} ms`);
  assert.deepEqual(Object.keys(Object.prototype), [], 'Object.prototype is polluted');
}

const maxCpuMs = 1_000;

/** Any bytes as the body of an answer: streamed, streamed in pieces, and whole, on to every client. */
export async function checkAnswer(codec: UpstreamCodec, bytes: Uint8Array): Promise<void> {
  const steps = await stepsOf(codec, [bytes]);
  const events = steps.flatMap((step) => step.events).map(level);
  checkBlocks(events);
  checkClients(events);
  await checkPassThrough(codec, steps);
  const size = 1 + ((bytes.length * 7) % 61);
  const cutSteps = await stepsOf(codec, cut(bytes, size));
  assert.deepEqual(
    comparable(cutSteps.flatMap((step) => step.events).map(level)),
    comparable(events),
    `in pieces of ${size} bytes`,
  );
  const text = Buffer.from(bytes).toString();
  const whole = codec.decodeMessage(parseJson(text) ?? text, 'asked', new Map());
  checkBlocks(whole);
  checkClients(whole);
}

/** The end of a stream that came with the same chunk as an error is the same however it was cut. */
function comparable(events: readonly StreamEvent[]): readonly StreamEvent[] {
  return joinDeltas(events).map((event) =>
    event.type === 'error' ? { ...event, error: { ...event.error, raw: '' } } : event,
  );
}

/** Blocks come one after the other, each of one kind; nothing follows the end or an error. */
function checkBlocks(events: readonly StreamEvent[]): void {
  let open = '';
  let isOver = false;
  let hasStarted = false;
  for (const { type } of events) {
    assert.ok(!isOver, `${type} behind the end`);
    if (type === 'message-start') {
      assert.ok(!hasStarted, 'a second start');
      hasStarted = true;
    } else if (type === 'message-end' || type === 'error') {
      isOver = true;
      assert.ok(open === '' || type === 'error', `the end inside ${open}`);
    } else if (type === 'redacted-thinking' || type === 'opaque-block') {
      assert.equal(open, '', type);
    } else {
      const [kind = '', what] = type.split('-');
      assert.equal(open, what === 'start' ? '' : kind, type);
      if (what !== 'delta') open = what === 'start' ? kind : '';
    }
  }
}

const options = { model: 'asked', inputTokens: 7 };

/** The strictest reader of each client's format takes what is made of the events. */
function checkClients(events: readonly StreamEvent[]): void {
  const message = collectMessage(events);
  const isWhole = events.at(-1)?.type === 'message-end';
  const clients: readonly ClientCodec[] = [
    anthropicClient,
    createChatClient(),
    createResponsesClient(),
  ];
  for (const client of clients) {
    const encoder = client.createStreamEncoder(options);
    const text = encoder.encode(events) + (isWhole ? '' : encoder.encodeError('api_error', 'x'));
    for (const [, data] of text.matchAll(/^data: (.*)$/gm)) {
      assert.ok(data === '[DONE]' || isObject(parseJson(data ?? '')), data);
    }
    if (client === anthropicClient) readClientStream(text);
    if (message === undefined) continue;
    const json = client.encodeMessage(message, options);
    assert.ok(isObject(parseJson(json)));
    if (client === anthropicClient) readClientMessage(json);
  }
}

/** What goes to a client as it came, mended where clients would break on it, needs no more mending. */
async function checkPassThrough(codec: UpstreamCodec, steps: readonly StreamStep[]): Promise<void> {
  if (codec.format !== 'anthropic-messages') return;
  const again = await stepsOf(codec, [bytesOf(steps)]);
  // A last event without its blank line gets one, and may get one too many.
  const lines = (all: readonly StreamStep[]) =>
    bytesOf(all)
      .toString('latin1')
      .replace(/[\r\n]+/g, '\n');
  assert.equal(lines(again), lines(steps));
  assert.deepEqual(saidBy(again), saidBy(steps));
}

function bytesOf(steps: readonly StreamStep[]): Buffer {
  return Buffer.concat(steps.map((step) => step.bytes ?? new Uint8Array()));
}

function saidBy(steps: readonly StreamStep[]): readonly StreamEvent[] {
  return joinDeltas(steps.flatMap((step) => step.events).filter(({ type }) => type !== 'error'));
}
