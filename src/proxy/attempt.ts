import { broken, endedByUs, readAnswer } from './answer';
import type { CancelSignal } from './cancellation';
import type { Clock } from './clock';
import { createDeadlines, type Deadlines, waitWithin } from './deadlines';
import { phrase } from './phrase';
import { settingsHeaders, urlOf } from './providerCall';
import type { Redact } from './redact';
import type { SignatureMemory } from './signatures';
import type { Failure, RequestFacts, Target, Timeouts } from './types';
import type { Send, SendResult } from './upstream';
import { upstreamHeaders } from './upstreamHeaders';
import type { MessagesRequest } from './wire/anthropicRequest';
import { codecs, type ToolNames, type UpstreamCodec } from './wire/formats';
import { collectMessage } from './wire/message';
import { isContent, type StreamStep } from './wire/streamEvent';

/** A client's request, read and measured, ready to be sent to any target. */
export interface PreparedRequest {
  readonly request: MessagesRequest;
  readonly facts: RequestFacts;
  /** The input in the tokens of a target. */
  inputTokens(target: Target): number;
  readonly anthropicVersion: string | undefined;
  readonly anthropicBeta: string | undefined;
}

export interface AttemptContext {
  readonly send: Send;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly version: string;
  /** The key of the target's credential; undefined when it has none or needs none. */
  readonly apiKey: string | undefined;
  readonly hasKeySucceeded: boolean;
  /** Blanks out every key and access token that was ever in force. */
  readonly redact: Redact;
  readonly signatures: SignatureMemory;
}

/** An answer that has begun with content, so that no fallback may follow. */
export interface Answer {
  readonly target: Target;
  readonly ttftMs: number;
  /** What the request lost on its way into the target's wire format, in words. */
  readonly omitted: readonly string[];
  /** Must be read to their end. */
  readonly steps: AnswerSteps;
}

/** An answer's steps, and at the end the failure of one that broke off, undefined for a whole one. */
export interface AnswerSteps {
  next(): Promise<IteratorResult<StreamStep, Failure | undefined>>;
}

export type AttemptResult =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly failure: Failure };

/** All that belongs to one attempt. */
export interface Call {
  readonly target: Target;
  readonly prepared: PreparedRequest;
  readonly context: AttemptContext;
  readonly codec: UpstreamCodec;
  readonly deadlines: Deadlines;
  readonly clientSignal: CancelSignal;
}

/** Tries one target once: encodes, sends, and waits for the first content. Aborting `clientSignal` ends it as `cancelled`. */
export async function attempt(
  target: Target,
  prepared: PreparedRequest,
  context: AttemptContext,
  clientSignal: CancelSignal,
): Promise<AttemptResult> {
  const codec = codecs[target.wireFormat];
  if (codec === undefined) return { ok: false, failure: unsupported(target) };
  const startedAt = context.clock.now();
  const deadlines = createDeadlines({
    clock: context.clock,
    firstTokenMs: firstTokenMs(target, prepared, context.timeouts),
    idleMs: context.timeouts.idleMs,
    clientSignal,
  });
  const call: Call = { target, prepared, context, codec, deadlines, clientSignal };
  const { result, omitted, toolNames } = await post(call);
  if (!result.ok) {
    deadlines.dispose();
    return { ok: false, failure: sendFailure(call, result) };
  }
  const steps = readAnswer(call, result.response, toolNames);
  const begun = await (prepared.facts.stream ? untilContent(steps) : untilEnd(call, steps));
  if (begun.failure !== undefined) return { ok: false, failure: begun.failure };
  const ttftMs = context.clock.now() - startedAt;
  return { ok: true, answer: { target, ttftMs, omitted, steps: resume(begun.held, steps) } };
}

/**
 * A whole answer gives no sign of life before its end, so each token that it may hold adds to its time: 50 a second is slow
 * for any model. Claude Code itself allows 600 s.
 */
const wholeAnswerMsPerToken = 20;
const maxWholeAnswerMs = 600_000;

/** Models that always think may keep their thinking to themselves: they get this many times the time of others. */
const thinkingPatience = 2;

function firstTokenMs(target: Target, prepared: PreparedRequest, timeouts: Timeouts): number {
  if (prepared.facts.stream) {
    const isSlow = target.facts.quirks?.thinkingAlwaysOn === true;
    return isSlow ? timeouts.firstTokenMs * thinkingPatience : timeouts.firstTokenMs;
  }
  const answerMs = (prepared.facts.maxOutputTokens ?? 0) * wholeAnswerMsPerToken;
  return Math.max(
    timeouts.firstTokenMs,
    Math.min(timeouts.firstTokenMs + answerMs, maxWholeAnswerMs),
  );
}

interface Posted {
  readonly result: SendResult;
  readonly omitted: readonly string[];
  readonly toolNames: ToolNames;
}

async function post(call: Call): Promise<Posted> {
  const { target, prepared, context, codec, deadlines } = call;
  const { provider, model } = target;
  const { stream, sessionId } = prepared.facts;
  const { body, headers, omitted, toolNames } = codec.encodeRequest({
    request: prepared.request,
    model,
    facts: target.facts,
    parameters: target.parameters,
    stream,
    inputTokens: prepared.inputTokens(target),
    sessionId,
    isAnthropic: provider.isAnthropic === true,
    maxTokensField: provider.maxTokensField ?? 'max_tokens',
    anthropicVersion: prepared.anthropicVersion,
    anthropicBeta: prepared.anthropicBeta,
    mayReplay: (signature) => context.signatures.mayReplay(signature, target),
  });
  const result = await waitWithin(
    deadlines,
    context.send({
      method: 'POST',
      url: urlOf(provider, codec.path(model, stream)),
      headers: {
        ...upstreamHeaders(target, context, { stream, sessionId }),
        ...headers,
        ...settingsHeaders(provider, context.apiKey),
      },
      body,
      signal: deadlines.signal,
    }),
  );
  return { result, omitted, toolNames };
}

interface Begun {
  readonly held: readonly StreamStep[];
  readonly failure: Failure | undefined;
}

/** A client that wants one whole answer has got nothing before its end: until then a fallback is still possible. */
async function untilEnd(call: Call, steps: AnswerSteps): Promise<Begun> {
  const held: StreamStep[] = [];
  for (;;) {
    const next = await steps.next();
    if (next.done !== true) {
      held.push(next.value);
      continue;
    }
    if (next.value !== undefined) return { held, failure: next.value };
    const canPass = call.codec.format === 'anthropic-messages' && held[0]?.json !== undefined;
    const isWhole = canPass || collectMessage(held.flatMap((step) => step.events)) !== undefined;
    return {
      held,
      failure: isWhole ? undefined : broken(call, phrase('a tool call is not complete')),
    };
  }
}

async function untilContent(steps: AnswerSteps): Promise<Begun> {
  const held: StreamStep[] = [];
  for (;;) {
    const next = await steps.next();
    // A whole answer without content (a stop sequence hit at once) ends here as a success.
    if (next.done === true) return { held, failure: next.value };
    held.push(next.value);
    if (next.value.events.some(isContent)) return { held, failure: undefined };
  }
}

function resume(held: readonly StreamStep[], rest: AnswerSteps): AnswerSteps {
  const steps = held.values();
  return {
    next() {
      const next = steps.next();
      return next.done === true ? rest.next() : Promise.resolve(next);
    },
  };
}

function unsupported(target: Target): Failure {
  const { provider, credential, model, wireFormat } = target;
  const detail = phrase('wire format {0} is not supported', wireFormat);
  return { kind: 'modelRefused', provider, credential, model, detail };
}

function sendFailure(call: Call, result: Extract<SendResult, { ok: false }>): Failure {
  const ended = endedByUs(call);
  if (ended !== undefined) return ended;
  const { provider, credential, model } = call.target;
  const proxy = result.proxy === undefined ? {} : { proxy: result.proxy };
  const about = { detail: result.detail, provider, credential, model, ...proxy };
  switch (result.reason) {
    case 'connectTimeout': {
      const timeoutMs = call.context.timeouts.connectMs;
      return { kind: 'timeout', ...about, phase: 'connect', timeoutMs };
    }
    case 'unreachable':
    case 'networkRefused':
      return { kind: result.reason, ...about };
    case 'broken':
      return broken(call, result.detail);
    case 'cancelled':
      return { kind: 'cancelled', ...about };
  }
}
