import { outputBudgetSentence } from './contextOverflow';
import { attemptsInBrief, briefs } from './failureBriefs';
import {
  accountOf,
  hostOf,
  keyOf,
  limitReached,
  quote,
  unfunded,
  withoutPlan,
} from './failureWords';
import { originOf } from './keyOrigins';
import { type Phrase, phrase, render } from './phrase';
import { durationPhrase } from './timeInWords';
import {
  type DeadlinePhase,
  type Failure,
  type FailureKind,
  failureKinds,
  targetName,
} from './types';

/**
 * What happened, where, and what to do next. Upstream words appear only where they are the news; never those about keys,
 * which clients rewrite into advice to log in. Agents get it in English, whatever the person's language: they match
 * some of it word by word.
 */
export function sentence(failure: Failure, now: number): Phrase {
  return sentences[failure.kind](failure, now);
}

/** The sentence about a whole request: what a person can act on, then what else was tried. */
export function requestSentence(
  failure: Failure,
  failures: readonly Failure[],
  now: number,
): Phrase {
  const main = sentences[failure.kind](failure, now);
  // Clients match this one word by word.
  if (failure.kind === 'contextTooLong' || failures.length === 1) return main;
  return phrase('{0} Tried: {1}.', main, attemptsInBrief(failures));
}

/** The short sentence for the notification in VS Code; its buttons say what to do. */
export function notification(failure: Failure): Phrase {
  const { label } = failure.provider;
  switch (failure.kind) {
    case 'missingKey':
      return phrase('{0} has no API key yet.', label);
    case 'keyRejected':
      return phrase('{0} rejected {1}.', label, keyOf(failure));
    case 'accountBlocked':
      return failure.detail === ''
        ? phrase('{0} blocked {1}.', label, accountOf(failure))
        : phrase('{0} blocked {1}: {2}', label, accountOf(failure), quote(failure.detail));
    case 'accountUnfunded':
      return unfunded(failure).told;
    case 'planMissing':
      return withoutPlan(failure);
    case 'planLimit': {
      const reached = limitReached(failure);
      return failure.resetsAt === undefined
        ? reached
        : phrase('{0} It resets on {1}.', reached, { at: failure.resetsAt });
    }
    case 'networkRefused':
      return networkSentence(failure);
    case 'unreachable':
      return failure.proxy === undefined
        ? phrase('Cannot reach {0} ({1}).', hostOf(failure.provider), label)
        : phrase('Cannot reach the proxy {0}.', failure.proxy);
    default:
      return phrase('{0}: {1}.', targetName(failure), briefs[failure.kind]);
  }
}

/** The failure that a person can act on: of the earliest kind in the order of the table the first that happened. */
export function mostActionable(failures: readonly Failure[]): Failure | undefined {
  return failures.reduce<Failure | undefined>(
    (best, failure) => (best === undefined || rankOf(failure) < rankOf(best) ? failure : best),
    undefined,
  );
}

/**
 * The place in the table, but for `badRequest`: once an upstream has said what is wrong with the request, only a key or plan
 * is worth telling instead. A client repairs its request by these words, and would repeat it in vain for any others.
 */
function rankOf({ kind }: Failure): number {
  if (kind === 'badRequest') return failureKinds.indexOf('modelRefused') - 0.5;
  return failureKinds.indexOf(kind);
}

type Sentence = (failure: Failure, now: number) => Phrase;

const sentences: Readonly<Record<FailureKind, Sentence>> = {
  missingKey: ({ provider }) =>
    provider.credentials.length === 0
      ? phrase(
          '{0} wants an API key, but is set up to take none. Give it a key slot (“credential”) in the setting switchyard.providers, then run “Switchyard: Set API Key” in VS Code.',
          provider.label,
        )
      : phrase('{0} has no API key yet. Run “Switchyard: Set API Key” in VS Code.', provider.label),
  keyHeldBack: ({ provider }) =>
    phrase(
      'The API key of {0} is held back: the setting {1} now sends it to {2}. Run “Switchyard: Confirm Key Address” in VS Code to agree, or correct the setting.',
      provider.label,
      `switchyard.providers.${provider.id}`,
      originOf(provider.baseUrl),
    ),
  keyRejected: (failure) =>
    phrase(
      '{0} rejected {1}. Run “Switchyard: Set API Key” in VS Code.',
      failure.provider.label,
      keyOf(failure),
    ),
  accountBlocked: (failure) => {
    const { provider, detail } = failure;
    const blocked =
      detail === ''
        ? phrase('{0} blocked {1}.', provider.label, accountOf(failure))
        : phrase('{0} blocked {1}: “{2}”.', provider.label, accountOf(failure), quote(detail));
    return phrase(
      '{0} Ask {1}, or set a key of another account with “Switchyard: Set API Key” in VS Code.',
      blocked,
      provider.label,
    );
  },
  accountUnfunded: (failure, now) => {
    const { told, cureAt, cure } = unfunded(failure);
    return withReset(
      failure.link === undefined ? cure(told) : cureAt(told, failure.link),
      failure,
      now,
    );
  },
  planMissing: (failure) => {
    const missing = withoutPlan(failure);
    return failure.link === undefined
      ? phrase(
          '{0} Subscribe on its website, or choose models of another provider in the setting switchyard.scenarios.',
          missing,
        )
      : phrase(
          '{0} Subscribe at {1}, or choose models of another provider in the setting switchyard.scenarios.',
          missing,
          failure.link,
        );
  },
  planLimit: (failure, now) => {
    const reached = withReset(limitReached(failure), failure, now);
    return failure.link === undefined
      ? reached
      : phrase('{0} To go on now: {1}', reached, failure.link);
  },
  modelRefused: (failure) =>
    phrase(
      '{0} does not serve {1} to this account: “{2}”. Choose another model in the setting switchyard.scenarios.',
      failure.provider.label,
      failure.model,
      quote(failure.detail),
    ),
  wrongWireFormat: ({ provider, model }) =>
    phrase(
      '{0} does not serve {1} in any wire format that was tried. Set its wireFormat in the setting switchyard.providers.',
      provider.label,
      model,
    ),
  rateLimited: (failure, now) =>
    tryAgain(
      phrase('{0} limits the rate of requests to {1}.', failure.provider.label, failure.model),
      failure,
      now,
    ),
  overloaded: (failure, now) =>
    tryAgain(
      phrase(
        '{0} is overloaded and did not answer for {1}.',
        failure.provider.label,
        failure.model,
      ),
      failure,
      now,
    ),
  serverError: (failure, now) =>
    tryAgain(
      phrase(
        '{0} failed to answer for {1}: “{2}”.',
        failure.provider.label,
        failure.model,
        quote(failure.detail),
      ),
      failure,
      now,
    ),
  timeout: (failure) => timeoutSentence(failure),
  networkRefused: (failure) => networkSentence(failure),
  unreachable: ({ provider, detail, proxy }) =>
    proxy === undefined
      ? phrase(
          'Cannot reach {0} ({1}): {2}. Check the network, the proxy settings and the base URL.',
          hostOf(provider),
          provider.label,
          quote(detail),
        )
      : phrase(
          'Cannot reach {0} ({1}), since {2}. Check the network and the setting http.proxy or the variable HTTPS_PROXY.',
          hostOf(provider),
          provider.label,
          quote(detail),
        ),
  brokenStream: (failure, now) =>
    tryAgain(
      phrase(
        'The answer of {0} for {1} broke off: {2}.',
        failure.provider.label,
        failure.model,
        quote(failure.detail),
      ),
      failure,
      now,
    ),
  contextTooLong: (failure) => contextSentence(failure),
  // The upstream's words first and whole: clients repair a request by what they read here.
  badRequest: ({ provider, model, detail }) =>
    phrase('{0} ({1} refused the request for {2})', quote(detail), provider.label, model),
  contentRefused: ({ provider, model, detail }) =>
    phrase('{0} refused this content for {1}: {2}', provider.label, model, quote(detail)),
  cancelled: () => phrase('The client ended the request before an answer came.'),
};

/** The detail says what to do. */
function networkSentence({ provider, detail }: Failure): Phrase {
  return phrase(
    '{0} cannot be called at {1}: {2}.',
    provider.label,
    hostOf(provider),
    quote(detail),
  );
}

/** The form on which clients compact the conversation. */
function contextSentence({ detail, tokens, maxTokens }: Failure): Phrase {
  const budget = outputBudgetSentence(render(detail));
  if (budget !== undefined) return budget;
  return tokens !== undefined && maxTokens !== undefined
    ? phrase('prompt is too long: {0} tokens > {1} maximum', tokens, maxTokens)
    : phrase('prompt is too long: {0}', quote(detail));
}

type Waited = (label: string, model: string, howLong: Phrase) => Phrase;

const deadlines: Readonly<Record<DeadlinePhase, Waited>> = {
  connect: (...about) => phrase('No connection from {0} for {1} {2}.', ...about),
  firstToken: (...about) => phrase('No first token from {0} for {1} {2}.', ...about),
  idle: (...about) => phrase('Nothing more from {0} for {1} {2}.', ...about),
};

function timeoutSentence({ provider, model, phase, timeoutMs, upstreamStatus }: Failure): Phrase {
  if (phase === undefined) {
    return upstreamStatus === undefined
      ? phrase(
          '{0} gave up on {1} after a time limit of its own. Try again in a moment.',
          provider.label,
          model,
        )
      : phrase(
          '{0} gave up on {1} after a time limit of its own (status {2}). Try again in a moment.',
          provider.label,
          model,
          upstreamStatus,
        );
  }
  const howLong =
    timeoutMs === undefined ? phrase('in time') : phrase('within {0}', durationPhrase(timeoutMs));
  return phrase(
    '{0} Try again, or give it more time in the setting switchyard.timeouts ({1}).',
    deadlines[phase](provider.label, model, howLong),
    `${phase}Ms`,
  );
}

function withReset(before: Phrase, { resetsAt }: Failure, now: number): Phrase {
  if (resetsAt === undefined || resetsAt <= now) return before;
  return phrase('{0} It resets in {1} ({2}).', before, durationPhrase(resetsAt - now), {
    at: resetsAt,
  });
}

function tryAgain(before: Phrase, { resetsAt, retryAt }: Failure, now: number): Phrase {
  const waitMs = (resetsAt ?? retryAt ?? now) - now;
  return waitMs > 0
    ? phrase('{0} Try again in {1}.', before, durationPhrase(waitMs))
    : phrase('{0} Try again in a moment.', before);
}
