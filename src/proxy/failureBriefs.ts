import { listedApart, type Phrase, phrase, render, type Words } from './phrase';
import { linkName } from './targetKeys';
import type { Failure, FailureKind } from './types';

/** The failure in a few words, for tables: `overloaded (529)`. */
export function inBrief({ kind, upstreamStatus }: Failure): Phrase {
  return upstreamStatus === undefined
    ? briefs[kind]
    : phrase('{0} ({1})', briefs[kind], upstreamStatus);
}

/** Each attempt in brief, in order: `opencode-go/glm-5.3: rate limited; opencode-go/kimi-k3: timed out`. */
export function summarizeAttempts(failures: readonly Failure[]): string {
  return render(attemptsInBrief(failures));
}

/** The same in the language of who reads it. */
export function attemptsInBrief(failures: readonly Failure[]): Words {
  const shown = failures.slice(0, maxSummarized).map((failure) => {
    const brief = briefs[failure.kind];
    return failure.remembered === true
      ? phrase('{0}: {1} (remembered, not tried)', linkName(failure), brief)
      : phrase('{0}: {1}', linkName(failure), brief);
  });
  const left = failures.length - shown.length;
  const [first, ...others] = [...shown, ...(left > 0 ? [phrase('and {0} more', left)] : [])];
  return first === undefined ? '' : listedApart([first, ...others]);
}

const maxSummarized = 12;

/** Each kind of failure in a few words. */
export const briefs: Readonly<Record<FailureKind, Phrase>> = {
  missingKey: phrase('no API key'),
  keyHeldBack: phrase('API key held back'),
  keyRejected: phrase('API key rejected'),
  accountBlocked: phrase('account blocked'),
  accountUnfunded: phrase('account without funds'),
  planMissing: phrase('no subscription'),
  planLimit: phrase('usage limit reached'),
  modelRefused: phrase('model refused'),
  wrongWireFormat: phrase('wrong wire format'),
  rateLimited: phrase('rate limited'),
  overloaded: phrase('overloaded'),
  serverError: phrase('server error'),
  timeout: phrase('timed out'),
  networkRefused: phrase('stopped by the network'),
  unreachable: phrase('unreachable'),
  brokenStream: phrase('answer broke off'),
  contextTooLong: phrase('context window too small'),
  badRequest: phrase('request refused'),
  contentRefused: phrase('content refused'),
  cancelled: phrase('cancelled'),
};
