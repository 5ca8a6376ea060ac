// The goals that compare Switchyard with the byte pipe, with the direct call and with claude-code-router.
import { type CellName, type Matrix, type Metric, metrics, series } from './cells';
import type { Lab, Subject } from './lab';
import { inDigits, limitRow, type Row, ratioRow } from './row';
import { median, paired } from './statistics';

/** What a row measures. */
interface Measure {
  readonly cell: CellName;
  readonly metric: Metric;
  readonly unit: string;
}

const cpu: Measure = { cell: 'large', metric: metrics.cpuMsPerRequest, unit: 'ms' };
const firstByte: Measure = { cell: 'alone', metric: metrics.firstByteMs, unit: 'ms' };
const rate: Measure = { cell: 'many', metric: metrics.requestsPerSecond, unit: '/s' };
const delayP50: Measure = { cell: 'paced', metric: metrics.delayP50Ms, unit: 'ms' };
const delayP99: Measure = { cell: 'paced', metric: metrics.delayP99Ms, unit: 'ms' };
const perEvent: Measure = { cell: 'long', metric: metrics.cpuUsPerEvent, unit: 'µs' };
const fast: Measure = { cell: 'fast', metric: metrics.eventsPerSecond, unit: 'events/s' };

const cpuWork = 'CPU per request of 160 kB, streamed, 16 at once';
const firstByteWork = 'Added time to the first byte, 160 kB, one at a time';
const rateWork = 'Requests per second, small stream, 64 at once';
const delayWork = 'Added delay of an event, 16 paced streams';
const fastWork = 'One fast stream of 10,000 small events';

/** The rows about CPU, first byte, rates and delays; `router` is the name of claude-code-router, where it ran. */
export function matrixRows(matrix: Matrix, lab: Lab, router: string | undefined): readonly Row[] {
  const { direct, pass, translate, pipeUndici } = lab;
  const of = ({ cell, metric }: Measure, subject: string) => series(matrix, cell, subject, metric);

  function overPipe(measure: Measure, subject: Subject, limit: RatioLimit): Row {
    const { work, goal, isMet } = limit;
    return ratioRow({
      work: `${work}, ${kindOf(subject)}`,
      goal: `${goal} × pipe`,
      values: of(measure, subject.name),
      unit: measure.unit,
      reference: { name: 'pipe', values: of(measure, pipeUndici.name) },
      isMet,
    });
  }

  function overDirect(measure: Measure, subject: Subject, work: string, limit: number): Row {
    const added = ({ name }: Subject) =>
      paired(of(measure, name), of(measure, direct.name), (own, least) => own - least);
    return limitRow({
      work: `${work}, ${kindOf(subject)}`,
      goal: `≤ ${limit} ${measure.unit}`,
      values: added(subject),
      unit: measure.unit,
      reference: `pipe ${inDigits(median(added(pipeUndici)))} ${measure.unit}`,
      isMet: (value) => value <= limit,
    });
  }

  const kindOf = (subject: Subject) => (subject === pass ? 'pass' : 'translate');
  const ofRouter = () =>
    router === undefined
      ? []
      : [
          ratioRow({
            work: `${cpuWork}, translate`,
            goal: '≤ 1/20 of claude-code-router 2',
            values: of(cpu, translate.name),
            unit: cpu.unit,
            reference: { name: router, values: of(cpu, router) },
            isMet: (ratio) => ratio <= 1 / 20,
          }),
        ];

  return [
    overPipe(cpu, pass, atMost(cpuWork, 1.5)),
    overPipe(cpu, translate, atMost(cpuWork, 4)),
    ...ofRouter(),
    overDirect(firstByte, pass, firstByteWork, 2),
    overDirect(firstByte, translate, firstByteWork, 4),
    overPipe(rate, pass, atLeast(rateWork, 0.7)),
    overPipe(rate, translate, atLeast(rateWork, 0.5)),
    ...[pass, translate].flatMap((subject) => [
      overDirect(delayP50, subject, `${delayWork}, p50`, 0.3),
      overDirect(delayP99, subject, `${delayWork}, p99`, 3),
    ]),
    limitRow({
      work: 'CPU per translated event, 2,000 events, 16 at once',
      goal: '≤ 8 µs',
      values: of(perEvent, translate.name),
      unit: perEvent.unit,
      reference: `pipe ${inDigits(median(of(perEvent, pipeUndici.name)))} µs`,
      isMet: (cost) => cost <= 8,
    }),
    overPipe(fast, pass, atLeast(fastWork, 0.7)),
    overPipe(fast, translate, atLeast(fastWork, 0.4)),
  ];
}

interface RatioLimit {
  readonly work: string;
  readonly goal: string;
  readonly isMet: (ratio: number) => boolean;
}

function atMost(work: string, limit: number): RatioLimit {
  return { work, goal: `≤ ${limit}`, isMet: (ratio) => ratio <= limit };
}

function atLeast(work: string, limit: number): RatioLimit {
  return { work, goal: `≥ ${limit}`, isMet: (ratio) => ratio >= limit };
}
