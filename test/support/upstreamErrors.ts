// Every refusal of the OpenCode gateway that is known, as the exact answers a test can script.
// Two generations serve the same URLs: the console (`OPENCODE_CONSOLE_ERRORS`) answers JSON under a text
// content type; the inference service (`OPENCODE_INFERENCE_ERRORS`) has several body shapes.
// Source: opencode's handler and public reports, August to November 2026.
import type { FailureKind } from '../../src/proxy/types';
import type { PlainAnswer } from './scriptedUpstream';

/** An answer whose body is JSON text. */
export interface ErrorAnswer extends PlainAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const BILLING = 'https://opencode.ai/workspace/wrk_01TEST/billing';
const MEMBERS = 'https://opencode.ai/workspace/wrk_01TEST/members';
const GO = 'https://opencode.ai/workspace/wrk_01TEST/go';

export const OPENCODE_CONSOLE_ERRORS = {
  missingKey: consoleError(401, 'AuthError', 'Missing API key.'),
  invalidKey: consoleError(401, 'AuthError', 'Invalid API key.'),
  accountBlocked: consoleError(
    401,
    'AuthError',
    'This account has found to be committing fraud or is in breach of terms of services and has been blocked. If you believe this is an error, contact help@anoma.ly.',
  ),
  alphaModel: consoleError(401, 'AuthError', 'Model alpha-x is not supported'),
  unknownModel: consoleError(401, 'ModelError', 'Model glm-9 is not supported'),
  unsupportedFormat: consoleError(
    401,
    'ModelError',
    'Model glm-5.3 is not supported for format anthropic',
  ),
  promotionEnded: consoleError(
    401,
    'ModelError',
    'Free promotion has ended for big-pickle. You can continue using the model by subscribing to OpenCode Go - https://opencode.ai/go',
  ),
  noProvider: consoleError(401, 'ModelError', 'No provider available'),
  unsupportedProvider: consoleError(401, 'ModelError', 'Provider console-x not supported'),
  modelDisabled: consoleError(401, 'ModelError', 'Model is disabled'),
  noPaymentMethod: consoleError(
    401,
    'CreditsError',
    `No payment method. Add a payment method here: ${BILLING}`,
  ),
  insufficientBalance: consoleError(
    401,
    'CreditsError',
    `Insufficient balance. Manage your billing here: ${BILLING}`,
  ),
  workspaceLimit: consoleError(
    401,
    'MonthlyLimitError',
    `Your workspace has reached its monthly spending limit of $20. Manage your limits here: ${BILLING}`,
  ),
  userLimit: consoleError(
    401,
    'UserLimitError',
    `You have reached your monthly spending limit of $20. Manage your limits here: ${MEMBERS}`,
  ),
  countryRegion: consoleError(403, 'RegionError', 'This model is not available in your country.'),
  hostedInChina: consoleError(
    403,
    'RegionError',
    `The latest version of this model is only available hosted in China and requires explicit opt in: ${GO}`,
  ),
  dataPolicy: consoleError(
    403,
    'DataPolicyError',
    `This model collects data used to improve its quality and requires explicit opt in: ${GO}`,
  ),
  noGoSubscription: consoleError(403, 'EntitlementError', 'OpenCode Go subscription required.'),
  rateLimit: consoleError(429, 'RateLimitError', 'Rate limit exceeded. Please try again later.', {
    retryAfterSeconds: 60,
    metadata: {},
  }),
  freeUsageLimit: consoleError(
    429,
    'FreeUsageLimitError',
    'Rate limit exceeded. Please try again later.',
    { retryAfterSeconds: 25_200, metadata: {} },
  ),
  blackUsageLimit: consoleError(
    429,
    'BlackUsageLimitError',
    'Subscription quota exceeded. Retry in 4hr 3min.',
    { retryAfterSeconds: 14_580 },
  ),
  goUsageLimit5Hours: goUsageLimit('5-hour', '5 hour', '4hr 3min', 14_580),
  goUsageLimitWeekly: goUsageLimit('Weekly', 'weekly', '3 days', 259_200),
  goUsageLimitMonthly: goUsageLimit('Monthly', 'monthly', '12 days', 1_036_800),
  internalError: consoleError(500, 'error', 'Internal server error'),
} as const satisfies Readonly<Record<string, ErrorAnswer>>;

export const OPENCODE_INFERENCE_ERRORS = {
  missingSession: typed(
    400,
    'MissingSessionID',
    'Error from provider (Console Go): Request is missing x-opencode-session and cannot be routed efficiently. Please see https://opencode.ai/docs/go/#where-can-i-use-it',
  ),
  invalidCredential: untyped(401, {
    type: 'server_error',
    message: 'Upstream request failed: Invalid credential',
  }),
  missingKey: typed(401, 'AuthError', 'Missing API key.'),
  accessBlocked: untyped(401, {
    type: 'server_error',
    code: 'INFERENCE_ACCESS_BLOCKED',
    message: 'Upstream request failed: Inference access is blocked for this account',
  }),
  // The gateway's own key at a supplier is broken; the user's key is fine.
  supplierKeyBroken: untyped(401, {
    message: 'Incorrect API key provided: zen*******************1234.',
    type: 'invalid_request_error',
    code: 'invalid_api_key',
  }),
  insufficientFunds: untyped(402, {
    type: 'server_error',
    message: 'Upstream request failed: Insufficient account funds',
  }),
  supplierBalance: untyped(402, {
    type: 'server_error',
    message: 'Error from provider (DeepSeek): Insufficient Balance',
  }),
  noGoSubscription: untyped(403, {
    type: 'server_error',
    code: 'Account.Disabled',
    message: 'An active OpenCode Go subscription is required to use Go models.',
  }),
  globalRegions: untyped(403, {
    type: 'server_error',
    code: 'Account.RegionUnavailable',
    message: 'This Go model requires Global regions',
  }),
  freeTier: typed(
    403,
    'FreeTierError',
    "OpenCode's free tier can only be used from within OpenCode",
  ),
  modelAccessDisabled: untyped(403, {
    type: 'server_error',
    message: 'Upstream request failed: Model access is disabled',
  }),
  modelForbidden: untyped(403, {
    type: 'server_error',
    message: 'Forbidden: {"model":"glm-5.3-flash"}',
  }),
  protocolUnsupported: typed(
    400,
    'ModelProtocolUnsupported',
    'Model does not support this protocol.',
  ),
  modelUnavailable: untyped(400, {
    type: 'server_error',
    message: 'Upstream request failed: Model is unavailable.',
  }),
  opaqueRelay: untyped(400, {
    type: 'server_error',
    message: 'Error from provider (Console Go): Upstream request failed',
  }),
  echoedModel: json(400, { model: 'glm-5.3' }),
  modelDeprecated: typed(410, 'ModelDeprecated', 'Model is deprecated.'),
  supplierRateLimit: untyped(429, {
    message: 'Error from provider (Console Go): Provider rate limit exceeded',
    type: 'rate_limit_error',
    param: null,
    code: 'provider_rate_limit_exceeded',
  }),
  // The same throttling was also seen under status 400.
  supplierRateLimit400: untyped(400, {
    message: 'Error from provider (Console Go): Provider rate limit exceeded',
    type: 'rate_limit_error',
    param: null,
    code: 'provider_rate_limit_exceeded',
  }),
  temporarilyUnavailable: untyped(503, {
    type: 'api_error',
    message: 'Inference is temporarily unavailable',
  }),
  routingUnavailable: untyped(503, {
    type: 'api_error',
    message: 'Inference routing is unavailable. Please retry later.',
  }),
  // A failure under status 200, as JSON where a completion was expected.
  errorUnder200: untyped(200, { type: 'server_error', message: 'Upstream request failed' }),
} as const satisfies Readonly<Record<string, ErrorAnswer>>;

/** What each row means: written from the description of the upstream, not from the classifier. */
export const OPENCODE_CONSOLE_MEANINGS = {
  missingKey: 'keyRejected',
  invalidKey: 'keyRejected',
  accountBlocked: 'accountBlocked',
  alphaModel: 'modelRefused',
  unknownModel: 'modelRefused',
  unsupportedFormat: 'wrongWireFormat',
  promotionEnded: 'modelRefused',
  noProvider: 'modelRefused',
  unsupportedProvider: 'modelRefused',
  modelDisabled: 'modelRefused',
  noPaymentMethod: 'accountUnfunded',
  insufficientBalance: 'accountUnfunded',
  workspaceLimit: 'accountUnfunded',
  userLimit: 'accountUnfunded',
  countryRegion: 'modelRefused',
  hostedInChina: 'modelRefused',
  dataPolicy: 'modelRefused',
  noGoSubscription: 'planMissing',
  rateLimit: 'rateLimited',
  freeUsageLimit: 'modelRefused',
  blackUsageLimit: 'planLimit',
  goUsageLimit5Hours: 'planLimit',
  goUsageLimitWeekly: 'planLimit',
  goUsageLimitMonthly: 'planLimit',
  internalError: 'serverError',
} as const satisfies Record<keyof typeof OPENCODE_CONSOLE_ERRORS, FailureKind>;

export const OPENCODE_INFERENCE_MEANINGS = {
  // A session id always goes along; whoever removed it, the key and the request are sound.
  missingSession: 'modelRefused',
  invalidCredential: 'keyRejected',
  missingKey: 'keyRejected',
  accessBlocked: 'accountBlocked',
  supplierKeyBroken: 'modelRefused',
  insufficientFunds: 'accountUnfunded',
  supplierBalance: 'modelRefused',
  noGoSubscription: 'planMissing',
  globalRegions: 'modelRefused',
  freeTier: 'modelRefused',
  modelAccessDisabled: 'modelRefused',
  modelForbidden: 'modelRefused',
  protocolUnsupported: 'wrongWireFormat',
  modelUnavailable: 'modelRefused',
  opaqueRelay: 'serverError',
  echoedModel: 'modelRefused',
  modelDeprecated: 'modelRefused',
  supplierRateLimit: 'rateLimited',
  supplierRateLimit400: 'rateLimited',
  temporarilyUnavailable: 'overloaded',
  routingUnavailable: 'overloaded',
  errorUnder200: 'serverError',
} as const satisfies Record<keyof typeof OPENCODE_INFERENCE_ERRORS, FailureKind>;

interface ConsoleExtras {
  readonly retryAfterSeconds?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The console's shape; it never sets a JSON content type. */
function consoleError(
  status: number,
  type: string,
  message: string,
  extras: ConsoleExtras = {},
): ErrorAnswer {
  const metadata = extras.metadata === undefined ? {} : { metadata: extras.metadata };
  const retryAfter =
    extras.retryAfterSeconds === undefined
      ? {}
      : { 'retry-after': String(extras.retryAfterSeconds) };
  return {
    status,
    headers: { 'content-type': 'text/plain;charset=UTF-8', ...retryAfter },
    body: JSON.stringify({ type: 'error', error: { type, message }, ...metadata }),
  };
}

function goUsageLimit(
  spoken: string,
  limitName: string,
  resetsIn: string,
  retryAfterSeconds: number,
): ErrorAnswer {
  return consoleError(
    429,
    'GoUsageLimitError',
    `${spoken} usage limit reached. Resets in ${resetsIn}. To continue using this model now, enable usage from your available balance: ${GO}`,
    { retryAfterSeconds, metadata: { workspace: 'wrk_01TEST', limitName } },
  );
}

function typed(status: number, type: string, message: string): ErrorAnswer {
  return json(status, { type: 'error', error: { type, message } });
}

/** The shape without a top-level `type`. */
function untyped(status: number, error: Readonly<Record<string, string | null>>): ErrorAnswer {
  return json(status, { error });
}

function json(status: number, body: Readonly<Record<string, unknown>>): ErrorAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
