// The goals that have a measurement of their own: memory, blocks, refusals, failover, sizes.
import path from 'node:path';
import * as z from 'zod/mini';
import { clientHeaders, requestBody } from './bodies';
import { type Effort, largeBodyBytes, smallBodyBytes } from './cells';
import { BENCH_FOLDER, type Child, startChild } from './child';
import { type Lab, runBatch, type Subject, upstreamCalls } from './lab';
import type { Memory } from './messages';
import { limitRow, type Row } from './row';
import { median, quantile } from './statistics';

const kilobyte = 1000;
const megabyte = 1_000_000;

function processOf(subject: Subject): Child {
  if (subject.process === undefined) throw new Error(`${subject.name} has no process`);
  return subject.process;
}

async function hold(lab: Lab, subject: Subject, script: string, streams: number): Promise<void> {
  const body = requestBody({ model: subject.modelFor(script), bytes: smallBodyBytes });
  const order = { url: subject.url, headers: { ...subject.headers }, body, streams };
  await lab.load.ask({ ask: 'hold', order });
}

async function release(lab: Lab): Promise<void> {
  await lab.load.ask({ ask: 'release' });
  await sleep(300);
}

/** A client that takes the first bytes of 63 MB and then nothing for a while. */
export async function pausedReaderRow(lab: Lab, effort: Effort): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [kind, subject] of [
    ['pass', lab.pass],
    ['translate', lab.translate],
  ] as const) {
    const growth: number[] = [];
    const resident: number[] = [];
    // The first one pays for what stays. Each takes seconds, and they differ little.
    for (let repetition = -1; repetition < effort.repetitions / 2; repetition += 1) {
      const before = await processOf(subject).collect();
      await hold(lab, subject, 'flood-63', 1);
      await sleep(pausedMs * effort.share);
      const at = await processOf(subject).memory();
      const during = await processOf(subject).collect();
      await release(lab);
      if (repetition < 0) continue;
      growth.push((during.liveBytes - before.liveBytes) / megabyte);
      resident.push((at.rssBytes - before.rssBytes) / megabyte);
    }
    rows.push(
      limitRow({
        work: `Memory growth while a client reads nothing of 63 MB, ${kind}`,
        goal: '≤ 1 MB',
        values: growth,
        unit: 'MB',
        reference: `resident ${median(resident).toFixed(1)} MB`,
        isMet: (grown) => grown <= 1,
      }),
    );
  }
  return rows;
}

const pausedMs = 3_000;

export async function longestBlockRow(lab: Lab, effort: Effort): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [kind, subject] of [
    ['pass', lab.pass],
    ['translate', lab.translate],
  ] as const) {
    const one = { script: 'stream-5', bodyBytes: 200_000, requests: 1, concurrency: 1 };
    const blocks: number[] = [];
    for (let index = 0; index < 20 * effort.share * effort.repetitions; index += 1) {
      await processOf(subject).ask({ ask: 'watchLoop' });
      await runBatch(lab, subject, one);
      blocks.push(z.number().parse(await processOf(subject).ask({ ask: 'longestBlock' })));
    }
    rows.push(
      limitRow({
        work: `Longest block of the event loop by one 200 kB request, ${kind}`,
        goal: '≤ 10 ms',
        values: blocks,
        unit: 'ms',
        isMet: (block) => block <= 10,
      }),
    );
  }
  return rows;
}

const idleStreams = 200;

export async function idleStreamRow(lab: Lab): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [kind, subject] of [
    ['pass', lab.pass],
    ['translate', lab.translate],
  ] as const) {
    const before = await processOf(subject).collect();
    await hold(lab, subject, 'idle', idleStreams);
    await sleep(300);
    const during = await processOf(subject).collect();
    await release(lab);
    const perStream = (pick: (memory: Memory) => number) =>
      (pick(during) - pick(before)) / idleStreams / kilobyte;
    rows.push(
      limitRow({
        work: `Memory per open idle stream, of ${idleStreams}, ${kind}`,
        goal: '≤ 64 kB',
        values: [perStream(({ liveBytes }) => liveBytes)],
        unit: 'kB',
        reference: `resident ${perStream(({ rssBytes }) => rssBytes).toFixed(0)} kB`,
        isMet: (kilobytes) => kilobytes <= 64,
      }),
    );
  }
  return rows;
}

/** Warm first: caches and compiled code are no leak. */
export async function afterManyRequestsRow(lab: Lab, effort: Effort): Promise<readonly Row[]> {
  const proxy = processOf(lab.pass);
  const requests = Math.round(500 * effort.share);
  const run = async () => {
    for (const subject of [lab.pass, lab.translate]) {
      const batch = { script: 'stream-50', bodyBytes: largeBodyBytes, requests, concurrency: 8 };
      await runBatch(lab, subject, batch);
    }
  };
  await run();
  const before = await proxy.collect();
  await run();
  const after = await proxy.collect();
  return [
    limitRow({
      work: `Memory in use after ${requests * 2} more requests of 160 kB`,
      goal: 'within 10 %',
      values: [(after.liveBytes / before.liveBytes - 1) * 100],
      unit: '%',
      reference: `${(before.liveBytes / megabyte).toFixed(1)} MB before`,
      isMet: (percent) => percent <= 10,
    }),
  ];
}

export async function turnRow(effort: Effort): Promise<readonly Row[]> {
  const child = startChild({ script: path.join(BENCH_FOLDER, 'turns.js') });
  const bodies = Array.from({ length: 8 }, (_value, turn) =>
    requestBody({ model: 'claude-opus-5-5', bytes: 200_000 + turn * 3_400 }),
  );
  const rounds = effort.repetitions * 4;
  try {
    await child.firstLine;
    const asked = { ask: 'turns', bodies, headers: clientHeaders, rounds } as const;
    const values = z.array(z.number()).parse(await child.ask(asked));
    return [
      limitRow({
        work: 'Turn N+1 of a 200 kB conversation: facts, token estimate, conversation, route',
        goal: '≤ 2 ms CPU',
        values,
        unit: 'ms',
        isMet: (cost) => cost <= 2,
      }),
    ];
  } finally {
    await child.stop();
  }
}

/** The first request finds out; the others are answered from memory. */
export async function authStopRow(lab: Lab, effort: Effort): Promise<readonly Row[]> {
  const keyed: Subject = { ...lab.pass, modelFor: (script) => `keyed/${script}` };
  const refused = { script: 'refuse-401', bodyBytes: smallBodyBytes, expectedStatus: 424 };
  await runBatch(lab, keyed, { ...refused, requests: 1, concurrency: 1 });
  const before = await upstreamCalls(lab);
  const requests = Math.round(40 * effort.share);
  const small: number[] = [];
  const large: number[] = [];
  for (let repetition = 0; repetition < effort.repetitions; repetition += 1) {
    for (const [times, bodyBytes] of [
      [small, smallBodyBytes],
      [large, largeBodyBytes],
    ] as const) {
      const batch = { ...refused, bodyBytes, requests, concurrency: 1 };
      times.push(quantile((await runBatch(lab, keyed, batch)).totalMs, 0.5));
    }
  }
  const calls = (await upstreamCalls(lab)) - before;
  return [
    { name: '1 kB', values: small },
    { name: '160 kB', values: large },
  ].map(({ name, values }) =>
    limitRow({
      work: `Auth stop from memory: to the client's 424, ${name}`,
      goal: '≤ 2 ms, no call',
      values,
      unit: 'ms',
      reference: `${calls} upstream calls`,
      isMet: (ms) => ms <= 2 && calls === 0,
    }),
  );
}

/** Chains whose first model refuses; each serves one request only, since a refusal is remembered. */
export function failoverChains(count: number): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    Array.from({ length: count }, (_value, index) => [
      `failover-${index}`,
      [`messages/refuse-500-${index}`, 'messages/stream-50'],
    ]),
  );
}

export async function failoverRow(
  lab: Lab,
  effort: Effort,
  chains: number,
): Promise<readonly Row[]> {
  const perRepetition = Math.floor(chains / effort.repetitions);
  const one = { script: 'stream-50', bodyBytes: smallBodyBytes, requests: 1, concurrency: 1 };
  const added: number[] = [];
  for (let repetition = 0; repetition < effort.repetitions; repetition += 1) {
    const alone: number[] = [];
    const second: number[] = [];
    for (let index = 0; index < perRepetition; index += 1) {
      const chain = `failover-${repetition * perRepetition + index}`;
      const fallingOver: Subject = { ...lab.pass, modelFor: () => chain };
      alone.push(...(await runBatch(lab, lab.pass, one)).firstByteMs);
      second.push(...(await runBatch(lab, fallingOver, one)).firstByteMs);
    }
    added.push(median(second) - median(alone));
  }
  return [
    limitRow({
      work: 'Failover when the first model refuses at once: first byte over a call without it',
      goal: '≤ 1 ms',
      values: added,
      unit: 'ms',
      reference: 'pass, 1 kB',
      isMet: (ms) => ms <= 1,
    }),
  ];
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
