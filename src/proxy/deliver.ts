import type { Answer, PreparedRequest } from './attempt';
import type { Core } from './core';
import { policies } from './failure';
import { sentence } from './failureMessage';
import type { Permit } from './health';
import type { LiveStream } from './liveStream';
import { once } from './once';
import { render } from './phrase';
import { headerSafe, type Reply } from './reply';
import type { Ending, RequestObserver } from './requestObserver';
import type { ClientRequest } from './routeTable';
import { type Failure, type Target, targetName } from './types';
import { type EncoderOptions, encodeErrorEvent } from './wire/anthropic';
import type { ClientCodec } from './wire/clients';
import { collectMessage } from './wire/message';
import { createOpenBlock } from './wire/openBlock';
import { isContent, noUsage, type StreamEvent, type Usage } from './wire/streamEvent';

/** All that belongs to one request. */
export interface Served {
  readonly core: Core;
  readonly client: ClientRequest;
  readonly codec: ClientCodec;
  readonly reply: Reply;
  readonly observer: RequestObserver;
  readonly prepared: PreparedRequest;
  readonly live: LiveStream | undefined;
}

/** Brings an answer that has begun to the client, and tells health and log how it ended. */
export async function deliver(served: Served, answer: Answer, permit: Permit): Promise<void> {
  const { observer, live } = served;
  observer.answered(answer.target, answer.ttftMs, answer.omitted);
  if (answer.omitted.includes('safeguards')) served.core.tellSafeguardsLeftOut(answer.target);
  const ended =
    live === undefined
      ? await deliverWhole(served, answer)
      : await deliverStream(served, live, answer);
  if (ended.failure === undefined) {
    permit.succeeded({ ttftMs: answer.ttftMs });
    served.core.tokens.learn(answer.target, served.prepared.facts, ended.ending.usage);
    observer.served(answer.target, ended.ending);
    return;
  }
  permit.failed(ended.failure);
  observer.brokeOff(answer.target, ended.failure);
}

interface Ended {
  readonly ending: Ending;
  readonly failure: Failure | undefined;
}

async function deliverStream(served: Served, live: LiveStream, answer: Answer): Promise<Ended> {
  const { core, prepared, codec, observer } = served;
  live.setHeaders(targetHeaders(answer.target));
  const encoder = once(() =>
    codec.createStreamEncoder({
      model: answer.target.model,
      inputTokens: prepared.inputTokens(answer.target),
    }),
  );
  let ending = noEnding;
  const openBlock = createOpenBlock();
  let isPassing = false;
  let isUncounted = false;
  let hasText = false;
  for (;;) {
    const next = await answer.steps.next();
    if (next.done === true) {
      const failure = next.value;
      if (failure !== undefined && failure.kind !== 'cancelled') {
        const type = policies[failure.kind].answer.errorType;
        const message = sentence(failure, core.clock.now());
        await live.write(
          isPassing
            ? openBlock.closing() + encodeErrorEvent(type, render(message))
            : encoder().encodeError(type, message),
        );
      }
      return { ending, failure };
    }
    const step = next.value;
    for (const event of step.events) {
      if (!hasText && isTextOrTool(event)) {
        hasText = true;
        observer.textBegan();
      }
      if (event.type === 'message-start') isUncounted ||= startsUncounted(event.usage);
      else if (event.type === 'message-end') ending = endingOf(event);
    }
    isPassing = codec.canPassAnthropic && step.bytes !== undefined && !isUncounted;
    if (isPassing) openBlock.follow(step.events);
    const chunk =
      isPassing && step.bytes !== undefined ? step.bytes : encoder().encode(step.events);
    const drained = chunk.length > 0 ? live.write(chunk) : undefined;
    if (drained !== undefined) await drained;
  }
}

function isTextOrTool(event: StreamEvent): boolean {
  if (event.type === 'thinking-delta' || event.type === 'redacted-thinking') return false;
  return isContent(event);
}

/** Clients compact by the usage they are told: where the upstream counts nothing, our estimate goes in. */
function startsUncounted({ inputTokens, cacheReadTokens, cacheWriteTokens }: Usage): boolean {
  return inputTokens + cacheReadTokens + cacheWriteTokens === 0;
}

/** The attempt has already gathered the whole answer, so that one that breaks off could still fall back. */
async function deliverWhole(served: Served, answer: Answer): Promise<Ended> {
  const { reply, prepared, codec } = served;
  const events: StreamEvent[] = [];
  let json: string | undefined;
  for (let next = await answer.steps.next(); next.done !== true; next = await answer.steps.next()) {
    events.push(...next.value.events);
    json ??= next.value.json;
  }
  // A body in the client's own format goes through as it came.
  const canPass = codec.canPassAnthropic && answer.target.wireFormat === 'anthropic-messages';
  const inputTokens = prepared.inputTokens(answer.target);
  const body =
    canPass && json !== undefined
      ? json
      : encodeCollected(codec, events, { model: answer.target.model, inputTokens });
  reply.json(200, body, targetHeaders(answer.target));
  const end = events.find((event) => event.type === 'message-end');
  return { ending: end?.type === 'message-end' ? endingOf(end) : noEnding, failure: undefined };
}

/** The JSON text of the answer that these events make. */
export function encodeCollected(
  codec: ClientCodec,
  events: readonly StreamEvent[],
  options: EncoderOptions,
): string {
  const message = collectMessage(events);
  if (message === undefined) throw new Error('a whole answer gave no message');
  return codec.encodeMessage(message, options);
}

const noEnding: Ending = { usage: noUsage, stopReason: 'end_turn' };

function endingOf({ usage, stopReason }: Ending): Ending {
  return { usage, stopReason };
}

function targetHeaders(target: Target): Record<string, string> {
  return { 'x-switchyard-target': headerSafe(targetName(target)) };
}
