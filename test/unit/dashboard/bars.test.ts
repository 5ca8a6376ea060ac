import { strict as assert } from 'node:assert';
import { axisFor, segmentsOf } from '../../../src/dashboard/bars';

const startedAt = 10_000;

describe('segmentsOf', () => {
  it('tells when an attempt waited, thought and streamed, in ms since the request began', () => {
    const course = {
      state: 'done',
      startedAt: 10_300,
      firstContentAt: 10_900,
      firstTextAt: 11_400,
      endedAt: 12_000,
    } as const;
    assert.deepEqual(segmentsOf(course, startedAt, 99_000), [
      { kind: 'waiting', fromMs: 300, toMs: 900 },
      { kind: 'thinking', fromMs: 900, toMs: 1_400 },
      { kind: 'streaming', fromMs: 1_400, toMs: 2_000 },
    ]);
  });

  it('lets the last part of a running attempt grow with the time', () => {
    const waiting = { state: 'running', startedAt: 10_000 } as const;
    assert.deepEqual(segmentsOf(waiting, startedAt, 10_700), [
      { kind: 'waiting', fromMs: 0, toMs: 700 },
    ]);
    const thinking = { ...waiting, firstContentAt: 10_500 };
    assert.deepEqual(segmentsOf(thinking, startedAt, 10_800).at(-1), {
      kind: 'thinking',
      fromMs: 500,
      toMs: 800,
    });
    const streaming = { ...thinking, firstTextAt: 10_800 };
    assert.deepEqual(segmentsOf(streaming, startedAt, 12_000).at(-1), {
      kind: 'streaming',
      fromMs: 800,
      toMs: 2_000,
    });
  });

  it('shows an attempt that failed before any content as failed from end to end', () => {
    const course = { state: 'failed', startedAt: 10_000, endedAt: 10_300 } as const;
    assert.deepEqual(segmentsOf(course, startedAt, 99_000), [
      { kind: 'failed', fromMs: 0, toMs: 300 },
    ]);
  });

  it('ends an attempt that broke off with a mark', () => {
    const course = {
      state: 'failed',
      startedAt: 10_000,
      firstContentAt: 10_200,
      firstTextAt: 10_200,
      endedAt: 10_500,
    } as const;
    assert.deepEqual(
      segmentsOf(course, startedAt, 99_000).map(({ kind, fromMs, toMs }) => [kind, fromMs, toMs]),
      [
        ['waiting', 0, 200],
        ['streaming', 200, 500],
        ['failed', 500, 500],
      ],
    );
  });

  it('keeps every part inside the attempt, whatever the clocks say', () => {
    const odd = {
      state: 'done',
      startedAt: 10_000,
      firstContentAt: 9_000,
      endedAt: 9_500,
    } as const;
    assert.deepEqual(segmentsOf(odd, startedAt, 8_000), [{ kind: 'waiting', fromMs: 0, toMs: 0 }]);
    const early = { state: 'running', startedAt: 10_000 } as const;
    assert.deepEqual(segmentsOf(early, startedAt, 9_000), [
      { kind: 'waiting', fromMs: 0, toMs: 0 },
    ]);
  });
});

describe('axisFor', () => {
  it('ends at a round figure that holds the longest, with few marks', () => {
    assert.deepEqual(axisFor(6_500), { endMs: 8_000, ticksMs: [0, 2_000, 4_000, 6_000, 8_000] });
    assert.equal(axisFor(30).endMs, 1_000);
    assert.equal(axisFor(61_000).endMs, 75_000);
  });

  it('holds every length with at most six marks, from a millisecond to weeks', () => {
    for (let longestMs = 1; longestMs < 2e9; longestMs = longestMs * 1.7 + 1) {
      const { endMs, ticksMs } = axisFor(longestMs);
      assert.ok(endMs >= longestMs, `${longestMs}`);
      assert.ok(ticksMs.length >= 2 && ticksMs.length <= 6, `${longestMs}: ${ticksMs.length}`);
      assert.deepEqual([ticksMs[0], ticksMs.at(-1)], [0, endMs]);
    }
  });
});
