import { type AskedRequest, inWords } from './conditions';
import { type Phrase, phrase } from './phrase';
import { isProvided } from './targetKeys';
import { type Route, type Target, targetName } from './types';
import { runsServerTool } from './wire/requestRules';

type Chain = Pick<Route, 'targets' | 'skipped'>;

/**
 * The targets that can hold and serve a request, and why the others cannot. A limit that nobody meets is held against
 * nobody: our figures may be wrong, and the upstream's own answer is worth more than our guess.
 */
export function withinCapacity(
  targets: readonly Target[],
  { facts, content }: AskedRequest,
  {
    tokensFor,
    hasKey,
  }: { readonly tokensFor: (target: Target) => number; readonly hasKey: HasKey },
): Chain {
  const overflowOf = (target: Target) => overflow(target, tokensFor(target));
  const limits: readonly Limit[] = [
    (target) => missingServerTool(target, content.neededServerTools, hasKey),
    (target) => (facts.hasImages && !canSee(target) ? phrase('cannot see images') : undefined),
    (target) =>
      facts.hasTools && target.facts.tools === false ? phrase('cannot call tools') : undefined,
    overflowOf,
  ];
  const chain = limits.reduce(leaveOut, { targets, skipped: [] });
  const isTooLong = chain.targets.some(
    (target) => overflow(target, facts.inputTokens) !== undefined,
  );
  return isTooLong ? { ...chain, targets: largestFirst(chain.targets) } : chain;
}

type HasKey = (credential: string) => boolean;

/** Why a target is not to be asked. */
type Limit = (target: Target) => Phrase | undefined;

function leaveOut({ targets, skipped }: Chain, limit: Limit): Chain {
  const fitting = targets.filter((target) => limit(target) === undefined);
  if (fitting.length === 0 || fitting.length === targets.length) return { targets, skipped };
  const left = targets.flatMap((target) => {
    const reason = limit(target);
    return reason === undefined ? [] : [{ name: targetName(target), reason }];
  });
  return { targets: fitting, skipped: [...skipped, ...left] };
}

/** Only what is known to be blind is left out. */
export function canSee(target: Target): boolean {
  return target.facts.images !== false;
}

/** True when the target's own servers run a server tool of this type, and its key is there to ask them. */
export function runs({ provider, facts }: Target, type: string, hasKey: HasKey): boolean {
  const isAble = provider.isAnthropic === true || runsServerTool(facts, type);
  return isAble && isProvided(provider, hasKey);
}

function missingServerTool(
  target: Target,
  needed: readonly string[],
  hasKey: HasKey,
): Phrase | undefined {
  const missing = needed.find((type) => !runs(target, type, hasKey));
  return missing === undefined ? undefined : phrase('cannot be asked to run {0}', missing);
}

/** A tenth, since the tokens are an estimate, and room for a short answer. */
const marginShare = 0.1;
const leastAnswerTokens = 1024;

/** The smallest context window that holds an input of this many tokens with its margin. */
export function windowFor(inputTokens: number): number {
  return inputTokens + Math.ceil(inputTokens * marginShare) + leastAnswerTokens;
}

function overflow({ facts: { context } }: Target, inputTokens: number): Phrase | undefined {
  const needed = windowFor(inputTokens);
  if (context === undefined || needed <= context) return undefined;
  return phrase(
    'holds {0} tokens, the request needs {1} with its margin',
    inWords(context),
    inWords(needed),
  );
}

function largestFirst(targets: readonly Target[]): readonly Target[] {
  return [...targets].sort((a, b) => (b.facts.context ?? 0) - (a.facts.context ?? 0));
}
