import { conversationOf } from './affinity';
import { answerNothing, answerWithoutServerTool } from './answerHere';
import type { PreparedRequest } from './attempt';
import { type ChainContext, type ChainOutcome, walkChain } from './chain';
import { type ContentLog, createContentLog } from './contentLog';
import type { Core } from './core';
import { deliver, type Served } from './deliver';
import { answerHeaders, policies } from './failure';
import { requestSentence } from './failureMessage';
import { createLiveStream } from './liveStream';
import { listedApart, phrase, type Words } from './phrase';
import { headerSafe, type Reply, withHeaders } from './reply';
import { describeContent } from './requestContent';
import { describeRequest } from './requestFacts';
import { routeHeader, skippedPhrase } from './routeInWords';
import { route } from './router';
import type { ClientRequest } from './routeTable';
import type { Failure, Route } from './types';
import { type ParsedRequest, readMessagesRequest } from './wire/anthropicRequest';
import type { ClientCodec } from './wire/clients';

/** `POST /v1/messages`, and the same for every other client format: the whole path of a request. */
export async function handleMessages(
  core: Core,
  codec: ClientCodec,
  client: ClientRequest,
  plainReply: Reply,
): Promise<void> {
  const read = readRequest(core, codec, client.body);
  const observer = core.observe(client.id);
  if (!read.ok) {
    observer.refused('the request is not valid', read.message);
    const message = codec.wordRefusal?.(read.message) ?? read.message;
    return plainReply.error(400, 'invalid_request_error', message);
  }
  const contentLog = createContentLog(core, client.id);
  contentLog.asked(client.body);
  const facts = describeRequest(read.request, client.headers, core.tokens.count);
  const content = describeContent(read.request, facts.requestClass);
  const usual = route(facts, content, core.table(), core.tokens.inputTokens);
  const conversation = conversationOf(read.request, facts, usual.scenario);
  const chosen = conversation === undefined ? usual : core.affinity.follow(usual, conversation);
  observer.routed(facts, chosen);
  const reply = withHeaders(plainReply, {
    'x-switchyard-scenario': headerSafe(chosen.scenario),
    'x-switchyard-route': routeHeader(chosen),
  });
  const [first, ...others] = chosen.targets;
  if (first === undefined) {
    observer.refused('no model of the chain can be called', '');
    return refuseEmptyChain(reply, chosen);
  }
  const { stream, inputTokens } = facts;
  if (read.request.maxTokens === 0) {
    observer.answeredHere('max_tokens is 0');
    return answerNothing({ codec, reply, stream, inputTokens }, first.model);
  }
  if (chosen.lackingServerTools.length > 0) {
    observer.answeredHere(`no model of the chain runs ${chosen.lackingServerTools.join(', ')}`);
    return answerWithoutServerTool({ codec, reply, stream, inputTokens }, chosen);
  }
  const prepared: PreparedRequest = {
    request: read.request,
    facts,
    inputTokens: (target) => core.tokens.inputTokens(target, facts),
    anthropicVersion: headerText(client, 'anthropic-version'),
    anthropicBeta: headerText(client, 'anthropic-beta'),
  };
  const live = stream ? createLiveStream(reply, core.clock, codec.pingFrame) : undefined;
  const served: Served = { core, client, codec, reply, observer, prepared, live };
  try {
    const outcome = await walkChain(
      [first, ...others],
      prepared,
      chainContext(served, contentLog),
      client.signal,
    );
    if (outcome.served) {
      const { answer, permit, failures } = outcome;
      const { skipped } = chosen;
      const moved =
        conversation && core.affinity.served(conversation, answer.target, { failures, skipped });
      if (moved !== undefined) observer.moved(moved);
      await deliver(served, contentLog.watch(answer), permit);
    } else {
      await refuse(served, outcome);
    }
    // Without a head there is nobody to answer: ending it all the same would be an empty success.
    if (reply.hasStarted) reply.end();
  } finally {
    live?.dispose();
    observer.closed();
  }
}

function readRequest(core: Core, codec: ClientCodec, body: Buffer): ParsedRequest {
  const read = codec.readRequest(body);
  return read.ok ? readMessagesRequest(core.bodies.read(read.messages)) : read;
}

function chainContext({ core, observer }: Served, contentLog: ContentLog): ChainContext {
  return {
    // Asked for at each attempt: settings may have replaced the client meanwhile.
    send: (request) => core.send()(request),
    clock: core.clock,
    version: core.version(),
    timeouts: core.settings().timeouts,
    onAuthError: core.settings().onAuthError,
    health: core.health,
    apiKey: core.apiKey,
    isKeyHeldBack: core.isKeyHeldBack,
    redact: core.redact,
    learnedFormats: core.learnedFormats,
    signatures: core.signatures,
    otherFormat: core.otherFormat,
    proxyOf: core.proxyOf,
    onAttempt: observer.attempting,
    onFailure(target, failure, how) {
      observer.failedAttempt(target, contentLog.failureForLog(failure), how);
      // What an old key was refused says nothing of the new one.
      if (how !== 'outdated') core.tell(failure);
    },
  };
}

async function refuse(
  served: Served,
  outcome: Extract<ChainOutcome, { served: false }>,
): Promise<void> {
  const { core, live, observer, reply } = served;
  const { failure, failures } = outcome;
  observer.failed(failure, statusFor(served, failure));
  if (failure.kind === 'cancelled') return;
  const message = requestSentence(failure, failures, core.clock.now());
  if (live !== undefined && reply.hasStarted) {
    const encoder = served.codec.createStreamEncoder({ model: failure.model, inputTokens: 0 });
    const type = policies[failure.kind].answer.errorType;
    return live.write(encoder.encodeError(type, message));
  }
  answerFailure(served, withRetryTime(failure, failures), message);
}

/** A chain may be tried again as soon as the first of its targets may, not only when the one that is named may. */
function withRetryTime(failure: Failure, failures: readonly Failure[]): Failure {
  const timeOf = ({ resetsAt, retryAt }: Failure) => resetsAt ?? retryAt ?? 0;
  const [first] = failures
    .filter(({ kind }) => policies[kind].answer.isRetryable)
    .sort((a, b) => timeOf(a) - timeOf(b));
  const { resetsAt: _resetsAt, retryAt: _retryAt, ...rest } = failure;
  return {
    ...rest,
    ...(first?.resetsAt === undefined ? {} : { resetsAt: first.resetsAt }),
    ...(first?.retryAt === undefined ? {} : { retryAt: first.retryAt }),
  };
}

function answerFailure(served: Served, failure: Failure, message: Words): void {
  const { errorType } = policies[failure.kind].answer;
  const status = statusFor(served, failure);
  served.reply.error(status, errorType, message, answerHeaders(failure, served.core.clock.now()));
}

function statusFor({ codec }: Served, { kind }: Failure): number {
  const usual = policies[kind].answer.status;
  return codec.statusFor?.(kind, usual) ?? usual;
}

function refuseEmptyChain(reply: Reply, { scenario, skipped }: Route): void {
  const [first, ...others] = skipped.map(skippedPhrase);
  const message =
    first === undefined
      ? phrase(
          'Scenario “{0}” has no model that Switchyard can call. Check “switchyard.scenarios” and “switchyard.providers” in the VS Code settings.',
          scenario,
        )
      : phrase(
          'Scenario “{0}” has no model that Switchyard can call ({1}). Check “switchyard.scenarios” and “switchyard.providers” in the VS Code settings.',
          scenario,
          listedApart([first, ...others]),
        );
  reply.error(400, 'invalid_request_error', message);
}

function headerText(client: ClientRequest, name: string): string | undefined {
  const value = client.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
