import { type Answer, type AttemptContext, attempt, type PreparedRequest } from './attempt';
import { policies } from './failure';
import { mostActionable } from './failureMessage';
import type { Health, Permit, ScopeKeys } from './health';
import {
  type Failure,
  type ProxySettings,
  type Target,
  targetName,
  type WireFormat,
} from './types';

/** What the chain needs of its surroundings; one object for each request. */
export interface ChainContext extends Omit<AttemptContext, 'apiKey' | 'hasKeySucceeded'> {
  readonly health: Health;
  readonly onAuthError: ProxySettings['onAuthError'];
  apiKey(credential: string): string | undefined;
  /** The wire format that last worked for a target whose own was refused. Shared between requests. */
  readonly learnedFormats: Map<string, WireFormat>;
  /** The other wire format to try for a target, when there is one. */
  otherFormat(target: Target): WireFormat | undefined;
  /** Called as things happen, for the log. */
  onAttempt(target: Target): void;
  onFailure(target: Target, failure: Failure, attempted: boolean): void;
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
  clientSignal: AbortSignal,
): Promise<ChainOutcome> {
  const failures: Failure[] = [];
  let left: readonly Target[] = targets.map((target) => inLearnedFormat(target, context));
  for (;;) {
    const target = left[0];
    if (target === undefined) break;
    const tried = await tryTarget(target, prepared, context, clientSignal);
    if (tried.answer !== undefined) return { served: true, ...tried, failures };
    failures.push(tried.failure);
    context.onFailure(target, tried.failure, tried.attempted);
    left = remaining(target, left.slice(1), tried.failure, failures, context);
  }
  const failure = mostActionable(failures);
  if (failure === undefined) throw new Error('a chain without targets was walked');
  return { served: false, failure, failures };
}

type Tried =
  | { readonly answer: Answer; readonly permit: Permit }
  | { readonly answer?: undefined; readonly failure: Failure; readonly attempted: boolean };

async function tryTarget(
  target: Target,
  prepared: PreparedRequest,
  context: ChainContext,
  clientSignal: AbortSignal,
): Promise<Tried> {
  const { provider, model } = target;
  const apiKey = context.apiKey(provider.credential);
  if (apiKey === undefined && provider.credential !== 'none') {
    const detail = 'no API key is set';
    return { failure: { kind: 'missingKey', detail, provider, model }, attempted: false };
  }
  const admission = context.health.admit(scopeKeys(target));
  if (!admission.admitted) {
    // The memory of a plan or key may come from another model; this refusal is about ours.
    return { failure: { ...admission.failure, remembered: true }, attempted: false };
  }
  const { permit } = admission;
  context.onAttempt(target);
  const hasKeySucceeded = context.health.hasSucceeded(provider.credential);
  const result = await attempt(
    target,
    prepared,
    { ...context, apiKey, hasKeySucceeded },
    clientSignal,
  );
  if (!result.ok) {
    permit.failed(result.failure);
    return { failure: result.failure, attempted: true };
  }
  permit.started({ ttftMs: result.answer.ttftMs });
  context.learnedFormats.set(targetName(target), target.wireFormat);
  return { answer: result.answer, permit };
}

/** The names under which health remembers what a target depends on. */
export function scopeKeys(target: Target): ScopeKeys {
  const { provider } = target;
  return {
    target: targetName(target),
    plan: provider.id,
    ...(provider.credential === 'none' ? {} : { credential: provider.credential }),
    host: new URL(provider.baseUrl).host,
  };
}

function inLearnedFormat(target: Target, context: ChainContext): Target {
  const wireFormat = context.learnedFormats.get(targetName(target));
  return wireFormat === undefined ? target : { ...target, wireFormat };
}

/** The targets that a failure leaves worth trying. */
function remaining(
  failed: Target,
  rest: readonly Target[],
  failure: Failure,
  failures: readonly Failure[],
  context: ChainContext,
): readonly Target[] {
  const { provider } = failed;
  switch (policies[failure.kind].chain) {
    case 'stop':
      if (policies[failure.kind].scope !== 'credential') return [];
      if (context.onAuthError === 'stop') return [];
      return rest.filter((target) => target.provider.credential !== provider.credential);
    case 'next':
      return rest;
    case 'skipPlan':
      return rest.filter((target) => target.provider.id !== provider.id);
    case 'skipHost':
      return rest.filter((target) => hostOf(target) !== hostOf(failed));
    case 'otherWireFormat': {
      const wireFormat = context.otherFormat(failed);
      const isSecond =
        failures.filter((f) => isAbout(f, failed) && f.kind === failure.kind).length > 1;
      return wireFormat === undefined || isSecond ? rest : [{ ...failed, wireFormat }, ...rest];
    }
    case 'largerContext': {
      const size = failed.facts.context ?? 0;
      return rest.filter((target) => (target.facts.context ?? 0) > size);
    }
    case 'oneMore': {
      if (failures.filter((f) => policies[f.kind].chain === 'oneMore').length > 1) return [];
      const other = rest.find((target) => isUnlike(target, failed));
      return other === undefined ? [] : [other];
    }
  }
}

function hostOf(target: Target): string {
  return new URL(target.provider.baseUrl).host;
}

function isAbout(failure: Failure, target: Target): boolean {
  return failure.provider.id === target.provider.id && failure.model === target.model;
}

/** Another wire format or model family may accept what this one called malformed; its siblings would say the same. */
function isUnlike(target: Target, failed: Target): boolean {
  return target.wireFormat !== failed.wireFormat || family(target.model) !== family(failed.model);
}

/** `glm-5.3-flash` → `glm`; `vendor/model-1` → `model`. */
function family(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1);
  return /^[a-z]*/i.exec(name)?.[0].toLowerCase() ?? name;
}
