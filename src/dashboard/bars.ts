/** When an attempt began, gave its first content and text, and ended; epoch ms. */
export interface Course {
  readonly state: 'running' | 'failed' | 'done';
  readonly startedAt: number;
  readonly firstContentAt?: number;
  readonly firstTextAt?: number;
  readonly endedAt?: number;
}

export type SegmentKind = 'waiting' | 'thinking' | 'streaming' | 'failed';

/** A part of a bar, in ms since the request began. */
export interface Segment {
  readonly kind: SegmentKind;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * What an attempt did, one after the other. One that failed before any content is failed from end to end; one that broke
 * off later ends in a mark without length.
 */
export function segmentsOf(
  course: Course,
  requestStartedAt: number,
  now: number,
): readonly Segment[] {
  const { state, startedAt, firstContentAt, firstTextAt } = course;
  const endedAt = Math.max(startedAt, course.endedAt ?? now);
  const within = (at: number) => Math.min(Math.max(at, startedAt), endedAt) - requestStartedAt;
  const begin = within(startedAt);
  const end = within(endedAt);
  if (state === 'failed' && firstContentAt === undefined) {
    return [{ kind: 'failed', fromMs: begin, toMs: end }];
  }
  const content = within(firstContentAt ?? endedAt);
  const spoken = Math.max(content, within(firstTextAt ?? endedAt));
  const parts: readonly Segment[] = [
    { kind: 'waiting', fromMs: begin, toMs: content },
    { kind: 'thinking', fromMs: content, toMs: spoken },
    { kind: 'streaming', fromMs: spoken, toMs: end },
  ];
  const seen = parts.filter(({ fromMs, toMs }) => toMs > fromMs);
  if (state === 'failed') return [...seen, { kind: 'failed', fromMs: end, toMs: end }];
  // However short, it is seen.
  return seen.length === 0 ? [{ kind: 'waiting', fromMs: begin, toMs: end }] : seen;
}

/** A time axis from 0 on that ends at a round figure. */
export interface Axis {
  readonly endMs: number;
  readonly ticksMs: readonly number[];
}

/** The axis that holds `longestMs`, with three to six marks. */
export function axisFor(longestMs: number): Axis {
  const wanted = Math.max(longestMs, shortestAxisMs);
  const stepMs = steps.find((step) => wanted / step <= maxTicks) ?? Math.ceil(wanted / maxTicks);
  const count = Math.ceil(wanted / stepMs);
  return {
    endMs: count * stepMs,
    ticksMs: Array.from({ length: count + 1 }, (_none, index) => index * stepMs),
  };
}

const shortestAxisMs = 1_000;
const maxTicks = 5;
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const steps = [
  ...[0.2, 0.5, 1, 2, 5, 10, 15, 30].map((seconds) => seconds * second),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 6, 12].map((hours) => hours * hour),
];
