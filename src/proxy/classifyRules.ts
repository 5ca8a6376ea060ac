import { saysContextTooLong } from './contextOverflow';
import type { FailureKind } from './types';

/** What the rules look at. Words are the upstream's message only, in its own case. */
export interface Clues {
  readonly words: string;
  /** Types and codes, in lower case. */
  readonly labels: ReadonlySet<string>;
  /** 0 for an error inside an answer that began as a success. */
  readonly status: number;
  readonly isOpencode: boolean;
  /** OpenCode passes an error of its own supplier on: the supplier's key, balance and limits are meant. */
  readonly isRelayed: boolean;
  readonly hasKeySucceeded: boolean;
  readonly takesKey: boolean;
  /** The whole body is `{"model": "…"}`. */
  readonly isEcho: boolean;
}

/** Every condition given must hold; each of the lists is any-of. */
interface Rule {
  readonly kind: FailureKind;
  readonly labels?: readonly string[];
  readonly words?: RegExp;
  readonly statuses?: readonly number[];
  readonly when?: (clues: Clues) => boolean;
}

/** The kind of failure that the clues mean. The first rule that fits decides: body first, status last. */
export function kindOf(clues: Clues): FailureKind {
  const kind = rules.find((rule) => fits(rule, clues))?.kind ?? 'serverError';
  // A server that was set up without a key and wants one: no key has been rejected.
  return kind === 'keyRejected' && !clues.takesKey ? 'missingKey' : kind;
}

function fits(rule: Rule, clues: Clues): boolean {
  return (
    (rule.labels === undefined || rule.labels.some((label) => clues.labels.has(label))) &&
    (rule.words === undefined || rule.words.test(clues.words)) &&
    (rule.statuses === undefined || rule.statuses.includes(clues.status)) &&
    (rule.when === undefined || rule.when(clues))
  );
}

const own = (clues: Clues): boolean => !clues.isRelayed;
const relayed = (clues: Clues): boolean => clues.isRelayed;
const onOpencode = (clues: Clues): boolean => clues.isOpencode;
const elsewhere = (clues: Clues): boolean => !clues.isOpencode;

const fundLabels = [
  'billing_error',
  'insufficient_quota',
  'insufficient_balance',
  'exceeded_current_quota_error',
  'contract_spend_limit_reached',
  'enforced_spend_limit_reached',
  'linked_organization_billing_unavailable',
  'linked_organization_spend_limit_reached',
  '1113',
];
const fundWords =
  /credit balance is too low|insufficient (?:account )?(?:balance|credits?|funds)|no payment method|exceeded your current quota|out of budget/i;

// Source: §1.3, §1.4 and §1.6 of the facts on the OpenCode upstream, 2026-11-22; rules for other hosts from their
// documentation. The order is the meaning: limits of the account, then the model, then the supplier's troubles, then
// the key.
const rules: readonly Rule[] = [
  // 1. Limits of a plan that end by themselves. Black's limit has a reset time too, so it is no billing matter.
  { kind: 'planLimit', labels: ['gousagelimiterror', 'blackusagelimiterror'] },
  { kind: 'planLimit', words: /GoUsageLimitError|usage limit reached.{0,200}available balance/is },
  { kind: 'planLimit', labels: ['subscription_sharing_usage_limit_exceeded', '1308', '1310'] },
  { kind: 'planLimit', words: /(?:monthly|weekly|daily|hour) usage limit reached/i, when: own },

  // Google speaks of plan and billing in every limit, that of a minute too; "Please retry in 26s" stands behind it.
  { kind: 'rateLimited', labels: ['resource_exhausted'], words: /exceeded your current quota/i },

  // 2. The account cannot pay.
  { kind: 'accountUnfunded', labels: ['creditserror', 'monthlylimiterror', 'userlimiterror'] },
  { kind: 'accountUnfunded', words: /insufficient account funds/i },
  { kind: 'modelRefused', labels: fundLabels, when: relayed },
  { kind: 'modelRefused', words: fundWords, when: relayed },
  { kind: 'accountUnfunded', labels: fundLabels },
  { kind: 'accountUnfunded', words: fundWords },

  // 3. Free models: closed to other programs than OpenCode, or used up until midnight UTC. One model's matter.
  { kind: 'modelRefused', labels: ['freeusagelimiterror', 'freetiererror'] },
  { kind: 'modelRefused', words: /FreeUsageLimitError|FreeTierError/ },

  // 4. The model, or the model at this endpoint.
  { kind: 'wrongWireFormat', labels: ['modelprotocolunsupported'] },
  { kind: 'wrongWireFormat', words: /not supported for format|does not support this protocol/i },
  {
    kind: 'modelRefused',
    labels: [
      'modelerror',
      'modeldeprecated',
      'regionerror',
      'datapolicyerror',
      'account.regionunavailable',
      'model_not_found',
      'model_not_available',
    ],
  },
  { kind: 'modelRefused', labels: ['autherror'], words: /^Model .{1,200} is not supported/i },
  { kind: 'modelRefused', words: /model access is disabled|model is unavailable/i },
  { kind: 'modelRefused', words: /^Forbidden: \{\\?"model"/i },
  { kind: 'modelRefused', when: (clues) => clues.isEcho },

  // 5. OpenCode's own key or balance at a supplier is broken: the person's key is fine, other models serve.
  // These are OpenAI's and Google's words; its own are "Invalid API key."
  {
    kind: 'modelRefused',
    words: /incorrect api key provided: zen|api key not valid/i,
    when: onOpencode,
  },
  { kind: 'modelRefused', labels: ['invalid_api_key', 'api_key_invalid'], when: onOpencode },
  { kind: 'modelRefused', statuses: [401, 402, 403], when: relayed },

  // 6. No subscription.
  { kind: 'planMissing', labels: ['account.disabled', 'entitlementerror', '1309'] },
  { kind: 'planMissing', words: /opencode go subscription (?:is )?required/i },

  // 7. Blocked.
  {
    kind: 'accountBlocked',
    labels: ['inference_access_blocked', 'account_deactivated', 'organization_on_hold'],
  },
  { kind: 'accountBlocked', labels: ['autherror'], words: /\bblocked\b/i },
  {
    kind: 'accountBlocked',
    statuses: [400, 401, 403],
    words:
      /(?:organization|account|user)[^.]{0,40} (?:is|has been) (?:disabled|deactivated|suspended|blocked|banned)/i,
  },

  // 8. The key. "Missing API key" comes here too: a key always goes along, in the header that the format wants, so what
  // is missing is a key that this upstream can read. A supplier's unmarked authentication_error (Google's UNAUTHENTICATED)
  // from OpenCode does not blame a key that has served.
  {
    kind: 'modelRefused',
    labels: ['authentication_error', 'unauthenticated'],
    when: (clues) => clues.isOpencode && clues.hasKeySucceeded,
  },
  {
    kind: 'keyRejected',
    labels: [
      'autherror',
      'authentication_error',
      'invalid_authentication_error',
      'incorrect_api_key_error',
      'unauthenticated',
    ],
  },
  { kind: 'keyRejected', labels: ['invalid_api_key', 'api_key_invalid'], when: elsewhere },
  {
    kind: 'keyRejected',
    words: /invalid credential|missing api key|api key not valid|incorrect api key/i,
  },

  // 9. We always send a session id, so something between us and OpenCode removed it. The client's request is sound and
  // so is the key: another target may serve.
  { kind: 'modelRefused', labels: ['missingsessionid'] },

  // 13. Trouble that passes, by name.
  {
    kind: 'overloaded',
    labels: [
      'overloaded_error',
      'engine_overloaded_error',
      'server_overloaded',
      // Of OpenAI Responses, where no status goes along.
      'server_is_overloaded',
      'slow_down',
      'unavailable',
    ],
  },
  { kind: 'timeout', labels: ['timeout_error', 'deadline_exceeded', 'request_timeout'] },

  // Throttling goes before 10: its words often speak of too many tokens.
  {
    kind: 'rateLimited',
    labels: [
      'ratelimiterror',
      'rate_limit_error',
      'rate_limit_exceeded',
      'rate_limit_reached_error',
      'provider_rate_limit_exceeded',
      'throttlingexception',
      'resource_exhausted',
      '1302',
      '1303',
      '1305',
    ],
  },
  { kind: 'rateLimited', statuses: [429] },
  { kind: 'rateLimited', words: /rate limit (?:exceeded|reached)|too many requests|throttl/i },

  // 10. The prompt does not fit.
  {
    kind: 'contextTooLong',
    labels: ['context_length_exceeded', 'model_context_window_exceeded', 'request_too_large'],
  },
  { kind: 'contextTooLong', when: (clues) => saysContextTooLong(clues.words) },
  { kind: 'contextTooLong', statuses: [413] },

  // The content. No other model is asked to say what one refused.
  {
    kind: 'contentRefused',
    labels: [
      'content_filter',
      'content_policy_violation',
      'data_inspection_failed',
      'cyber_policy',
      '1301',
    ],
  },
  {
    kind: 'contentRefused',
    words: /content filtering policy|considered high risk|violating our usage policy/i,
  },

  // 13 again. Opaque: a supplier is down, or dislikes a parameter. Several in a row rest the target; one does not.
  { kind: 'serverError', words: /upstream request failed\.?$/i },

  // 11–14. By status.
  { kind: 'modelRefused', statuses: [401], when: (clues) => clues.hasKeySucceeded },
  { kind: 'keyRejected', statuses: [401] },
  { kind: 'accountUnfunded', statuses: [402] },
  { kind: 'modelRefused', statuses: [403] },
  { kind: 'overloaded', statuses: [503, 529] },
  { kind: 'timeout', statuses: [408, 504, 524] },
  { kind: 'serverError', statuses: [409, 425] },
  { kind: 'modelRefused', labels: ['not_found_error', 'permission_error', 'not_found'] },
  {
    kind: 'modelRefused',
    statuses: [400, 422],
    words:
      /\bmodel\b.{0,120}(?:not found|does not exist|is not available|is not supported)|(?:unknown|invalid|no such) model|not a valid model/i,
  },
  // What is not there, or too old, is the model or the address, never the request's content.
  { kind: 'modelRefused', statuses: [404, 405, 410, 426] },
  // A redirect leads to another address than the one in the settings; a key must not follow it.
  { kind: 'modelRefused', statuses: [300, 301, 302, 303, 307, 308] },
  { kind: 'badRequest', when: ({ status }) => status >= 400 && status < 500 },
  { kind: 'badRequest', labels: ['invalid_request_error', 'invalid_argument'], statuses: [0] },
];
