// All subjects side by side, Switchyard and the pipes among them.
import { type CellName, type ColdCosts, type Matrix, type Metric, metrics, series } from './cells';
import { markdownTable } from './document';
import type { Lab, Subject } from './lab';
import { inDigits } from './row';
import { median, paired } from './statistics';

/** One row for each subject, medians. */
export function subjectTable(
  { matrix, cold }: { readonly matrix: Matrix; readonly cold: ColdCosts },
  subjects: readonly Subject[],
  lab: Lab,
): readonly string[] {
  const value = (cell: CellName, { name }: Subject, metric: Metric) =>
    inDigits(median(series(matrix, cell, name, metric)));
  const added = (cell: CellName, { name }: Subject, metric: Metric) =>
    inDigits(
      median(
        paired(
          series(matrix, cell, name, metric),
          series(matrix, cell, lab.direct.name, metric),
          (own, direct) => own - direct,
        ),
      ),
    );
  const first = ({ name }: Subject) => {
    const cost = cold.get(name);
    return cost === undefined ? '' : inDigits(cost);
  };
  const head = [
    '',
    'CPU ms, 160 kB, the first 200',
    'CPU ms, 160 kB',
    'added first byte ms',
    'requests/s, 64 at once',
    'CPU µs per event',
    'events/s, fast stream',
    'added delay ms p50',
    'p99',
  ];
  const rows = subjects
    .filter((subject) => subject !== lab.direct)
    .map((subject) => [
      subject.name,
      first(subject),
      value('large', subject, metrics.cpuMsPerRequest),
      added('alone', subject, metrics.firstByteMs),
      value('many', subject, metrics.requestsPerSecond),
      value('long', subject, metrics.cpuUsPerEvent),
      value('fast', subject, metrics.eventsPerSecond),
      added('paced', subject, metrics.delayP50Ms),
      added('paced', subject, metrics.delayP99Ms),
    ]);
  return markdownTable(head, rows);
}
