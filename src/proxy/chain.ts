import { type Answer, type AttemptContext, attempt, type PreparedRequest } from './attempt';
import type { CancelSignal } from './cancellation';
import { policies } from './failure';
import { mostActionable } from './failureMessage';
import type { Health, Permit } from './health';
import type { KeyAccess } from './keyAccess';
import { originOf } from './keyOrigins';
import { modelFamily } from './modelFamily';
import { scopeKeys, withEachKey } from './targetKeys';
import {
  type Failure,
  type FailureOrigin,
  type Provider,
  type ProxySettings,
  type Target,
  targetName,
  type WireFormat,
} from './types';

/** What the chain needs of its surroundings; one object for each request. */
export interface ChainContext
  extends Omit<AttemptContext, 'apiKey' | 'hasKeySucceeded'>,
    KeyAccess {
  readonly health: Health;
  readonly onAuthError: ProxySettings['onAuthError'];
  /** The wire format that last worked for a target whose own was refused. Shared between requests. */
  readonly learnedFormats: Map<string, WireFormat>;
  /** The other wire format to try for a target, when there is one. */
  otherFormat(target: Target): WireFormat | undefined;
  /** The address of the proxy between us and a target, when there is one. */
  proxyOf(target: Target): string | undefined;
  /** Called as things happen, for the log. */
  onAttempt(target: Target): void;
  onFailure(target: Target, failure: Failure, how: FailureOrigin): void;
}

export type ChainOutcome =
  | {
      readonly served: true;
      readonly answer: Answer;
      readonly permit: Permit;
      readonly failures: readonly Failure[];
    }
  | { readonly served: false; readonly failure: Failure; readonly failures: readonly Failure[] };

/** Walks the fallback chain until a target answers with content or no target left can help. The only loop over attempts. */
export async function walkChain(
  targets: readonly [Target, ...Target[]],
  prepared: PreparedRequest,
  context: ChainContext,
  clientSignal: CancelSignal,
): Promise<ChainOutcome> {
  const failures: Failure[] = [];
  let left: readonly Target[] = targets
    .map((target) => inLearnedFormat(target, context))
    .flatMap((target) => withEachKey(target, (slot) => hasKey(context, target.provider, slot)));
  for (;;) {
    const target = left[0];
    if (target === undefined) break;
    const tried = await tryTarget(target, prepared, context, { clientSignal, failures });
    if (tried.answer !== undefined) {
      learnFormat(target, targets, context);
      return { served: true, ...tried, failures };
    }
    context.onFailure(target, tried.failure, tried.how);
    // The same target once more, with the key that is in force now.
    if (tried.how === 'outdated') continue;
    failures.push(tried.failure);
    left = remaining(target, left.slice(1), tried.failure, failures, context);
  }
  const failure = mostActionable(failures);
  if (failure === undefined) throw new Error('a chain without targets was walked');
  return { served: false, failure, failures };
}

type Tried =
  | { readonly answer: Answer; readonly permit: Permit }
  | { readonly answer?: undefined; readonly failure: Failure; readonly how: FailureOrigin };

async function tryTarget(
  target: Target,
  prepared: PreparedRequest,
  context: ChainContext,
  so: { readonly clientSignal: CancelSignal; readonly failures: readonly Failure[] },
): Promise<Tried> {
  const { provider, credential, model } = target;
  const keyInForce = () =>
    credential === undefined ? undefined : context.apiKey(provider, credential);
  const apiKey = keyInForce();
  if (apiKey === undefined && credential !== undefined) {
    if (provider.credentials.some((slot) => context.isKeyHeldBack(provider, slot))) {
      const detail = `held back from ${originOf(provider.baseUrl)}`;
      const failure: Failure = { kind: 'keyHeldBack', detail, provider, credential, model };
      return { failure, how: 'missing' };
    }
    const detail = 'no API key is set';
    return { failure: { kind: 'missingKey', detail, provider, credential, model }, how: 'missing' };
  }
  const keys = scopeKeys(target, context.proxyOf(target));
  const admission = context.health.admit(keys);
  if (!admission.admitted) return { failure: admission.failure, how: 'remembered' };
  const { permit } = admission;
  context.onAttempt(target);
  const hasKeySucceeded =
    credential !== undefined &&
    context.health.hasSucceeded(credential) &&
    !hasUnexplained401(so.failures, credential);
  try {
    const own = { ...context, apiKey, hasKeySucceeded };
    const result = await attempt(target, prepared, own, so.clientSignal);
    if (result.ok) {
      permit.started({ ttftMs: result.answer.ttftMs });
      return { answer: result.answer, permit };
    }
    permit.failed(result.failure);
    const isOutdated = keyInForce() !== apiKey && aboutKey.has(policies[result.failure.kind].scope);
    if (isOutdated) return { failure: result.failure, how: 'outdated' };
    const retryAt = context.health.retryAt(keys);
    const failure = retryAt === undefined ? result.failure : { ...result.failure, retryAt };
    return { failure, how: 'attempted' };
  } catch (error) {
    permit.released();
    throw error;
  }
}

const aboutKey: ReadonlySet<string> = new Set(['credential', 'plan']);

/** A 401 that says nothing blames the model as long as the key has served; the second in a row blames the key. */
function hasUnexplained401(failures: readonly Failure[], credential: string): boolean {
  return failures.some(
    (failure) => failure.isUnexplained === true && failure.credential === credential,
  );
}

/** Remembers the wire format that worked where it is not the one that the settings name. */
function learnFormat(served: Target, targets: readonly Target[], context: ChainContext): void {
  const name = targetName(served);
  const routed = targets.find((target) => targetName(target) === name);
  if (routed === undefined) return;
  if (routed.wireFormat === served.wireFormat) context.learnedFormats.delete(name);
  else context.learnedFormats.set(name, served.wireFormat);
}

function inLearnedFormat(target: Target, context: ChainContext): Target {
  const wireFormat = context.learnedFormats.get(targetName(target));
  return wireFormat === undefined ? target : { ...target, wireFormat };
}

/** The links of the chain that a failure leaves worth trying. */
function remaining(
  failed: Target,
  rest: readonly Target[],
  failure: Failure,
  failures: readonly Failure[],
  context: ChainContext,
): readonly Target[] {
  if (hasSpentSecondOpinion(failures)) return [];
  const { chain, scope, isOfKey } = policies[failure.kind];
  // A guess at whom to blame must not bring a key that has not served yet under the same suspicion.
  const mayOtherKeyHelp = isOfKey && failure.isUnexplained !== true;
  const others = mayOtherKeyHelp ? rest : rest.filter((target) => !isByAnotherKey(target, failed));
  switch (chain) {
    case 'stop':
      if (scope !== 'credential') return [];
      if (context.onAuthError === 'stop' && !hasKeyLeft(failed.provider, failures, context))
        return [];
      return rest.filter((target) => slotOf(target) !== slotOf(failed));
    case 'next':
      return others;
    case 'skipPlan':
      return rest.filter((target) => scopeKeys(target).plan !== scopeKeys(failed).plan);
    case 'skipHost':
      return failure.proxy === undefined
        ? rest.filter((target) => hostOf(target) !== hostOf(failed))
        : rest.filter((target) => context.proxyOf(target) !== failure.proxy);
    case 'otherWireFormat': {
      const wireFormat = context.otherFormat(failed);
      const isSecond =
        failures.filter((f) => isAbout(f, failed) && f.kind === failure.kind).length > 1;
      return wireFormat === undefined || isSecond ? others : [{ ...failed, wireFormat }, ...others];
    }
    case 'largerContext': {
      const size = failed.facts.context ?? 0;
      return others.filter((target) => (target.facts.context ?? 0) > size);
    }
    case 'oneMore':
      return others.filter((target) => isUnlike(target, failed));
  }
}

/** The same target, to be asked with another of its provider's keys. */
function isByAnotherKey(target: Target, failed: Target): boolean {
  return targetName(target) === targetName(failed) && target.credential !== failed.credential;
}

/** True unless every key of the provider was rejected. One whose plan is used up is still a good key. */
function hasKeyLeft(
  provider: Provider,
  failures: readonly Failure[],
  context: ChainContext,
): boolean {
  const rejected = new Set(
    failures.flatMap(({ kind, credential }) =>
      policies[kind].scope === 'credential' && credential !== undefined ? [credential] : [],
    ),
  );
  return provider.credentials.some(
    (slot) => hasKey(context, provider, slot) && !rejected.has(slot),
  );
}

function hasKey(context: ChainContext, provider: Provider, credential: string): boolean {
  return context.apiKey(provider, credential) !== undefined;
}

/** After a malformed request one more target is asked; one that memory kept from being asked does not count. */
function hasSpentSecondOpinion(failures: readonly Failure[]): boolean {
  const first = failures.findIndex(({ kind }) => policies[kind].chain === 'oneMore');
  return first >= 0 && failures.slice(first + 1).some(({ remembered }) => remembered !== true);
}

/** Providers without a key share none. */
function slotOf({ credential, provider }: Target): string {
  return credential ?? `none of ${provider.id}`;
}

function hostOf(target: Target): string {
  return new URL(target.provider.baseUrl).host;
}

function isAbout(failure: Failure, target: Target): boolean {
  return failure.provider.id === target.provider.id && failure.model === target.model;
}

/** Another wire format or model family may accept what this one called malformed; its siblings would say the same. */
function isUnlike(target: Target, failed: Target): boolean {
  return (
    target.wireFormat !== failed.wireFormat ||
    modelFamily(target.model) !== modelFamily(failed.model)
  );
}
