// The batches that every subject runs, by turns, so that noise of the machine falls on all of them alike.
import { type Batch, type BatchResult, type Lab, runBatch, type Subject } from './lab';
import { timed } from './progress';
import { quantile } from './statistics';

export const largeBodyBytes = 160_000;
export const smallBodyBytes = 1_000;
/** Events of a long stream, and of the one that comes as fast as it is taken. */
export const longStreamEvents = 2_000;
export const fastStreamEvents = 10_000;
/** Of a stream with pauses, 20 ms each. */
const pacedEvents = 60;

export const cells = {
  /** CPU per request with a long history; so many that each batch holds some of the engine's collections. */
  large: batch('stream-50', largeBodyBytes, 256, 16),
  /** The wait for the first byte, one request at a time. */
  alone: batch('stream-50', largeBodyBytes, 20, 1),
  /** Requests per second. */
  many: batch('stream-50', smallBodyBytes, 512, 64),
  /** CPU per event. */
  long: batch(`stream-${longStreamEvents}`, smallBodyBytes, 16, 16),
  /** Events per second of one stream. */
  fast: batch(`burst-${fastStreamEvents}`, smallBodyBytes, 6, 1),
  /** How much later each event arrives. */
  paced: { ...batch(pacedScript(pacedEvents), smallBodyBytes, 16, 16), read: 'delays' },
} as const satisfies Record<string, Batch>;

export type CellName = keyof typeof cells;

function pacedScript(events: number): string {
  return `paced-${events}-20`;
}

function batch(script: string, bodyBytes: number, requests: number, concurrency: number): Batch {
  return { script, bodyBytes, requests, concurrency };
}

/** One number of each repetition. */
export type Metric = (result: BatchResult) => number;

export const metrics = {
  cpuMsPerRequest: ({ cpuMs, requests }) => cpuMs / requests,
  cpuUsPerEvent: ({ cpuMs, requests }) => (cpuMs * 1000) / requests / longStreamEvents,
  firstByteMs: ({ firstByteMs }) => quantile(firstByteMs, 0.5),
  requestsPerSecond: ({ requests, wallMs }) => (requests / wallMs) * 1000,
  eventsPerSecond: ({ totalMs }) => (fastStreamEvents / quantile(totalMs, 0.5)) * 1000,
  delayP50Ms: ({ delays }) => delayQuantile(delays, 0.5),
  delayP99Ms: ({ delays }) => delayQuantile(delays, 0.99),
} as const satisfies Record<string, Metric>;

/** The delay that `share` of the events do not exceed. */
export function delayQuantile(delays: BatchResult['delays'], share: number): number {
  return quantile(
    delays.map(({ delayMs }) => delayMs),
    share,
  );
}

/** What the subjects did in one cell, by name; the n-th results of all subjects ran side by side. */
export type CellResults = ReadonlyMap<string, readonly BatchResult[]>;

export interface Effort {
  readonly repetitions: number;
  /** Of the usual number of requests. */
  readonly share: number;
  /** The longest that a subject is warmed up; slow ones do not get through all rounds. */
  readonly warmUpMs: number;
}

/** Fewer requests; of what lasts as long as its streams do, shorter ones. */
function scaled(cell: Batch, { share }: Effort): Batch {
  if (cell === cells.paced)
    return { ...cell, script: pacedScript(Math.round(pacedEvents * share)) };
  return { ...cell, requests: Math.round(cell.requests * share) };
}

/** Warms every subject up, then runs them by turns. */
export async function runCell(
  lab: Lab,
  subjects: readonly Subject[],
  cell: Batch,
  effort: Effort,
): Promise<CellResults> {
  const sized = scaled(cell, effort);
  const results = new Map<string, BatchResult[]>(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await runBatch(lab, subject, sized);
  for (let repetition = 0; repetition < effort.repetitions; repetition += 1) {
    // Every other round the other way about: who runs first has no advantage.
    const order = repetition % 2 === 0 ? subjects : subjects.toReversed();
    for (const subject of order) {
      results.get(subject.name)?.push(await runBatch(lab, subject, sized));
    }
  }
  return results;
}

export type Matrix = Readonly<Record<CellName, CellResults>>;

/** What the first requests of a process cost, by the subject that sent them. */
export type ColdCosts = ReadonlyMap<string, number>;

/**
 * Sends thousands of requests first, as a working day has them: code that is not compiled yet costs several times as much, the
 * pipe's too.
 */
export async function warmUp(
  lab: Lab,
  subjects: readonly Subject[],
  { warmUpMs }: Pick<Effort, 'warmUpMs'>,
): Promise<ColdCosts> {
  const cold = new Map<string, number>();
  const started = new Set<Subject['process']>([undefined]);
  for (const subject of subjects) {
    const endsAt = performance.now() + warmUpMs;
    for (let round = 0; round < warmUpRounds && performance.now() < endsAt; round += 1) {
      const first = await runBatch(lab, subject, warmUps.large);
      if (!started.has(subject.process)) cold.set(subject.name, metrics.cpuMsPerRequest(first));
      started.add(subject.process);
      await runBatch(lab, subject, warmUps.small);
    }
  }
  return cold;
}

const warmUps = {
  large: batch('stream-50', largeBodyBytes, 200, 16),
  small: batch('stream-50', smallBodyBytes, 200, 16),
};
/** Behind 4,000 requests of each size the engine has compiled all that matters. */
const warmUpRounds = 20;

/** Every cell with every subject, each warm. */
export async function runMatrix(
  lab: Lab,
  subjects: readonly Subject[],
  effort: Effort,
): Promise<{ readonly matrix: Matrix; readonly cold: ColdCosts }> {
  const cold = await timed('warming up', () => warmUp(lab, subjects, effort));
  const run = (name: CellName, repetitions = effort.repetitions) =>
    timed(name, () => runCell(lab, subjects, cells[name], { ...effort, repetitions }));
  const matrix = {
    large: await run('large'),
    alone: await run('alone'),
    many: await run('many'),
    long: await run('long'),
    fast: await run('fast'),
    // A tenth of a millisecond is little beside what the system's own turns add.
    paced: await run('paced', effort.repetitions * 2 - 1),
  };
  return { matrix, cold };
}

/** One metric of a subject, repetition by repetition. */
export function series(
  matrix: Matrix,
  cell: CellName,
  subject: string,
  metric: Metric,
): readonly number[] {
  return (matrix[cell].get(subject) ?? []).map(metric);
}
