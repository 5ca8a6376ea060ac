import { outputBudgetSentence } from './contextOverflow';
import { originOf } from './keyOrigins';
import { isOneOfSeveral, linkName } from './targetKeys';
import { durationInWords, momentInWords } from './timeInWords';
import {
  type DeadlinePhase,
  type Failure,
  type FailureKind,
  failureKinds,
  type Provider,
  targetName,
} from './types';

/**
 * What the client shows: what happened, where, and what to do next. Upstream words appear only where they are the news;
 * never those about keys, which clients rewrite into advice to log in.
 */
export function sentence(failure: Failure, now: number): string {
  return sentences[failure.kind](failure, now);
}

/** The short sentence for the notification in VS Code; its buttons say what to do. */
export function notification(failure: Failure): string {
  const { label } = failure.provider;
  switch (failure.kind) {
    case 'missingKey':
      return `${label} has no API key yet.`;
    case 'keyRejected':
      return `${label} rejected ${keyOf(failure)}.`;
    case 'accountBlocked':
      return `${label} blocked ${accountOf(failure)}${failure.detail === '' ? '.' : `: ${quote(failure.detail)}`}`;
    case 'accountUnfunded':
      return `${planOf(failure)} ${unfundedReason(failure).what}.`;
    case 'planMissing':
      return `${capitalized(keyOf(failure))} has no ${planName(failure.provider)} subscription.`;
    case 'planLimit': {
      const until =
        failure.resetsAt === undefined ? '' : ` It resets on ${momentInWords(failure.resetsAt)}.`;
      return `The ${limitOf(failure)} is reached.${until}`;
    }
    case 'networkRefused':
      return networkSentence(failure);
    case 'unreachable':
      return failure.proxy === undefined
        ? `Cannot reach ${hostOf(failure.provider)} (${label}).`
        : `Cannot reach the proxy ${failure.proxy}.`;
    default:
      return `${targetName(failure)}: ${briefs[failure.kind]}.`;
  }
}

/** Each attempt in brief, in order: `opencode-go/glm-5.3: rate limited; opencode-go/kimi-k3: timed out`. */
export function summarizeAttempts(failures: readonly Failure[]): string {
  const shown = failures.slice(0, maxSummarized).map((failure) => {
    const memory = failure.remembered === true ? ' (remembered, not tried)' : '';
    return `${linkName(failure)}: ${briefs[failure.kind]}${memory}`;
  });
  const left = failures.length - shown.length;
  return [...shown, ...(left > 0 ? [`and ${left} more`] : [])].join('; ');
}

/** The failure in a few words, for tables: `overloaded (529)`. */
export function inBrief({ kind, upstreamStatus }: Failure): string {
  return upstreamStatus === undefined ? briefs[kind] : `${briefs[kind]} (${upstreamStatus})`;
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

const maxSummarized = 12;
const setApiKey = 'Run “Switchyard: Set API Key” in VS Code.';

const briefs: Readonly<Record<FailureKind, string>> = {
  missingKey: 'no API key',
  keyHeldBack: 'API key held back',
  keyRejected: 'API key rejected',
  accountBlocked: 'account blocked',
  accountUnfunded: 'account without funds',
  planMissing: 'no subscription',
  planLimit: 'usage limit reached',
  modelRefused: 'model refused',
  wrongWireFormat: 'wrong wire format',
  rateLimited: 'rate limited',
  overloaded: 'overloaded',
  serverError: 'server error',
  timeout: 'timed out',
  networkRefused: 'stopped by the network',
  unreachable: 'unreachable',
  brokenStream: 'answer broke off',
  contextTooLong: 'context window too small',
  badRequest: 'request refused',
  contentRefused: 'content refused',
  cancelled: 'cancelled',
};

type Sentence = (failure: Failure, now: number) => string;

const sentences: Readonly<Record<FailureKind, Sentence>> = {
  missingKey: ({ provider }) =>
    provider.credentials.length === 0
      ? `${provider.label} wants an API key, but is set up to take none. Give it a key slot (“credential”) in the setting switchyard.providers, then run “Switchyard: Set API Key” in VS Code.`
      : `${provider.label} has no API key yet. ${setApiKey}`,
  keyHeldBack: ({ provider }) =>
    `The API key of ${provider.label} is held back: the setting switchyard.providers.${provider.id} now sends it to ${originOf(provider.baseUrl)}. Run “Switchyard: Confirm Key Address” in VS Code to agree, or correct the setting.`,
  keyRejected: (failure) => `${failure.provider.label} rejected ${keyOf(failure)}. ${setApiKey}`,
  accountBlocked: (failure) => {
    const { provider, detail } = failure;
    const words = detail === '' ? '' : `: “${quote(detail)}”`;
    return `${provider.label} blocked ${accountOf(failure)}${words}. Ask ${provider.label}, or set a key of another account with “Switchyard: Set API Key” in VS Code.`;
  },
  accountUnfunded: (failure, now) => {
    const { what, cure } = unfundedReason(failure);
    return `${planOf(failure)} ${what}. ${cure}${at(failure.link)}.${resets(failure, now)}`;
  },
  planMissing: (failure) =>
    `${capitalized(keyOf(failure))} has no ${planName(failure.provider)} subscription. Subscribe${at(failure.link)}, or choose models of another provider in the setting switchyard.scenarios.`,
  planLimit: (failure, now) => {
    const more = failure.link === undefined ? '' : ` To go on now: ${failure.link}`;
    return `The ${limitOf(failure)} is reached.${resets(failure, now)}${more}`;
  },
  modelRefused: (failure) =>
    `${failure.provider.label} does not serve ${failure.model} to this account: “${quote(failure.detail)}”. Choose another model in the setting switchyard.scenarios.`,
  wrongWireFormat: ({ provider, model }) =>
    `${provider.label} does not serve ${model} in any wire format that was tried. Set its wireFormat in the setting switchyard.providers.`,
  rateLimited: (failure, now) =>
    `${failure.provider.label} limits the rate of requests to ${failure.model}. ${tryAgain(failure, now)}`,
  overloaded: (failure, now) =>
    `${failure.provider.label} is overloaded and did not answer for ${failure.model}. ${tryAgain(failure, now)}`,
  serverError: (failure, now) =>
    `${failure.provider.label} failed to answer for ${failure.model}: “${quote(failure.detail)}”. ${tryAgain(failure, now)}`,
  timeout: (failure) => timeoutSentence(failure),
  networkRefused: (failure) => networkSentence(failure),
  unreachable: ({ provider, detail, proxy }) =>
    proxy === undefined
      ? `Cannot reach ${hostOf(provider)} (${provider.label}): ${quote(detail)}. Check the network, the proxy settings and the base URL.`
      : `Cannot reach ${hostOf(provider)} (${provider.label}), since ${quote(detail)}. Check the network and the setting http.proxy or the variable HTTPS_PROXY.`,
  brokenStream: (failure, now) =>
    `The answer of ${failure.provider.label} for ${failure.model} broke off: ${quote(failure.detail)}. ${tryAgain(failure, now)}`,
  contextTooLong: (failure) => contextSentence(failure),
  // The upstream's words first and whole: clients repair a request by what they read here.
  badRequest: ({ provider, model, detail }) =>
    `${quote(detail)} (${provider.label} refused the request for ${model})`,
  contentRefused: ({ provider, model, detail }) =>
    `${provider.label} refused this content for ${model}: ${quote(detail)}`,
  cancelled: () => 'The client ended the request before an answer came.',
};

/** The detail says what to do. */
function networkSentence({ provider, detail }: Failure): string {
  return `${provider.label} cannot be called at ${hostOf(provider)}: ${quote(detail)}.`;
}

/** The form on which clients compact the conversation. */
function contextSentence({ detail, tokens, maxTokens }: Failure): string {
  const budget = outputBudgetSentence(detail);
  if (budget !== undefined) return budget;
  return tokens !== undefined && maxTokens !== undefined
    ? `prompt is too long: ${tokens} tokens > ${maxTokens} maximum`
    : `prompt is too long: ${quote(detail)}`;
}

const deadlineWords: Readonly<Record<DeadlinePhase, string>> = {
  connect: 'No connection',
  firstToken: 'No first token',
  idle: 'Nothing more',
};

function timeoutSentence({ provider, model, phase, timeoutMs, upstreamStatus }: Failure): string {
  if (phase === undefined) {
    const status = upstreamStatus === undefined ? '' : ` (status ${upstreamStatus})`;
    return `${provider.label} gave up on ${model} after a time limit of its own${status}. Try again in a moment.`;
  }
  const within = timeoutMs === undefined ? 'in time' : `within ${durationInWords(timeoutMs)}`;
  return `${deadlineWords[phase]} from ${provider.label} for ${model} ${within}. Try again, or give it more time in the setting switchyard.timeouts (${phase}Ms).`;
}

/** OpenCode's three ways to be out of money, each with its own cure. */
const unfundedReasons: readonly (readonly [
  RegExp,
  { readonly what: string; readonly cure: string },
])[] = [
  [/payment method/i, { what: 'has no payment method', cure: 'Add one' }],
  [/spending limit|spend_limit/i, { what: 'has reached its spending limit', cure: 'Raise it' }],
  [/./s, { what: 'has no funds left', cure: 'Add funds' }],
];

function unfundedReason({ detail }: Failure): { readonly what: string; readonly cure: string } {
  const found = unfundedReasons.find(([pattern]) => pattern.test(detail));
  return found?.[1] ?? { what: 'has no funds left', cure: 'Add funds' };
}

function limitOf(failure: Failure): string {
  const { limitName } = failure;
  const name = limitName === undefined ? '' : `${limitName.replace(' ', '-')} `;
  return `${name}usage limit of ${planOf(failure)}`;
}

function resets({ resetsAt }: Failure, now: number): string {
  if (resetsAt === undefined || resetsAt <= now) return '';
  return ` It resets in ${durationInWords(resetsAt - now)} (${momentInWords(resetsAt)}).`;
}

function tryAgain({ resetsAt, retryAt }: Failure, now: number): string {
  const waitMs = (resetsAt ?? retryAt ?? now) - now;
  return waitMs > 0 ? `Try again in ${durationInWords(waitMs)}.` : 'Try again in a moment.';
}

function at(link: string | undefined): string {
  return link === undefined ? ' on its website' : ` at ${link}`;
}

function planName({ planLabel, label }: Provider): string {
  return planLabel ?? label;
}

/** Where there are several keys, each has a plan of its own. */
function planOf(failure: Failure): string {
  const name = planName(failure.provider);
  return isOneOfSeveral(failure) ? `${name} (API key “${failure.credential}”)` : name;
}

function keyOf(failure: Failure): string {
  return isOneOfSeveral(failure) ? `the API key “${failure.credential}”` : 'the API key';
}

function accountOf(failure: Failure): string {
  return isOneOfSeveral(failure) ? `the account of ${keyOf(failure)}` : 'this account';
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function hostOf({ baseUrl }: Provider): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl;
}

/** Words that Claude Code replaces by advice of its own, which would hide ours. Observed with 2.1.330, 2026-11-22. */
const rewrittenWords: readonly (readonly [RegExp, string])[] = [
  [/invalid x-api-key/gi, 'x-api-key not accepted'],
  [/credit balance is too low/gi, 'credit balance used up'],
  [/tool_use ids were found without tool_result/gi, 'tool_use ids found with no tool_result'],
];

function quote(detail: string): string {
  const words = rewrittenWords.reduce(
    (text, [pattern, ours]) => text.replace(pattern, ours),
    detail,
  );
  return words.replace(/\.$/, '');
}
