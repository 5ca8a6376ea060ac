import assert from 'node:assert/strict';
import { summarizeAttempts } from '../../../src/proxy/failureBriefs';
import {
  mostActionable,
  notification as notificationPhrase,
  sentence,
} from '../../../src/proxy/failureMessage';
import { render } from '../../../src/proxy/phrase';
import { durationInWords } from '../../../src/proxy/timeInWords';
import {
  type Failure,
  type FailureKind,
  failureKinds,
  type Provider,
} from '../../../src/proxy/types';

const provider: Provider = {
  id: 'opencode-go',
  label: 'OpenCode',
  planLabel: 'OpenCode Go',
  baseUrl: 'https://opencode.ai/zen/go/v1',
  credentials: ['opencode'],
  wireFormat: 'openai-chat',
  models: {},
};
const now = Date.UTC(2026, 10, 22, 12);
const failureOf = (kind: FailureKind, more: Partial<Failure> = {}): Failure => ({
  kind,
  detail: 'Some words.',
  provider,
  model: 'glm-5.3',
  ...more,
});
const notification = (failure: Failure): string => render(notificationPhrase(failure));
const say = (kind: FailureKind, more?: Partial<Failure>): string =>
  render(sentence(failureOf(kind, more), now));
const link = 'https://opencode.ai/workspace/wrk_1/go';

describe('sentence', () => {
  it('says exactly what to do about a rejected and a missing key', () => {
    const run = 'Run “Switchyard: Set API Key” in VS Code.';
    assert.equal(say('keyRejected'), `OpenCode rejected the API key. ${run}`);
    assert.equal(say('missingKey'), `OpenCode has no API key yet. ${run}`);
  });

  it('says from where a key is held back, and who decides', () => {
    assert.equal(
      say('keyHeldBack'),
      'The API key of OpenCode is held back: the setting switchyard.providers.opencode-go now sends it to https://opencode.ai. Run “Switchyard: Confirm Key Address” in VS Code to agree, or correct the setting.',
    );
  });

  it("never repeats the upstream's words about a key", () => {
    assert.ok(!say('keyRejected', { detail: 'invalid x-api-key' }).includes('x-api-key'));
  });

  it('gives the words of the upstream when an account is blocked', () => {
    assert.match(
      say('accountBlocked'),
      /^OpenCode blocked this account: “Some words”\. .*Set API Key/,
    );
  });

  const unfunded: readonly (readonly [string, string])[] = [
    ['Insufficient balance.', 'OpenCode Go has no funds left. Add funds at '],
    ['No payment method.', 'OpenCode Go has no payment method. Add one at '],
    [
      'You have reached your monthly spending limit of $5',
      'OpenCode Go has reached its spending limit. Raise it at ',
    ],
  ];
  for (const [detail, start] of unfunded) {
    it(`says how to mend: ${detail}`, () => {
      assert.equal(say('accountUnfunded', { detail, link }), `${start}${link}.`);
    });
  }

  it('gives the reset of a plan limit as a length, a local time and a link', () => {
    const resetsAt = now + 14_580_000;
    const text = say('planLimit', { limitName: '5 hour', resetsAt, link });
    const clock = new Date(resetsAt).toTimeString().slice(0, 5);
    assert.ok(text.startsWith('The 5-hour usage limit of OpenCode Go is reached.'), text);
    assert.ok(text.includes('resets in 4 h 3 min ('), text);
    assert.ok(text.includes(clock), text);
    assert.ok(text.endsWith(link), text);
    assert.equal(say('planLimit'), 'The usage limit of OpenCode Go is reached.');
  });

  it('gives an overflow in the form on which clients compact', () => {
    const text = say('contextTooLong', { tokens: 210_000, maxTokens: 200_000 });
    assert.equal(text, 'prompt is too long: 210000 tokens > 200000 maximum');
    assert.match(say('contextTooLong'), /^prompt is too long: /);
  });

  it('gives an overflow by the answer alone in the form on which clients ask for less', () => {
    const expected = 'input length and `max_tokens` exceed context limit: 12000 + 128000 > 128000';
    const numbers = { tokens: 140_000, maxTokens: 128_000 };
    const openai =
      "This model's maximum context length is 128000 tokens. However, you requested 140000 tokens (12000 in the messages, 128000 in the completion).";
    assert.equal(say('contextTooLong', { ...numbers, detail: openai }), expected);
    assert.equal(say('contextTooLong', { ...numbers, detail: expected }), expected);
    const tooLong = 'input length and `max_tokens` exceed context limit: 300000 + 10 > 200000';
    assert.match(say('contextTooLong', { ...numbers, detail: tooLong }), /^prompt is too long/);
  });

  it('names the deadline, its length and the setting of a timeout', () => {
    const text = say('timeout', { phase: 'firstToken', timeoutMs: 90_000 });
    assert.equal(
      text,
      'No first token from OpenCode for glm-5.3 within 1 min 30 s. Try again, or give it more time in the setting switchyard.timeouts (firstTokenMs).',
    );
    assert.match(say('timeout', { upstreamStatus: 504 }), /time limit of its own \(status 504\)/);
  });

  it('names the host that cannot be reached', () => {
    assert.match(
      say('unreachable', { detail: 'ENOTFOUND' }),
      /^Cannot reach opencode\.ai \(OpenCode\): ENOTFOUND\./,
    );
  });

  it("starts with the upstream's words when a request is refused", () => {
    const detail =
      'max_tokens: 128000 > 64000, which is the maximum allowed number of output tokens for x';
    assert.ok(say('badRequest', { detail }).startsWith(detail));
  });

  it('says when to try again, where that is known', () => {
    assert.match(say('rateLimited', { resetsAt: now + 20_000 }), /glm-5\.3\. Try again in 20 s\.$/);
    assert.match(say('overloaded', { retryAt: now + 30_000 }), /Try again in 30 s\.$/);
    assert.match(say('overloaded'), /Try again in a moment\.$/);
  });

  for (const kind of failureKinds) {
    it(`avoids the words that Claude Code rewrites, for ${kind}`, () => {
      const detail =
        'invalid x-api-key; Your credit balance is too low; tool_use ids were found without tool_result';
      const text = say(kind, { detail });
      assert.doesNotMatch(
        text,
        /invalid x-api-key|credit balance is too low|ids were found without/i,
      );
    });

    it(`speaks of the provider or the client in whole sentences, for ${kind}`, () => {
      const text = say(kind, { tokens: 2, maxTokens: 1 });
      assert.match(text, /OpenCode|client|prompt is too long/);
      assert.doesNotMatch(text, /undefined|\.\.|”[A-Z]/);
      assert.doesNotMatch(notification(failureOf(kind)), /undefined|\.\./);
    });
  }
});

describe('notification', () => {
  it('is one short sentence', () => {
    assert.equal(notification(failureOf('keyRejected')), 'OpenCode rejected the API key.');
    assert.equal(notification(failureOf('missingKey')), 'OpenCode has no API key yet.');
    assert.equal(notification(failureOf('accountUnfunded')), 'OpenCode Go has no funds left.');
    assert.match(
      notification(failureOf('planLimit', { limitName: 'weekly', resetsAt: now })),
      /^The weekly usage limit of OpenCode Go is reached\. It resets on .*22 Nov/,
    );
  });
});

describe('summarizeAttempts', () => {
  it('lists each attempt in brief', () => {
    const failures = [
      failureOf('rateLimited'),
      failureOf('timeout', { model: 'kimi-k3' }),
      failureOf('keyRejected', { remembered: true }),
    ];
    assert.equal(
      summarizeAttempts(failures),
      'opencode-go/glm-5.3: rate limited; opencode-go/kimi-k3: timed out; opencode-go/glm-5.3: API key rejected (remembered, not tried)',
    );
  });

  it('stays brief for a long chain', () => {
    const failures = Array.from({ length: 30 }, () => failureOf('timeout'));
    assert.match(summarizeAttempts(failures), /; and 18 more$/);
  });
});

describe('mostActionable', () => {
  it('prefers what a person can mend, in the order of the table', () => {
    const failures = [failureOf('timeout'), failureOf('planLimit'), failureOf('modelRefused')];
    assert.equal(mostActionable(failures)?.kind, 'planLimit');
    assert.equal(mostActionable([]), undefined);
  });

  it('takes the first of several of one kind', () => {
    const failures = [
      failureOf('badRequest', { detail: 'first' }),
      failureOf('badRequest', { detail: 'second' }),
    ];
    assert.equal(mostActionable(failures)?.detail, 'first');
  });
});

describe('durationInWords', () => {
  it('gives the two largest units', () => {
    const minute = 60_000;
    const rows: readonly (readonly [number, string])[] = [
      [1, '1 s'],
      [45_000, '45 s'],
      [minute, '1 min'],
      [90_000, '1 min 30 s'],
      [60 * minute, '1 h'],
      [243 * minute, '4 h 3 min'],
      [24 * 60 * minute, '1 d'],
      [50 * 60 * minute + 5 * minute, '2 d 2 h'],
    ];
    for (const [ms, words] of rows) assert.equal(durationInWords(ms), words);
  });
});
