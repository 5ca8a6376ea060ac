// Traces as the worker would tell them, for what shows and sums them.
import { phrase } from '../../src/proxy/phrase';
import type { RequestTrace } from '../../src/proxy/requestTrace';

/** A request of 2 s that the second model of its chain served, on 22 November 2026 at noon (UTC). */
export const servedTrace: RequestTrace = {
  id: '3f2a',
  startedAt: Date.UTC(2026, 10, 22, 12),
  endedAt: Date.UTC(2026, 10, 22, 12) + 2_000,
  facts: {
    requestedModel: 'claude-sonnet-5-5',
    stream: true,
    inputTokens: 12_345,
    hasImages: false,
    hasTools: true,
    thinking: true,
    effort: 'high',
    maxOutputTokens: 32_000,
    requestClass: 'main',
    agentType: undefined,
    userAgent: 'claude-cli/2.1.330',
    sessionId: 'a1b2c3d4',
  },
  scenario: 'default',
  reason: phrase('no other rule matched'),
  considered: [
    { rule: 'vision', matched: false, why: phrase('no images') },
    { rule: 'default', matched: true, why: phrase('no other rule matched') },
  ],
  chain: ['opencode-go/glm-5.3', 'opencode-go/kimi-k2.7-code'],
  skipped: [{ name: 'opencode-go/hy3', reason: phrase('cannot see images') }],
  attempts: [
    {
      target: 'opencode-go/glm-5.3',
      wireFormat: 'openai-chat',
      origin: 'attempted',
      startedAt: Date.UTC(2026, 10, 22, 12),
      endedAt: Date.UTC(2026, 10, 22, 12) + 300,
      failure: {
        kind: 'overloaded',
        words: phrase('{0} ({1})', phrase('overloaded'), 529),
        upstreamStatus: 529,
      },
    },
    {
      target: 'opencode-go/kimi-k2.7-code',
      wireFormat: 'openai-chat',
      origin: 'attempted',
      startedAt: Date.UTC(2026, 10, 22, 12) + 300,
      firstContentAt: Date.UTC(2026, 10, 22, 12) + 900,
      firstTextAt: Date.UTC(2026, 10, 22, 12) + 1_400,
      endedAt: Date.UTC(2026, 10, 22, 12) + 2_000,
    },
  ],
  outcome: 'served',
  status: 200,
  usage: { inputTokens: 2_345, outputTokens: 500, cacheReadTokens: 10_000, cacheWriteTokens: 0 },
  stopReason: 'end_turn',
  cost: 0.006,
  costWithoutCache: 0.014,
};

/** `servedTrace` with changes. */
export function traceWith(changes: Partial<RequestTrace>): RequestTrace {
  return { ...servedTrace, ...changes };
}
