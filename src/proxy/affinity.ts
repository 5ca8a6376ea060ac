import { createHash } from 'node:crypto';
import { inBrief } from './failureBriefs';
import { openingHash } from './opening';
import { type Phrase, phrase, withForeign } from './phrase';
import { cleanForPerson } from './redact';
import { linkName, withEachKey } from './targetKeys';
import { durationPhrase } from './timeInWords';
import { type Failure, type RequestFacts, type Route, type Target, targetName } from './types';
import type { MessagesRequest } from './wire/anthropicRequest';

/** A conversation, as a provider's prompt cache knows it. */
export interface Conversation {
  readonly id: string;
  /** Nobody has answered in it yet, so that no cache of it is worth anything. */
  readonly isOpening: boolean;
}

/**
 * Which model and key served each conversation last. Its prompt cache lives there, so that going elsewhere costs the whole
 * prompt anew: a conversation goes back to the first model of its chain only when the cache is gone or the person wants it.
 */
export interface Affinity {
  /** The route with the model and key that served last in front. */
  follow(route: Route, conversation: Conversation): Route;
  /** Remembers who serves; tells of a switch in the middle of a conversation. */
  served(conversation: Conversation, by: Target, passed: Passed): Switch | undefined;
  /** A person changed models, keys or health: every conversation follows its chain again. */
  forgetAll(): void;
}

/** What was passed over on the way to the target that serves. */
export interface Passed {
  readonly failures: readonly Failure[];
  readonly skipped: Route['skipped'];
}

export interface Switch {
  readonly from: string;
  readonly to: string;
  readonly why: Phrase;
}

/** The model and key that served a conversation last. */
export interface LastServed {
  readonly target: Target;
  /** Epoch ms. */
  readonly at: number;
}

/** The longest life that a provider offers for a prompt cache. Source: Anthropic's and OpenAI's documents, 2026-11. */
export const cacheLifeMs = 3_600_000;

const defaultLimit = 1_000;

/** Forgets those conversations first that were silent for the longest; holds no content. */
export function createAffinity(
  surroundings: { readonly now: () => number; hasKey(credential: string): boolean },
  limit = defaultLimit,
): Affinity {
  const { now } = surroundings;
  const conversations = new Map<string, LastServed>();
  return {
    follow(route, { id, isOpening }) {
      const last = isOpening ? undefined : conversations.get(id);
      const { targets, note } = withAffinity(route.targets, last, {
        now: now(),
        hasKey: surroundings.hasKey,
      });
      return note === undefined
        ? { ...route, targets }
        : { ...route, targets, reason: phrase('{0}; {1}', route.reason, note) };
    },
    served({ id, isOpening }, target, passed) {
      const last = isOpening ? undefined : conversations.get(id);
      const at = now();
      conversations.delete(id);
      conversations.set(id, { target, at });
      const [oldest] = conversations.keys();
      if (conversations.size > limit && oldest !== undefined) conversations.delete(oldest);
      if (last === undefined || linkName(last.target) === linkName(target)) return undefined;
      const why = isOver(last, at)
        ? phrase('a pause of {0}', pause(last, at))
        : whyLeft(last.target, passed);
      return { from: linkName(last.target), to: linkName(target), why };
    },
    forgetAll: () => conversations.clear(),
  };
}

/**
 * The targets of a request with the one in front that served its conversation last, each with the key that it used then.
 * `note` tells a person where that differs from the chain's own order. Pure.
 */
export function withAffinity(
  targets: readonly Target[],
  last: LastServed | undefined,
  { now, hasKey }: { readonly now: number; hasKey(credential: string): boolean },
): { readonly targets: readonly Target[]; readonly note?: Phrase } {
  if (last === undefined) return { targets };
  const firstLinkOf = (target: Target | undefined) =>
    target === undefined ? '' : linkName(withEachKey(target, hasKey)[0] ?? target);
  const usual = firstLinkOf(targets[0]);
  const lastName = linkName(last.target);
  if (isOver(last, now)) {
    if (lastName === usual) return { targets };
    return {
      targets,
      note: phrase('back to the first of the chain after a pause of {0}', pause(last, now)),
    };
  }
  const keyed = targets.map((target) => withKeyOf(last.target, target));
  const stays = keyed.find((target) => targetName(target) === targetName(last.target));
  if (stays === undefined) return { targets: keyed };
  const ordered = [stays, ...keyed.filter((target) => target !== stays)];
  const name = firstLinkOf(stays);
  if (name === usual) return { targets: ordered };
  return { targets: ordered, note: phrase('stays with {0}, where its prompt cache lives', name) };
}

/**
 * A cache knows a conversation by how it begins, and so do we: sub-agents of one session, a session that was cleared or
 * compacted, and another model asked for are conversations of their own. Undefined for requests beside a conversation.
 */
export function conversationOf(
  request: MessagesRequest,
  facts: RequestFacts,
  scenario: string,
): Conversation | undefined {
  if (facts.requestClass === 'auxiliary') return undefined;
  const { sessionId, requestedModel, agentType } = facts;
  const opening = openingHash(request);
  const identity = JSON.stringify([sessionId, scenario, requestedModel, agentType, opening]);
  return {
    id: createHash('sha256').update(identity).digest('base64'),
    isOpening: !request.messages.some(({ role }) => role === 'assistant'),
  };
}

function withKeyOf({ credential }: Target, target: Target): Target {
  const isShared = credential !== undefined && target.provider.credentials.includes(credential);
  return isShared ? { ...target, credential } : target;
}

function isOver({ at }: LastServed, now: number): boolean {
  return now - at >= cacheLifeMs;
}

function pause({ at }: LastServed, now: number): Phrase {
  return durationPhrase(now - at);
}

function whyLeft(left: Target, { failures, skipped }: Passed): Phrase {
  const failure = failures.find((one) => linkName(one) === linkName(left));
  if (failure !== undefined) return inBrief(failure);
  const reason = skipped.find(({ name }) => name === targetName(left))?.reason;
  return reason === undefined
    ? phrase('it can no longer be asked')
    : withForeign(reason, (text) => cleanForPerson(text, maxReasonChars));
}

const maxReasonChars = 120;
