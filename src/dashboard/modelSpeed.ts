import { type AttemptTrace, type RequestTrace, servingAttempt } from '../proxy/requestTrace';
import { duration, percent } from '../ui/figures';
import type { Translate } from '../ui/translate';
import type { TableView } from './messages';
import { percentile } from './percentile';

/** What the attempts of one target tell of it. */
export interface ModelSpeed {
  readonly target: string;
  readonly attempts: number;
  readonly failures: number;
  /** Ms from the call to the first content, of streams. */
  readonly ttftsMs: readonly number[];
  /** Output tokens per second from the first content on, of streams that ended well and tell their tokens. */
  readonly tokensPerSecond: readonly number[];
}

/** By target, those with the most attempts first. What memory kept from being called counts for nothing. */
export function modelSpeeds(traces: readonly RequestTrace[]): readonly ModelSpeed[] {
  const speeds = new Map<string, ModelSpeed>();
  for (const trace of traces) {
    for (const attempt of trace.attempts.filter(wasCalled)) {
      const { target, startedAt, firstContentAt, failure } = attempt;
      const known = speeds.get(target) ?? nothingKnown(target);
      const speed = speedOf(attempt, trace);
      speeds.set(target, {
        target,
        attempts: known.attempts + 1,
        failures: known.failures + (failure === undefined || failure.kind === 'cancelled' ? 0 : 1),
        ttftsMs:
          firstContentAt === undefined
            ? known.ttftsMs
            : [...known.ttftsMs, firstContentAt - startedAt],
        tokensPerSecond:
          speed === undefined ? known.tokensPerSecond : [...known.tokensPerSecond, speed],
      });
    }
  }
  return [...speeds.values()].sort((a, b) => b.attempts - a.attempts);
}

/** Undefined while nothing was asked. */
export function modelTable(traces: readonly RequestTrace[], t: Translate): TableView | undefined {
  const speeds = modelSpeeds(traces);
  if (speeds.length === 0) return undefined;
  const number = (text: string) => ({ text, isNumber: true });
  return {
    head: [
      { text: t('Model') },
      number(t('Attempts')),
      number(t('Failed')),
      number(t('TTFT p50')),
      number(t('TTFT p95')),
      number(t('Tokens/s p50')),
      number(t('Tokens/s p95')),
    ],
    rows: speeds.map(({ target, attempts, failures, ttftsMs, tokensPerSecond }) => [
      target,
      String(attempts),
      failures === 0 ? '0' : `${failures} (${percent(failures, attempts)})`,
      ...[0.5, 0.95].map((share) => figure(percentile(ttftsMs, share), duration)),
      ...[0.5, 0.95].map((share) => figure(percentile(tokensPerSecond, share), rate)),
    ]),
  };
}

function wasCalled({ origin }: AttemptTrace): boolean {
  return origin === 'attempted' || origin === 'outdated';
}

function nothingKnown(target: string): ModelSpeed {
  return { target, attempts: 0, failures: 0, ttftsMs: [], tokensPerSecond: [] };
}

/** An answer that came all but at once tells how upstreams batch, not how fast they are. */
const shortestAnswerMs = 200;

function speedOf(attempt: AttemptTrace, trace: RequestTrace): number | undefined {
  const { firstContentAt, endedAt } = attempt;
  const { outcome, usage } = trace;
  if (outcome !== 'served' || servingAttempt(trace) !== attempt) return undefined;
  if (usage === undefined || firstContentAt === undefined || endedAt === undefined)
    return undefined;
  const answerMs = endedAt - firstContentAt;
  return answerMs < shortestAnswerMs ? undefined : usage.outputTokens / (answerMs / 1_000);
}

function figure(value: number | undefined, inWords: (value: number) => string): string {
  return value === undefined ? '-' : inWords(value);
}

function rate(tokensPerSecond: number): string {
  return tokensPerSecond.toFixed(tokensPerSecond < 10 ? 1 : 0);
}
