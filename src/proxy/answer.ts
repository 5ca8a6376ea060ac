import type { Call } from './attempt';
import { type AnswerError, classify, type UpstreamAnswer } from './classify';
import { readText } from './readText';
import { cleanForPerson } from './redact';
import { repeatsRequest } from './repeatsRequest';
import type { Failure } from './types';
import type { UpstreamResponse } from './upstream';
import { canPassWhole } from './wire/anthropicStream';
import type { ToolNames } from './wire/formats';
<<<<<<< HEAD
import { countAt, objectAt, parseJson, stringAt } from './wire/json';
import { isContent, type StreamStep } from './wire/streamEvent';
=======
import { parseJson } from './wire/json';
import { maxEventBytes } from './wire/sse';
import { isContent, type StreamEvent, type StreamStep } from './wire/streamEvent';
>>>>>>> main

/** Yields an answer's steps; returns the failure that ended it, undefined after its end marker. Never throws. */
export async function* readAnswer(
  call: Call,
  response: UpstreamResponse,
  toolNames: ToolNames,
): AsyncGenerator<StreamStep, Failure | undefined> {
  const bytes = timedBytes(call, response);
  try {
    const { status, headers } = response;
    if (status < 200 || status > 299) {
      const body = await readText(bytes, maxErrorBytes);
      return failureOf(call, { status, headers, body });
    }
<<<<<<< HEAD
    const head = await readHead(bytes);
    const steps = isJson(head)
      ? wholeAnswer(call, await readText(joined(head, bytes), maxAnswerBytes), toolNames)
      : streamSteps(call, head, bytes, toolNames);
    const seen: Seen = { hasContent: false };
    for (let step = await steps.next(); step !== undefined; step = await steps.next()) {
      const { passed, ending } = judge(call, seen, step);
      if (passed !== undefined) yield passed;
      if (ending !== undefined) return ending === 'whole' ? undefined : ending;
    }
    return broken(call, 'the answer stopped before its end marker');
=======
    const { isJson, chunks } = await sniff(bytes);
    const silence: Silence = { bytes: 0 };
    const steps = isJson
      ? wholeAnswer(call, await readText(chunks, maxAnswerBytes), toolNames)
      : call.codec.decodeStream(limited(call, chunks, silence), call.target.model, toolNames);
    const ending = yield* observe(call, steps, silence);
    if (ending === 'whole') return undefined;
    return ending ?? broken(call, 'the answer stopped before its end marker');
>>>>>>> main
  } catch (error) {
    return transportFailure(call, error);
  } finally {
    bytes.release();
    call.deadlines.dispose();
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

<<<<<<< HEAD
/** The steps of an answer, undefined behind the last. */
interface Steps {
  next(): Promise<StreamStep | undefined>;
}

/** What an answer has shown so far. */
interface Seen {
  hasContent: boolean;
}

interface Judged {
  /** What of the step goes on. */
  readonly passed?: StreamStep;
  /** How the answer ended with this step. */
  readonly ending?: Failure | 'whole';
}

/** Looks for an answer's first signs and for its end marker or error. */
function judge(call: Call, seen: Seen, step: StreamStep): Judged {
  for (const event of step.events) {
    if (event.type === 'error') {
=======
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
>>>>>>> main
      // What came before the error in the same chunk is the client's; the error is ours to word.
      const events = step.events.slice(0, step.events.indexOf(event));
      const ending = failureOf(call, event.error, seen);
      return events.length === 0 ? { ending } : { passed: { ...step, events }, ending };
    }
    // A block has begun, be it thinking that is kept from us: the model is at work.
    if (event.type !== 'message-start') call.deadlines.firstTokenSeen();
    if (event.type === 'thinking-end') rememberSignature(call, event.signature);
    seen.hasContent ||= isContent(event);
    if (event.type === 'message-end') {
      const isEmpty = !seen.hasContent && emptyIsWrong.has(event.stopReason);
      return isEmpty
        ? { ending: broken(call, 'the answer is empty') }
        : { passed: step, ending: 'whole' };
    }
  }
  if (step.isEnding === true) call.deadlines.endingSeen();
  return { passed: step };
}

/** Other wire formats carry what they seal behind a mark that tells where it is from. */
function rememberSignature({ codec, context, target }: Call, signature: string): void {
  if (codec.format === 'anthropic-messages') context.signatures.minted(signature, target);
}

/** Stop reasons with which a model claims to have answered; the others may come without any content. */
const emptyIsWrong: ReadonlySet<string> = new Set(['end_turn', 'tool_use']);

function wholeAnswer(call: Call, text: string, toolNames: ToolNames): Steps {
  const body = parseJson(text);
  const events = call.codec.decodeMessage(body ?? text, call.target.model, toolNames);
<<<<<<< HEAD
  // Clients crash on an answer without usage numbers, and hang on one without a stop reason: such a one is written anew.
  const usage = objectAt(body, 'usage');
  const isCounted =
    countAt(usage, 'input_tokens') !== undefined && countAt(usage, 'output_tokens') !== undefined;
  const canPass = isCounted && stringAt(body, 'stop_reason') !== undefined;
  let step: StreamStep | undefined = canPass ? { events, json: text } : { events };
  return {
    async next() {
      const only = step;
      step = undefined;
      return only;
    },
  };
}

function streamSteps(call: Call, head: Uint8Array, bytes: TimedBytes, toolNames: ToolNames): Steps {
  const decoder = call.codec.createStreamDecoder(call.target.model, toolNames);
  let chunk: Uint8Array | undefined = head;
  let size = 0;
  let isOver = false;
  async function nextChunk(): Promise<Uint8Array | undefined> {
    const first = chunk;
    chunk = undefined;
    const taken = first ?? (await bytes.next()).value;
    size += taken?.byteLength ?? 0;
    // Whoever wants the whole answer has it gathered in memory first, be it streamed by the upstream.
    if (size > maxAnswerBytes && !call.prepared.facts.stream) {
      throw new Error('the answer is larger than 64 MiB');
    }
    return taken;
  }
  return {
    async next() {
      while (!isOver) {
        let step: StreamStep | undefined;
        try {
          const next = await nextChunk();
          isOver = next === undefined;
          step = next === undefined ? decoder.end() : decoder.push(next);
        } catch (error) {
          isOver = true;
          step = decoder.breakOff();
          if (step === undefined) throw error;
        }
        if (step !== undefined) return step;
      }
      return undefined;
    },
  };
}

/** The first bytes that are more than white space, with what came before them; empty for an empty body. */
async function readHead(bytes: TimedBytes): Promise<Uint8Array> {
  const held: Uint8Array[] = [];
  for (let next = await bytes.next(); next.done !== true; next = await bytes.next()) {
    held.push(next.value);
    if (Buffer.from(next.value).toString('latin1').trim() !== '') break;
  }
  return Buffer.concat(held);
}

/** Some upstreams answer a stream request with a JSON body under any content type; no event stream begins with `{`. */
function isJson(head: Uint8Array): boolean {
  return Buffer.from(head).toString('latin1').trimStart().startsWith('{');
}

async function* joined(head: Uint8Array, rest: TimedBytes): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
=======
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
>>>>>>> main
}

/** The bytes of a body, each wait for them limited by the deadlines. */
interface TimedBytes extends AsyncIterable<Uint8Array> {
  next(): Promise<IteratorResult<Uint8Array, undefined>>;
  /** Lets the connection go. Idempotent. */
  release(): void;
}

function timedBytes(call: Call, response: UpstreamResponse): TimedBytes {
  const iterator = response.body[Symbol.asyncIterator]();
  let isReleased = false;
  const bytes: TimedBytes = {
    async next() {
      const next = await call.deadlines.waitFor(iterator.next());
<<<<<<< HEAD
      if (next.done !== true) return next;
      isReleased = true;
      return { done: true, value: undefined };
    },
    release() {
      if (!isReleased) release(call, iterator, response);
      isReleased = true;
    },
    [Symbol.asyncIterator]: () => bytes,
  };
  return bytes;
=======
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
>>>>>>> main
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

<<<<<<< HEAD
=======
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

>>>>>>> main
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
