import type { AnswerSteps, Call } from './attempt';
import { type AnswerError, classify, type UpstreamAnswer } from './classify';
import { type Phrase, phrase, render, type Words } from './phrase';
import { readText } from './readText';
import { cleanForPerson } from './redact';
import { repeatsRequest } from './repeatsRequest';
import { firstLetter, joined, readHead, type TimedBytes, timedBytes } from './timedBytes';
import { WordedError } from './transportError';
import type { Failure } from './types';
import type { UpstreamResponse } from './upstream';
import { canPassWhole } from './wire/anthropicStream';
import type { ToolNames } from './wire/formats';
import { parseJson } from './wire/json';
import { openBrace } from './wire/jsonBytes';
import { maxEventBytes } from './wire/sse';
import type { StreamDecoder } from './wire/streamDecoder';
import { isContent, type StreamStep } from './wire/streamEvent';

/** Reads an answer's steps; at the end comes the failure that ended it, undefined after its end marker. Never throws. */
export function readAnswer(
  call: Call,
  response: UpstreamResponse,
  toolNames: ToolNames,
): AnswerSteps {
  return new AnswerReader(call, response, toolNames);
}

class AnswerReader implements AnswerSteps {
  readonly #call: Call;
  readonly #response: UpstreamResponse;
  readonly #toolNames: ToolNames;
  readonly #bytes: TimedBytes;
  readonly #seen: Seen = { hasContent: false };
  #steps: Steps | undefined;
  /** Known with the last step, told behind it. */
  #ending: Failure | 'whole' | undefined;

  constructor(call: Call, response: UpstreamResponse, toolNames: ToolNames) {
    this.#call = call;
    this.#response = response;
    this.#toolNames = toolNames;
    this.#bytes = timedBytes(call, response);
  }

  // Each function that waits for another costs some microseconds for each event of a stream: there are as few as may be.
  async next(): Promise<IteratorResult<StreamStep, Failure | undefined>> {
    if (this.#ending !== undefined) return this.#end(this.#ending);
    const call = this.#call;
    try {
      if (this.#steps === undefined) {
        const opened = await open(call, this.#response, this.#bytes, this.#toolNames);
        if ('kind' in opened) return this.#end(opened);
        this.#steps = opened;
      }
      const step = await this.#steps.next();
      if (step === undefined) {
        return this.#end(broken(call, phrase('the answer stopped before its end marker')));
      }
      const judged = judge(call, this.#seen, step);
      this.#ending = judged.ending;
      if (judged.passed !== undefined) return { done: false, value: judged.passed };
      return this.#end(judged.ending);
    } catch (error) {
      return this.#end(transportFailure(call, error));
    }
  }

  #end(how: Failure | 'whole'): IteratorReturnResult<Failure | undefined> {
    this.#ending = how;
    this.#bytes.release();
    this.#call.deadlines.dispose();
    return { done: true, value: how === 'whole' ? undefined : how };
  }
}

async function open(
  call: Call,
  { status, headers }: UpstreamResponse,
  bytes: TimedBytes,
  toolNames: ToolNames,
): Promise<Steps | Failure> {
  if (status < 200 || status > 299) {
    const body = await readText(bytes, maxErrorBytes);
    return failureOf(call, { status, headers, body });
  }
  const head = await readHead(bytes);
  return isJson(head)
    ? wholeAnswer(call, await readText(joined(head, bytes), maxAnswerBytes), toolNames)
    : new StreamSteps(call, head, bytes, toolNames);
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

export function broken(call: Call, detail: Words): Failure {
  const { provider, credential, model } = call.target;
  return { kind: 'brokenStream', detail, provider, credential, model };
}

/** The steps of an answer, undefined behind the last. */
interface Steps {
  next(): Promise<StreamStep | undefined>;
}

/** What an answer has shown so far. */
interface Seen {
  hasContent: boolean;
}

/** What of a step goes on, and how the answer ended with it. */
type Judged =
  | { readonly passed: StreamStep; readonly ending?: Failure | 'whole' }
  | { readonly passed?: undefined; readonly ending: Failure };

/** Looks for an answer's first signs and for its end marker or error. */
function judge(call: Call, seen: Seen, step: StreamStep): Judged {
  if (step.events.length > 0) call.deadlines.eventSeen();
  for (const event of step.events) {
    if (event.type === 'error') {
      // What came before the error in the same chunk is the client's; the error is ours to word.
      const events = step.events.slice(0, step.events.indexOf(event));
      const ending = failureOf(call, event.error, seen);
      // Of a body that is known to its end nothing need be shown: another target may still serve.
      const isShown = events.length > 0 && step.isWhole !== true;
      return isShown ? { passed: { ...step, events }, ending } : { ending };
    }
    // A block has begun, be it thinking that is kept from us: the model is at work.
    if (event.type !== 'message-start') call.deadlines.firstTokenSeen();
    if (event.type === 'thinking-end') rememberSignature(call, event.signature);
    seen.hasContent ||= isContent(event);
    if (event.type === 'message-end') {
      const isEmpty = !seen.hasContent && emptyIsWrong.has(event.stopReason);
      return isEmpty
        ? { ending: broken(call, phrase('the answer is empty')) }
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
  let step: StreamStep | undefined = {
    events,
    isWhole: true,
    ...(canPassWhole(body) ? { json: text } : {}),
  };
  return {
    async next() {
      const only = step;
      step = undefined;
      return only;
    },
  };
}

/**
 * Ends a stream that goes on without end or without saying anything. Whoever wants the whole answer has it gathered in
 * memory first; decoders keep tool inputs, and of some formats all texts, until the answer ends.
 */
class StreamSteps implements Steps {
  readonly #decoder: StreamDecoder;
  readonly #bytes: TimedBytes;
  readonly #maxBytes: number;
  #head: Uint8Array | undefined;
  #size = 0;
  /** Since the last event. */
  #silentBytes = 0;
  #isOver = false;

  constructor(call: Call, head: Uint8Array, bytes: TimedBytes, toolNames: ToolNames) {
    this.#decoder = call.codec.createStreamDecoder(call.target.model, toolNames);
    this.#head = head;
    this.#bytes = bytes;
    this.#maxBytes = call.prepared.facts.stream ? maxStreamBytes : maxAnswerBytes;
  }

  async next(): Promise<StreamStep | undefined> {
    while (!this.#isOver) {
      let step: StreamStep | undefined;
      try {
        const next = this.#head ?? (await this.#bytes.next()).value;
        this.#head = undefined;
        this.#count(next?.byteLength ?? 0);
        this.#isOver = next === undefined;
        step = next === undefined ? this.#decoder.end() : this.#decoder.push(next);
      } catch (error) {
        this.#isOver = true;
        step = this.#decoder.breakOff();
        if (step === undefined) throw error;
      }
      if (step === undefined) continue;
      if (step.events.length > 0) this.#silentBytes = 0;
      return step;
    }
    return undefined;
  }

  #count(taken: number): void {
    this.#size += taken;
    this.#silentBytes += taken;
    if (this.#size > this.#maxBytes) {
      throw new WordedError(phrase('the answer is larger than {0} MiB', inMiB(this.#maxBytes)));
    }
    // The longest event fits, and its frame around it.
    if (this.#silentBytes > 2 * maxEventBytes) {
      throw new WordedError(phrase('{0} MiB of the answer said nothing', inMiB(2 * maxEventBytes)));
    }
  }
}

/** Some upstreams answer a stream request with a JSON body under any content type; no event stream begins with `{`. */
function isJson(head: Uint8Array): boolean {
  return firstLetter(head) === openBrace;
}

/** An error page larger than this says nothing more. */
const maxErrorBytes = 64 * 1024;
const maxAnswerBytes = 64 * 1024 * 1024;
/** Eight times the longest answer that a model gives, with an event of 250 bytes for each of 128k tokens. */
const maxStreamBytes = 256 * 1024 * 1024;

function inMiB(bytes: number): number {
  return bytes / 1024 / 1024;
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
  const asked = call.prepared.request.body.bytes.toString('utf8');
  return repeatsRequest(render(failure.detail), asked)
    ? { ...failure, repeatsRequest: true }
    : failure;
}

function transportFailure(call: Call, error: unknown): Failure {
  return endedByUs(call) ?? broken(call, detailOf(error));
}

/** Node's words for it, which some agents take as a sign to try again: in English they stay as they are. */
const brokenOff: ReadonlyMap<string, Phrase> = new Map([
  ['other side closed', phrase('other side closed')],
  ['terminated', phrase('terminated')],
  ['aborted', phrase('aborted')],
  ['read ECONNRESET', phrase('read ECONNRESET')],
  ['unexpected end of file', phrase('unexpected end of file')],
  ['incorrect header check', phrase('incorrect header check')],
]);

function detailOf(error: unknown): Words {
  // Too many parts in one event, or too long a text, for the engine to hold.
  if (error instanceof RangeError) return phrase('the answer is larger than can be read');
  if (error instanceof WordedError) return error.words;
  const message = error instanceof Error ? error.message : String(error);
  return brokenOff.get(message) ?? cleanForPerson(message, 300);
}
