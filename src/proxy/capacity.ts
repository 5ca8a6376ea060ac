import { type AskedRequest, inWords } from './conditions';
import { type Phrase, phrase } from './phrase';
import { isProvided } from './targetKeys';
import { type Route, type Target, targetName } from './types';
import { runsServerTool } from './wire/requestRules';

type Chain = Pick<Route, 'targets' | 'skipped'>;
type Skipped = Chain['skipped'][number];

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
  const needs: Needs = { facts, content, tokensFor, hasKey };
  let chain: Chain = { targets, skipped: [] };
  for (const limit of limits) chain = leaveOut(chain, limit, needs);
  for (const target of chain.targets) {
    if (overflow(target, facts.inputTokens) !== undefined) {
      return { ...chain, targets: largestFirst(chain.targets) };
    }
  }
  return chain;
}

type HasKey = (credential: string) => boolean;

/** What a request needs of a target. */
interface Needs extends AskedRequest {
  readonly tokensFor: (target: Target) => number;
  readonly hasKey: HasKey;
}

/** Why a target is not to be asked. */
type Limit = (target: Target, needs: Needs) => Phrase | undefined;

const limits: readonly Limit[] = [
  (target, { content, hasKey }) => missingServerTool(target, content.neededServerTools, hasKey),
  (target, { facts }) =>
    facts.hasImages && !canSee(target) ? phrase('cannot see images') : undefined,
  (target, { facts }) =>
    facts.hasTools && target.facts.tools === false ? phrase('cannot call tools') : undefined,
  (target, { tokensFor }) => overflow(target, tokensFor(target)),
];

function leaveOut({ targets, skipped }: Chain, limit: Limit, needs: Needs): Chain {
  const fitting: Target[] = [];
  const left: Skipped[] = [];
  for (const target of targets) {
    const reason = limit(target, needs);
    if (reason === undefined) fitting.push(target);
    else left.push({ name: targetName(target), reason });
  }
  if (fitting.length === 0 || left.length === 0) return { targets, skipped };
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
