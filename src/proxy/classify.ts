import { kindOf } from './classifyRules';
import { readOverflow } from './contextOverflow';
import { type ErrorBody, readErrorBody } from './errorBody';
import { policyOf } from './failure';
import { type Phrase, phrase, render, type Words, withForeign } from './phrase';
import { cleanForPerson, type Redact, redact } from './redact';
import { readResetsAt } from './resetTime';
import type { Failure, FailureKind, Provider } from './types';
import { stringAt } from './wire/json';

/** An upstream's answer that is not a success. Header names in lower case. */
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error inside an answer that began as a success; the wire formats' `StreamError` is one. */
export interface AnswerError {
  readonly raw: string;
  readonly message: Words;
  readonly origin?: 'upstream' | 'malformed';
}

export interface ClassifyContext {
  readonly provider: Provider;
  /** The key slot that was used. */
  readonly credential?: string | undefined;
  readonly model: string;
  /** The same key has served before: an unexplained 401 then blames the model. */
  readonly hasKeySucceeded: boolean;
  /** Epoch ms. */
  readonly now: number;
  /** Blanks keys out of the upstream's words; by default only what looks like one. */
  readonly redact?: Redact;
  /** Our estimate, for overflow messages that give no numbers. */
  readonly inputTokens?: number | undefined;
  /** The model's context window, if known. */
  readonly context?: number | undefined;
}

/** The failure that an upstream's answer or in-band error means: body first, status last. */
export function classify(answer: UpstreamAnswer | AnswerError, context: ClassifyContext): Failure {
  const isAnswer = 'status' in answer;
  const body = readErrorBody(isAnswer ? answer.body : answer.raw);
  // A redirect is none of the other things that its page may speak of.
  const isRedirect = isAnswer && isRedirectStatus(answer.status);
  const told = isRedirect ? '' : isAnswer ? body.message : wordsOf(answer, body);
  const words = render(told);
  const kind =
    !isAnswer && answer.origin === 'malformed' ? 'brokenStream' : kindFor(context.hasKeySucceeded);
  const resetsAt = readResetsAt(isAnswer ? answer.headers : {}, body, context.now);
  const link = linkOf(kind, body, words, context);
  return {
    kind,
    detail: detailOf(told, isAnswer ? withoutWords(answer) : answer.message),
    provider: context.provider,
    credential: context.credential,
    model: context.model,
    ...(isAnswer ? { upstreamStatus: answer.status } : {}),
    ...(kind === 'modelRefused' && kindFor(false) === 'keyRejected' ? { isUnexplained: true } : {}),
    ...(resetsAt !== undefined && mayReset(kind) ? { resetsAt } : {}),
    ...(link === undefined ? {} : { link }),
    ...(kind === 'planLimit' ? limitNameOf(body, words, context) : {}),
    ...(kind === 'contextTooLong' ? overflowOf(words, context) : {}),
  };

  function kindFor(hasKeySucceeded: boolean): FailureKind {
    const httpStatus = isAnswer && answer.status >= 300 ? answer.status : undefined;
    const isOpencode = context.provider.isOpencode === true;
    return kindOf({
      words,
      labels: isRedirect ? noLabels : body.labels,
      status: httpStatus ?? body.status ?? 0,
      isOpencode,
      isRelayed: isOpencode && /Error from provider \(/.test(words),
      hasKeySucceeded,
      takesKey: context.provider.credentials.length > 0,
      isEcho: Object.keys(body.root).join() === 'model',
    });
  }

  function detailOf(first: Words, otherwise: Words): Words {
    const clean = (words: string) => cleanDetail(words, context);
    const detail = withForeign(first, clean) || withForeign(otherwise, clean);
    return detail === '' ? phrase('an error without words') : detail;
  }
}

function cleanDetail(text: string, context: ClassifyContext): string {
  const withoutSecrets = context.redact ?? redact;
  // Cleaned before redacting, so that no control character hides a key, and cut afterwards, so that none is cut open.
  const clean = withoutSecrets(cleanForPerson(text, maxCleanedChars));
  return cleanForPerson(clean, maxDetailChars);
}

export function isRedirectStatus(status: number): boolean {
  return status >= 300 && status < 400;
}

const noLabels: ReadonlySet<string> = new Set();

function withoutWords({ status, headers }: UpstreamAnswer): Phrase {
  if (!isRedirectStatus(status)) return phrase('status {0} without a message', status);
  return phrase(
    'it redirects to {0}, which is not followed; correct its baseUrl in the setting switchyard.providers',
    redirectHost(headers),
  );
}

/** The host alone: what stands behind it may repeat the request, its key included. */
export function redirectHost(headers: UpstreamAnswer['headers']): Words {
  const target = headers['location'] ?? '';
  return URL.canParse(target) ? new URL(target).host : phrase('another address');
}

const maxDetailChars = 300;
const maxCleanedChars = 8192;

/** Reset times of what only a person or another request can cure are of no use. */
function mayReset(kind: FailureKind): boolean {
  const { rule } = policyOf({ kind }).memory;
  return rule !== 'none' && rule !== 'untilCredentialChanges';
}

function limitNameOf(
  body: ErrorBody,
  words: string,
  context: ClassifyContext,
): { readonly limitName?: string } {
  const named = stringAt(body.root['metadata'], 'limitName');
  const spoken = /\b(\d+[- ]hour|daily|weekly|monthly) usage limit/i.exec(words)?.[1];
  const limitName = named ?? spoken?.toLowerCase().replace('-', ' ');
  if (limitName === undefined) return {};
  return { limitName: cleanForPerson(cleanDetail(limitName, context), 30) };
}

function overflowOf(words: string, context: ClassifyContext) {
  const read = readOverflow(words);
  const maxTokens = read.maxTokens ?? context.context;
  const tokens = read.tokens ?? context.inputTokens;
  if (maxTokens === undefined) return tokens === undefined ? {} : { tokens };
  // The upstream has counted: whatever we estimated, it is more than the maximum. A client that is told otherwise would
  // not know how much to cut.
  return { maxTokens, tokens: Math.max(tokens ?? 0, maxTokens + 1) };
}

/** A decoder keeps only the beginning of a long error, which is no JSON any more, but it has read the message before. */
function wordsOf(error: AnswerError, body: ErrorBody): Words {
  const isCutOpen = error.raw.startsWith('{') && Object.keys(body.root).length === 0;
  return isCutOpen ? error.message : body.message || error.message;
}

const linkedKinds: ReadonlySet<FailureKind> = new Set([
  'accountBlocked',
  'accountUnfunded',
  'planMissing',
  'planLimit',
  'modelRefused',
]);

/** A page where a person can mend it. An upstream's words may only lead to the provider's own site. */
function linkOf(
  kind: FailureKind,
  body: ErrorBody,
  words: string,
  context: ClassifyContext,
): string | undefined {
  const { provider } = context;
  if (!linkedKinds.has(kind)) return undefined;
  const workspace = stringAt(body.root['metadata'], 'workspace');
  if (provider.isOpencode && workspace !== undefined && /^wrk_\w{1,64}$/.test(workspace)) {
    return `https://opencode.ai/workspace/${workspace}/go`;
  }
  const sites = sitesOf(provider);
  for (const [found] of words.matchAll(/https:\/\/[^\s"'<>()[\]{}\\]{1,300}/g)) {
    const url = parseUrl(found.replace(/[.,;:!?]+$/, ''));
    const isOwn = url !== undefined && sites.some((site) => isWithin(url.hostname, site));
    const isClean = cleanDetail(found, context) === found;
    if (isOwn && isClean && url.username === '' && url.password === '') return url.href;
  }
  return provider.isOpencode && kind === 'planMissing' ? 'https://opencode.ai/go' : undefined;
}

function sitesOf(provider: Provider): readonly string[] {
  const hosts = [provider.baseUrl, provider.keyPageUrl].flatMap((address) => {
    const hostname = parseUrl(address)?.hostname;
    return hostname === undefined || !/[a-z]$/.test(hostname) ? [] : [hostname];
  });
  // api.moonshot.ai speaks of platform.moonshot.ai.
  const sites = hosts.map((hostname) => hostname.split('.').slice(-2).join('.'));
  return provider.isOpencode ? ['opencode.ai', ...sites] : sites;
}

function isWithin(hostname: string, site: string): boolean {
  return hostname === site || hostname.endsWith(`.${site}`);
}

function parseUrl(address: string | undefined): URL | undefined {
  return address !== undefined && URL.canParse(address) ? new URL(address) : undefined;
}
