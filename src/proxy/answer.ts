import type { Call } from './attempt';
import { type AnswerError, classify, type UpstreamAnswer } from './classify';
import { readText } from './readText';
import { cleanForPerson } from './redact';
import { repeatsRequest } from './repeatsRequest';
import type { Failure } from './types';
import type { UpstreamResponse } from './upstream';
import { canPassWhole } from './wire/anthropicStream';
import type { ToolNames } from './wire/formats';
import { parseJson } from './wire/json';
import { maxEventBytes } from './wire/sse';
import { isContent, type StreamEvent, type StreamStep } from './wire/streamEvent';

/** Yields an answer's steps; returns the failure that ended it, undefined after its end marker. Never throws. */
export async function* readAnswer(
  call: Call,
  response: UpstreamResponse,
  toolNames: ToolNames,
): AsyncGenerator<StreamStep, Failure | undefined> {
  try {
    const bytes = timedBytes(call, response);
    const { status, headers } = response;
    if (status < 200 || status > 299) {
      const body = await readText(bytes, maxErrorBytes);
      return failureOf(call, { status, headers, body });
    }
    const { isJson, chunks } = await sniff(bytes);
    const silence: Silence = { bytes: 0 };
    const steps = isJson
      ? wholeAnswer(call, await readText(chunks, maxAnswerBytes), toolNames)
      : call.codec.decodeStream(limited(call, chunks, silence), call.target.model, toolNames);
    const ending = yield* observe(call, steps, silence);
    if (ending === 'whole') return undefined;
    return ending ?? broken(call, 'the answer stopped before its end marker');
  } catch (error) {
    return transportFailure(call, error);
  }
}

/** The failure when it was a deadline or the client that ended an attempt. */
export function endedByUs(call: Call): Failure | undefined {
  const { provider, credential, model } = call.target;
  const { passed } = call.deadlines;
  if (passed !== undefined) {
    const detail = `no ${passed.phase === 'idle' ? 'data' : 'answer'} for ${passed.timeoutMs} ms`;
    return { kind: 'timeout', detail, provider, credential, model, ...passed };
  }
  if (call.clientSignal.aborted)
    return { kind: 'cancelled', detail: 'the client left', provider, credential, model };
  return undefined;
}

export function broken(call: Call, detail: string): Failure {
  const { provider, credential, model } = call.target;
  return { kind: 'brokenStream', detail, provider, credential, model };
}

/** How much of a stream has come since its last event. */
interface Silence {
  bytes: number;
}

/** Passes steps on until the end marker or an error, and judges how the answer ended. */
async function* observe(
  call: Call,
  steps: AsyncIterable<StreamStep> | Iterable<StreamStep>,
  silence: Silence,
): AsyncGenerator<StreamStep, Failure | 'whole' | undefined> {
  let hasContent = false;
  for await (const step of steps) {
    if (step.events.length > 0) {
      silence.bytes = 0;
      call.deadlines.eventSeen();
    }
    rememberSignatures(call, step);
    const error = step.events.find((event) => event.type === 'error');
    if (error?.type === 'error') {
      // What came before the error in the same chunk is the client's; the error is ours to word.
      const { bytes } = step;
      const events = step.events.slice(0, step.events.indexOf(error));
      if (events.length > 0) yield bytes === undefined ? { events } : { events, bytes };
      return failureOf(call, error.error, { hasContent: hasContent || events.some(isContent) });
    }
    if (step.events.some(isFirstSign)) call.deadlines.firstTokenSeen();
    if (step.isEnding === true) call.deadlines.endingSeen();
    hasContent ||= step.events.some(isContent);
    const end = step.events.find((event) => event.type === 'message-end');
    if (end?.type === 'message-end') {
      if (!hasContent && emptyIsWrong.has(end.stopReason))
        return broken(call, 'the answer is empty');
      yield step;
      return 'whole';
    }
    yield step;
  }
  return undefined;
}

/** Other wire formats carry what they seal behind a mark that tells where it is from. */
function rememberSignatures({ codec, context, target }: Call, { events }: StreamStep): void {
  if (codec.format !== 'anthropic-messages') return;
  for (const event of events) {
    if (event.type === 'thinking-end') context.signatures.minted(event.signature, target);
  }
}

/** Stop reasons with which a model claims to have answered; the others may come without any content. */
const emptyIsWrong: ReadonlySet<string> = new Set(['end_turn', 'tool_use']);

/** A block has begun, be it thinking that is kept from us: the model is at work. */
function isFirstSign(event: StreamEvent): boolean {
  return event.type !== 'message-start' && event.type !== 'error';
}

function wholeAnswer(call: Call, text: string, toolNames: ToolNames): readonly StreamStep[] {
  const body = parseJson(text);
  const events = call.codec.decodeMessage(body ?? text, call.target.model, toolNames);
  return [canPassWhole(body) ? { events, json: text } : { events }];
}

/** Some upstreams answer a stream request with a JSON body under any content type; no event stream begins with `{`. */
async function sniff(
  bytes: AsyncGenerator<Uint8Array>,
): Promise<{ readonly isJson: boolean; readonly chunks: AsyncGenerator<Uint8Array> }> {
  const held: Uint8Array[] = [];
  let size = 0;
  while (size < maxBlankBytes) {
    const next = await bytes.next();
    if (next.done === true) break;
    held.push(next.value);
    size += next.value.byteLength;
    const start = Buffer.from(next.value).toString('latin1').trimStart();
    if (start !== '') return { isJson: start.startsWith('{'), chunks: joined(held, bytes) };
  }
  return { isJson: false, chunks: joined(held, bytes) };
}

/** As much white space may come before an answer. */
const maxBlankBytes = 4096;

async function* joined(
  held: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function* timedBytes(call: Call, response: UpstreamResponse): AsyncGenerator<Uint8Array> {
  const iterator = response.body[Symbol.asyncIterator]();
  let isDone = false;
  try {
    for (;;) {
      const next = await call.deadlines.waitFor(iterator.next());
      if (call.deadlines.passed !== undefined) throw new Error('the deadline has passed');
      if (next.done === true) {
        isDone = true;
        return;
      }
      yield next.value;
    }
  } finally {
    if (!isDone) release(call, iterator, response);
  }
}

/**
 * After the end marker the upstream may still send a cost line. Reading it to the end keeps the connection for the next
 * request; whoever takes longer than this, or sends more, loses it.
 */
const drainMs = 1_000;
const maxDrainBytes = 64 * 1024;

function release(
  call: Call,
  iterator: AsyncIterator<Uint8Array>,
  response: UpstreamResponse,
): void {
  if (call.deadlines.signal.aborted) {
    response.destroy();
    return;
  }
  const cancel = call.context.clock.after(drainMs, () => response.destroy());
  const drain = async () => {
    let size = 0;
    try {
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
        size += next.value.byteLength;
        if (size > maxDrainBytes) response.destroy();
      }
    } catch {
      // The answer was complete; what comes after it does not matter.
    }
    cancel();
  };
  void drain();
}

/** An error page larger than this says nothing more. */
const maxErrorBytes = 64 * 1024;
const maxAnswerBytes = 64 * 1024 * 1024;
/** Eight times the longest answer that a model gives, with an event of 250 bytes for each of 128k tokens. */
const maxStreamBytes = 256 * 1024 * 1024;

/**
 * Ends a stream that goes on without end or without saying anything. Whoever wants the whole answer has it gathered in
 * memory first; decoders keep tool inputs, and of some formats all texts, until the answer ends.
 */
async function* limited(
  call: Call,
  bytes: AsyncIterable<Uint8Array>,
  silence: Silence,
): AsyncGenerator<Uint8Array> {
  const maxBytes = call.prepared.facts.stream ? maxStreamBytes : maxAnswerBytes;
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    silence.bytes += chunk.byteLength;
    if (size > maxBytes) throw new Error(`the answer is larger than ${inMiB(maxBytes)}`);
    // The longest event fits, and its frame around it.
    if (silence.bytes > 2 * maxEventBytes) {
      throw new Error(`${inMiB(2 * maxEventBytes)} of the answer said nothing`);
    }
    yield chunk;
  }
}

function inMiB(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}

function failureOf(
  call: Call,
  answer: UpstreamAnswer | AnswerError,
  { hasContent = false } = {},
): Failure {
  const { provider, credential, model, facts } = call.target;
  const { clock, redact } = call.context;
  // Whatever went wrong in the middle of an answer, the key was good enough to begin it.
  const hasKeySucceeded = call.context.hasKeySucceeded || hasContent;
  const failure = classify(answer, {
    provider,
    credential,
    model,
    hasKeySucceeded,
    now: clock.now(),
    redact,
    inputTokens: call.prepared.inputTokens(call.target),
    context: facts.context,
  });
  const { rawBody } = call.prepared;
  return repeatsRequest(failure.detail, rawBody) ? { ...failure, repeatsRequest: true } : failure;
}

function transportFailure(call: Call, error: unknown): Failure {
  return endedByUs(call) ?? broken(call, detailOf(error));
}

function detailOf(error: unknown): string {
  // Too many parts in one event, or too long a text, for the engine to hold.
  if (error instanceof RangeError) return 'the answer is larger than can be read';
  return cleanForPerson(error instanceof Error ? error.message : String(error), 300);
}
