// The goals that compare Switchyard with the byte pipe, with the direct call and with claude-code-router.
import { type CellName, type Matrix, type Metric, metrics, series } from './cells';
import type { Lab } from './lab';
import { limitRow, type Row, ratioRow } from './row';
import { paired } from './statistics';

export interface ComparedPeer {
  readonly name: string;
  readonly matrix: Matrix;
}

/** The rows about CPU, first byte, rates and delays. */
export function matrixRows(matrix: Matrix, lab: Lab, router: string | undefined): readonly Row[] {
  const of = (cell: CellName, subject: { readonly name: string }, metric: Metric) =>
    series(matrix, cell, subject.name, metric);
  const { direct, pass, translate, pipeUndici: pipe } = lab;
  const reference = (cell: CellName, metric: Metric) => ({
    name: 'pipe',
    values: of(cell, pipe, metric),
  });
  const ratio = (
    { cell, metric, unit }: { cell: CellName; metric: Metric; unit: string },
    subject: { readonly name: string },
    words: { readonly work: string; readonly goal: string },
    isMet: (ratio: number) => boolean,
  ) =>
    ratioRow({
      ...words,
      values: of(cell, subject, metric),
      unit,
      reference: reference(cell, metric),
      isMet,
    });
  const overDirect = (cell: CellName, subject: { readonly name: string }, metric: Metric) =>
    paired(of(cell, subject, metric), of(cell, direct, metric), (own, least) => own - least);
  const cpu = { cell: 'large', metric: metrics.cpuMsPerRequest, unit: 'ms' } as const;
  const rate = { cell: 'many', metric: metrics.requestsPerSecond, unit: '/s' } as const;
  const fast = { cell: 'fast', metric: metrics.eventsPerSecond, unit: 'events/s' } as const;
  const work = {
    cpuPass: 'CPU per request, Anthropic → Anthropic, 160 kB, streamed, 16 at once',
    cpuTranslate: 'CPU per request, Anthropic → Chat, the same body',
    firstByte: 'Added time to the first byte, one at a time, the same body',
    rate: 'Requests per second, 64 at once, small stream',
    delay: 'Added delay of an event, 16 paced streams',
    fast: 'One fast stream of 10,000 small events',
  };
  return [
    ratio(cpu, pass, { work: work.cpuPass, goal: '≤ 1.5 × pipe' }, (times) => times <= 1.5),
    ratio(cpu, translate, { work: work.cpuTranslate, goal: '≤ 4 × pipe' }, (times) => times <= 4),
    ...(router === undefined
      ? []
      : [
          ratioRow({
            work: work.cpuTranslate,
            goal: `≤ 1/20 of ${router}`,
            values: of('large', translate, metrics.cpuMsPerRequest),
            unit: 'ms',
            reference: {
              name: router,
              values: of('large', { name: router }, metrics.cpuMsPerRequest),
            },
            isMet: (times) => times <= 1 / 20,
          }),
        ]),
    firstByteRow(`${work.firstByte}, pass`, overDirect('alone', pass, metrics.firstByteMs), 2),
    firstByteRow(
      `${work.firstByte}, translate`,
      overDirect('alone', translate, metrics.firstByteMs),
      4,
    ),
    ratio(
      rate,
      pass,
      { work: `${work.rate}, pass`, goal: '≥ 0.7 × pipe' },
      (times) => times >= 0.7,
    ),
    ratio(
      rate,
      translate,
      { work: `${work.rate}, translate`, goal: '≥ 0.5 × pipe' },
      (times) => times >= 0.5,
    ),
    ...[pass, translate].flatMap((subject) => {
      const kind = subject === pass ? 'pass' : 'translate';
      return [
        delayRow(
          `${work.delay}, p50, ${kind}`,
          overDirect('paced', subject, metrics.delayP50Ms),
          0.3,
        ),
        delayRow(
          `${work.delay}, p99, ${kind}`,
          overDirect('paced', subject, metrics.delayP99Ms),
          3,
        ),
      ];
    }),
    {
      ...ratioRow({
        work: 'CPU per translated event, 2,000 events, 16 at once',
        goal: '≤ 8 µs',
        values: of('long', translate, metrics.cpuUsPerEvent),
        unit: 'µs',
        reference: reference('long', metrics.cpuUsPerEvent),
        isMet: () => false,
      }),
      isMet: limitRow({
        work: '',
        goal: '',
        values: of('long', translate, metrics.cpuUsPerEvent),
        unit: 'µs',
        isMet: (cost) => cost <= 8,
      }).isMet,
    },
    ratio(
      fast,
      pass,
      { work: `${work.fast}, pass`, goal: '≥ 0.7 × pipe' },
      (times) => times >= 0.7,
    ),
    ratio(
      fast,
      translate,
      { work: `${work.fast}, translate`, goal: '≥ 0.4 × pipe' },
      (times) => times >= 0.4,
    ),
  ];
}

function firstByteRow(work: string, values: readonly number[], limitMs: number): Row {
  return limitRow({
    work,
    goal: `≤ ${limitMs} ms`,
    values,
    unit: 'ms',
    reference: 'direct call',
    isMet: (added) => added <= limitMs,
  });
}

function delayRow(work: string, values: readonly number[], limitMs: number): Row {
  return firstByteRow(work, values, limitMs);
}
