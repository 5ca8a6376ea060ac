import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { inBrief } from '../../src/proxy/failureBriefs';
import { notification, requestSentence } from '../../src/proxy/failureMessage';
import { english, phrase, render, type Translate } from '../../src/proxy/phrase';
import { type Failure, failureKinds, type Provider } from '../../src/proxy/types';
import { holds } from './run';

const now = Date.UTC(2026, 10, 22, 12);

/** What is not ours is in capitals here, so that it is told from words that no translator has seen. */
const foreign = fc.constantFrom(
  '',
  'NAME',
  'UPSTREAM SAYS {0}',
  'ÄÖÜ “1”',
  'PAYMENT METHOD',
  'CREDIT.',
);

const provider: fc.Arbitrary<Provider> = fc.record({
  id: fc.constant('ID'),
  label: fc.constant('LABEL'),
  planLabel: fc.constant('PLAN'),
  baseUrl: fc.constant('https://127.0.0.1:8443'),
  credentials: fc.constantFrom([], ['ONE'], ['ONE', 'TWO']),
  wireFormat: fc.constant('openai-chat'),
  models: fc.constant({}),
});

const failures: fc.Arbitrary<Failure> = fc
  .record(
    {
      kind: fc.constantFrom(...failureKinds),
      provider,
      model: fc.constant('MODEL'),
      detail: fc.oneof(
        foreign,
        foreign.map((text) => phrase('{0} could not connect to it ({1})', text, 502)),
      ),
      credential: fc.constant('ONE'),
      upstreamStatus: fc.constant(529),
      resetsAt: fc.constantFrom(now - 1, now + 1, now + 90_061_000),
      retryAt: fc.constantFrom(now + 5_000),
      link: fc.constant('HTTPS://LINK/'),
      phase: fc.constantFrom('connect', 'firstToken', 'idle'),
      timeoutMs: fc.constantFrom(1, 90_000),
      limitName: fc.constantFrom('5 hour', 'weekly', 'monthly', 'HOURLY KIND'),
      tokens: fc.constant(2),
      maxTokens: fc.constant(1),
      proxy: fc.constant('HTTP://PROXY'),
      remembered: fc.constant(true),
    },
    { requiredKeys: ['kind', 'provider', 'model', 'detail'] },
  )
  .map(({ remembered, ...rest }) => (remembered === true ? { ...rest, remembered } : rest));

/** Names in code, which are the same in every language. */
const codeNames = /\b(?:switchyard\.\w+(?:\.\w+)?|\w+Ms|https:)/g;

describe('what is said of a failure', () => {
  it('is made of nothing but phrases, which translators know, and foreign words', async () => {
    // Our words vanish with their templates; what is left has come past them.
    const wordless: Translate = (template, ...values) =>
      template === 'en-GB' ? 'zh-CN' : english(template.replace(/\p{L}/gu, ''), ...values);
    await holds(3_000, fc.array(failures, { minLength: 1, maxLength: 15 }), async (all) => {
      const [first] = all;
      assert.ok(first !== undefined);
      for (const said of [notification(first), inBrief(first), requestSentence(first, all, now)]) {
        const left = render(said, wordless).replace(codeNames, '');
        assert.doesNotMatch(left, /\p{Ll}/u, `${render(said)} → ${left}`);
      }
    });
  });

  it('keeps every value in every language', async () => {
    await holds(500, failures, async (failure) => {
      const said = notification(failure);
      const places: Translate = (template, ...values) =>
        (template.match(/\{\d+\}/g) ?? []).map((place) => english(place, ...values)).join(' ');
      assert.doesNotMatch(render(said), /undefined|\[object/);
      for (const value of said.values) {
        if (typeof value === 'string') assert.ok(render(said, places).includes(value), value);
      }
    });
  });
});
