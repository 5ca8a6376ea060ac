// `npm run soak -- [--minutes 10] [--entry dist/standalone.js]`: 64 clients and an upstream with every fault there is, against the built standalone
// proxy. Ends with a report; the exit code tells whether nothing hung, leaked or lied.
import { parseArgs } from 'node:util';
import { formatOf, formats } from '../test/faults/answers';
import { type ProxyProcess, startProxyProcess } from '../test/soak/child';
import { newTally, startCrowd, type Tally } from '../test/soak/clients';
import { chooseAnswer } from '../test/soak/faults';
import { type FaultsUpstream, startFaultsUpstream } from '../test/support/faultsUpstream';

const clients = 64;
const chains = 60;
const modelsPerProvider = 30;
/** Share of the time that is left to caches and compilers before the heap is measured. */
const warmUpShare = 0.25;
const maxHeapGrowth = 0.1;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: 'string', default: '10' }, entry: { type: 'string' } },
  });
  const totalMs = Number(values.minutes) * 60_000;
  if (!(totalMs > 0)) throw new Error(`--minutes ${values.minutes} is no positive number`);
  const faults = new Map<string, number>();
  const upstream = await startFaultsUpstream((call) => {
    const { name, answer } = chooseAnswer(formatOf(call), call.isStream);
    faults.set(name, (faults.get(name) ?? 0) + 1);
    return answer;
  });
  const proxy = await startProxyProcess(settingsFor(upstream.url), values.entry);
  const tally = newTally();
  const filesBefore = proxy.openFiles();
  const before = await phase(proxy, upstream, tally, totalMs * warmUpShare);
  const after = await phase(proxy, upstream, tally, totalMs * (1 - warmUpShare));
  const filesAfter = proxy.openFiles();
  await proxy.stop();
  await upstream.close();
  const growth = after.heapBytes / before.heapBytes - 1;
  const leakedFiles = (filesAfter ?? 0) - (filesBefore ?? 0);
  const problems = [
    ...(tally.hung > 0 ? [`${tally.hung} requests hung`] : []),
    ...(after.openSockets > 0 ? [`${after.openSockets} upstream sockets are still open`] : []),
    ...(after.openCalls > 0 ? [`${after.openCalls} upstream calls are still open`] : []),
    // The clients' idle connections are kept for two minutes, which is no leak.
    ...(leakedFiles > clients * 2 ? [`${leakedFiles} more open files than at the start`] : []),
    ...(growth > maxHeapGrowth ? [`the heap grew by ${percent(growth)}`] : []),
    ...(proxy.bugs.length > 0
      ? [`the log tells of bugs: ${proxy.bugs.slice(0, 3).join(' | ')}`]
      : []),
    ...tally.lies.slice(0, 5).map((lie) => `against the rules: ${lie}`),
  ];
  report(tally, faults, { before, after, growth, leakedFiles });
  console.log(
    problems.length === 0 ? 'The soak passed.' : `The soak failed:\n${problems.join('\n')}`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}

/** Many short-lived targets, so that those which rest leave enough to do. */
function settingsFor(url: string): Readonly<Record<string, unknown>> {
  const names = Array.from({ length: modelsPerProvider }, (_value, index) =>
    formats.map((format) => `${format}/m${index}`),
  ).flat();
  const pick = (index: number) => names[(index * 7) % names.length];
  return {
    'switchyard.providers': Object.fromEntries(
      formats.map((wireFormat) => [wireFormat, { baseUrl: url, credential: 'none', wireFormat }]),
    ),
    'switchyard.modelOverrides': Object.fromEntries(
      Array.from({ length: chains }, (_value, index) => [
        `chain-${index}`,
        [pick(index), pick(index + 37), pick(index + 71)],
      ]),
    ),
    'switchyard.timeouts': { connectMs: 1_000, firstTokenMs: 1_000, idleMs: 1_000 },
  };
}

interface Measured {
  readonly heapBytes: number;
  readonly openSockets: number;
  readonly openCalls: number;
}

/** Load for a while, then quiet, then a look at what is left. */
async function phase(
  proxy: ProxyProcess,
  upstream: FaultsUpstream,
  tally: Tally,
  durationMs: number,
): Promise<Measured> {
  const crowd = startCrowd(proxy, { clients, chains, tally });
  // The list of calls is for tests that end; here it would be the leak.
  const tidy = setInterval(() => upstream.clear(), 1_000);
  await sleep(durationMs);
  clearInterval(tidy);
  upstream.clear();
  await crowd.stop();
  await untilQuiet(upstream);
  return {
    heapBytes: await proxy.heapBytes(),
    openSockets: upstream.openSockets(),
    openCalls: upstream.calls.filter(({ isOpen }) => isOpen).length,
  };
}

/** The proxy keeps an idle connection for four seconds. */
async function untilQuiet(upstream: FaultsUpstream): Promise<void> {
  for (let second = 0; second < 15 && upstream.openSockets() > 0; second += 1) await sleep(1_000);
}

interface Result {
  readonly before: Measured;
  readonly after: Measured;
  readonly growth: number;
  readonly leakedFiles: number;
}

function report(tally: Tally, faults: ReadonlyMap<string, number>, result: Result): void {
  const rows = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .sort((a, b) => b[1] - a[1])
      .map(([name, number]) => `  ${String(number).padStart(8)}  ${name}`)
      .join('\n');
  console.log(`${tally.requests} requests by ${clients} clients ended as follows:`);
  console.log(rows(tally.endings));
  console.log('The upstream answered:');
  console.log(rows(faults));
  console.log(`Hung requests: ${tally.hung}. Slowest: ${tally.slowestMs.join(', ')} ms.`);
  const { before, after, growth, leakedFiles } = result;
  const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  console.log(
    `Heap: ${megabytes(before.heapBytes)} after the warm-up, ${megabytes(after.heapBytes)} at the end (${percent(growth)}).`,
  );
  console.log(`Upstream sockets left: ${after.openSockets}. More open files: ${leakedFiles}.`);
}

function percent(share: number): string {
  return `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)} %`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.stack : error);
  process.exitCode = 1;
});
