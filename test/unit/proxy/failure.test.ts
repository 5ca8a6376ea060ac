import assert from 'node:assert/strict';
import { answerHeaders, type FailurePolicy, policies, policyOf } from '../../../src/proxy/failure';
import {
  type Failure,
  type FailureKind,
  failureKinds,
  type Provider,
} from '../../../src/proxy/types';

const provider: Provider = {
  id: 'opencode-go',
  label: 'OpenCode',
  baseUrl: 'https://opencode.ai/zen/go/v1',
  credentials: ['opencode'],
  wireFormat: 'openai-chat',
  models: {},
};
const now = 1_000_000;
const failureOf = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({
  kind,
  detail: 'words',
  provider,
  model: 'glm-5.3',
  ...more,
});

type Row = readonly [
  scope: FailurePolicy['scope'],
  chain: FailurePolicy['chain'],
  memory: FailurePolicy['memory']['rule'],
  status: number,
  errorType: FailurePolicy['answer']['errorType'],
  retry: 'retry' | 'final',
  told: FailurePolicy['told'],
];

const expected = {
  missingKey: [
    'credential',
    'stop',
    'untilCredentialChanges',
    424,
    'authentication_error',
    'final',
    'notification',
  ],
  keyHeldBack: ['credential', 'stop', 'none', 424, 'authentication_error', 'final', 'statusBar'],
  keyRejected: [
    'credential',
    'stop',
    'untilCredentialChanges',
    424,
    'authentication_error',
    'final',
    'notification',
  ],
  accountBlocked: [
    'credential',
    'stop',
    'untilCredentialChanges',
    424,
    'permission_error',
    'final',
    'notification',
  ],
  accountUnfunded: ['plan', 'skipPlan', 'fixed', 402, 'billing_error', 'final', 'notification'],
  planMissing: [
    'plan',
    'skipPlan',
    'untilCredentialChanges',
    402,
    'billing_error',
    'final',
    'notification',
  ],
  planLimit: ['plan', 'skipPlan', 'untilReset', 429, 'rate_limit_error', 'final', 'notification'],
  networkRefused: ['host', 'skipHost', 'growing', 424, 'api_error', 'final', 'notification'],
  modelRefused: ['target', 'next', 'fixed', 424, 'not_found_error', 'final', 'tooltip'],
  wrongWireFormat: ['target', 'otherWireFormat', 'none', 424, 'not_found_error', 'final', 'log'],
  rateLimited: ['target', 'next', 'growing', 429, 'rate_limit_error', 'retry', 'tooltip'],
  overloaded: ['target', 'next', 'breaker', 529, 'overloaded_error', 'retry', 'tooltip'],
  serverError: ['target', 'next', 'breaker', 529, 'overloaded_error', 'retry', 'tooltip'],
  timeout: ['target', 'next', 'breaker', 504, 'timeout_error', 'retry', 'tooltip'],
  unreachable: ['host', 'skipHost', 'growing', 503, 'api_error', 'retry', 'statusBar'],
  brokenStream: ['target', 'next', 'breaker', 502, 'api_error', 'retry', 'tooltip'],
  contextTooLong: ['target', 'largerContext', 'none', 400, 'invalid_request_error', 'final', 'log'],
  badRequest: ['request', 'oneMore', 'none', 400, 'invalid_request_error', 'final', 'log'],
  contentRefused: ['request', 'stop', 'none', 400, 'invalid_request_error', 'final', 'log'],
  cancelled: ['request', 'stop', 'none', 499, 'api_error', 'final', 'debug'],
} as const satisfies Record<FailureKind, Row>;

describe('failure policies', () => {
  for (const kind of failureKinds) {
    const [scope, chain, memory, status, errorType, retry, told] = expected[kind];
    it(`answers ${kind} with ${status} ${errorType} (${retry}), ${chain}, scope ${scope}`, () => {
      const policy = policyOf({ kind });
      assert.deepEqual(
        [policy.scope, policy.chain, policy.memory.rule, policy.told],
        [scope, chain, memory, told],
      );
      assert.deepEqual(policy.answer, { status, errorType, isRetryable: retry === 'retry' });
    });

    it(`tells the client ${retry === 'retry' ? 'when to retry' : 'not to retry'} after ${kind}`, () => {
      const headers = answerHeaders(failureOf(kind, { resetsAt: now + 5000 }), now);
      assert.deepEqual(
        headers,
        retry === 'retry' ? { 'retry-after': '5' } : { 'x-should-retry': 'false' },
      );
    });
  }

  it('offers Set API Key for every failure of a key', () => {
    for (const kind of ['missingKey', 'keyRejected', 'accountBlocked'] as const) {
      assert.ok(policyOf({ kind }).buttons.includes('setApiKey'));
    }
  });

  it('probes a rejected key after a minute and a missing plan after ten', () => {
    assert.equal(policies.keyRejected.memory.probeAfterMs, 60_000);
    assert.equal(policies.planMissing.memory.probeAfterMs, 600_000);
    assert.equal(policies.accountUnfunded.memory.restMs, 300_000);
    assert.equal(policies.modelRefused.memory.restMs, 600_000);
  });
});

describe('answerHeaders', () => {
  it('keeps retry-after between 1 and 59 seconds', () => {
    const seconds = (resetsAt: number): string | undefined =>
      answerHeaders(failureOf('rateLimited', { resetsAt }), now)['retry-after'];
    assert.equal(seconds(now + 19_380_000), '59');
    assert.equal(seconds(now + 1200), '2');
    assert.equal(seconds(now - 5000), '1');
  });

  it('tells clients to stop when the next try is more than a minute away', () => {
    const headersAt = (resetsAt: number) =>
      answerHeaders(failureOf('rateLimited', { resetsAt }), now)['x-should-retry'];
    assert.equal(headersAt(now + 3_600_000), 'false');
    assert.equal(headersAt(now + 30_000), undefined);
  });

  it('lets clients wait out a rest that is our own guess, however long', () => {
    const headers = answerHeaders(failureOf('overloaded', { retryAt: now + 120_000 }), now);
    assert.deepEqual(headers, { 'retry-after': '59' });
  });

  it('uses the time of the next probe when the upstream named none', () => {
    const headers = answerHeaders(failureOf('overloaded', { retryAt: now + 30_000 }), now);
    assert.deepEqual(headers, { 'retry-after': '30' });
    assert.deepEqual(answerHeaders(failureOf('overloaded'), now), {});
  });

  it("names the upstream's own status", () => {
    const headers = answerHeaders(failureOf('keyRejected', { upstreamStatus: 401 }), now);
    assert.deepEqual(headers, { 'x-switchyard-upstream-status': '401', 'x-should-retry': 'false' });
  });
});
