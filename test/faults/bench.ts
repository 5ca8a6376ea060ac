// The real proxy between a real client and two upstreams: one that serves A (which fails) and B, and one that serves C.
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ProxyReport } from '../../src/proxy/protocol';
import { createFakeClock, type FakeClock } from '../support/fakeClock';
import { type Call, type FaultsUpstream, startFaultsUpstream } from '../support/faultsUpstream';
import { plainSettings, startTestProxy, type TestProxy } from '../support/testProxy';
import { contentOf, type Format, formatOf, healthyAnswer, type Who } from './answers';
import {
  type ClientAnswer,
  readClientError,
  readClientMessage,
  readClientStream,
} from './clientAnswer';
import type { Combination } from './fault';
import { type Expected, expectation, type Situation } from './model';

const targetNames = {
  A: 'opencode-go/quartz-1',
  B: 'opencode-go/basalt-1',
  C: 'elsewhere/cobalt-1',
} as const satisfies Record<Who, string>;

const keys = { first: 'sk-bench-0123456789abcdef', second: 'sk-bench-fedcba9876543210' };

/** Port 9 is for discarding, and nobody does. */
const nowhere = 'http://127.0.0.1:9';

/** Longer than every time limit of the bench. */
const patienceMs = 600_000;
/** The proxy reports its health within this time, */
const reportMs = 300;
/** and reads a finished answer's connection for this long. */
const aftermathMs = 1_100;

export interface Bench {
  play(combination: Combination, round: Round): Promise<void>;
  /** Closes the proxy; tells how many sockets the upstreams still have then. */
  closeProxy(): Promise<number>;
  close(): Promise<void>;
}

/** What is varied besides the fault. */
export interface Round {
  readonly format: Format;
  readonly isStream: boolean;
  readonly chain: Situation['chain'];
}

export async function startBench(): Promise<Bench> {
  const clock = createFakeClock();
  const stage: Stage = { combination: undefined, configured: '', clock };
  const near = await startFaultsUpstream((call) => answerOf(stage, near.calls, call));
  const far = await startFaultsUpstream((call) =>
    healthyAnswer(formatOf(call), call.isStream, 'C'),
  );
  const proxy = await startTestProxy({ clock, keys });
  const parts: Parts = { clock, stage, near, far, proxy };
  return {
    play: (combination, round) => play(parts, combination, round),
    async closeProxy() {
      await proxy.close();
      const sockets = () => near.openSockets() + far.openSockets();
      // A closed connection is known to the other side some turns later.
      for (let turn = 0; turn < 1_000 && sockets() > 0; turn += 1) await nextTurn();
      return sockets();
    },
    async close() {
      await proxy.close();
      await near.close();
      await far.close();
    },
  };
}

interface Stage {
  combination: Combination | undefined;
  /** What the proxy was configured for last. */
  configured: string;
  readonly clock: FakeClock;
}

interface Parts {
  readonly clock: FakeClock;
  readonly stage: Stage;
  readonly near: FaultsUpstream;
  readonly far: FaultsUpstream;
  readonly proxy: TestProxy;
}

/** The first call of A gets the fault; its second, in the other wire format, and B are healthy. */
function answerOf(stage: Stage, calls: readonly Call[], call: Call) {
  const { combination, clock } = stage;
  // The proxy may ask when a plan's limit ends. Here nobody tells, so that the refusal's own words decide.
  if (call.method === 'GET') return { status: 404, pieces: [], ending: 'finish' } as const;
  const who = whoOf(call);
  const isFirst = calls.filter((other) => whoOf(other) === 'A').length === 1;
  if (who !== 'A' || !isFirst || combination === undefined) {
    return healthyAnswer(formatOf(call), call.isStream, who);
  }
  const { pieceMs, answer } = combination;
  if (pieceMs === undefined) return answer;
  return {
    ...answer,
    beforePiece: () => {
      if (call.isOpen && calls.length === 1) clock.advance(pieceMs);
    },
  };
}

function whoOf(call: Call): Who {
  return call.model === 'quartz-1' ? 'A' : call.model === 'basalt-1' ? 'B' : 'C';
}

async function play(parts: Parts, combination: Combination, round: Round): Promise<void> {
  const { clock, stage, near, far, proxy } = parts;
  stage.combination = combination;
  configure(parts, round, combination.isUnreachable === true ? nowhere : near.url);
  proxy.proxy.resetHealth();
  for (const upstream of [near, far]) upstream.clear();
  for (const list of [proxy.logs, proxy.reports]) list.length = 0;
  const startedAt = clock.now();
  const pending = proxy.post(bodyOf(round));
  const isSilent = combination.answer.ending === 'stall';
  if (isSilent) {
    await untilCalled(near);
    await near.calls[0]?.whenPlayed;
    if (near.calls[0]?.isOpen === true) clock.advance(patienceMs);
  }
  const response = await pending;
  const body = await response.text();
  const health = await healthReport(parts);
  const expected = expectation({
    ...combination,
    ...round,
    hasWaited: isSilent || clock.now() - startedAt > 16_000,
  });
  await settle(parts);
  // The call that reaches nobody is nowhere to be seen.
  checkCalls(parts, expected.calls.slice(combination.isUnreachable === true ? 1 : 0));
  checkClient({ status: response.status, body, isStream: round.isStream }, expected, combination);
  checkHealth(health, expected, startedAt);
  checkLeftovers(parts);
}

function bodyOf({ isStream, chain }: Round): object {
  return {
    // The name of a target asks for it alone.
    model: chain === 'A, B, C' ? 'claude-opus-5-5' : targetNames.A,
    max_tokens: 1000,
    stream: isStream,
    messages: [{ role: 'user', content: 'Write the file, please.' }],
  };
}

function configure({ proxy, far, stage }: Parts, { format, chain }: Round, nearUrl: string): void {
  const credential = chain === 'A with two keys' ? ['first', 'second'] : 'first';
  const configured = `${format} ${nearUrl} ${credential}`;
  if (stage.configured === configured) return;
  stage.configured = configured;
  const { A, B, C } = targetNames;
  proxy.configure({
    settings: {
      ...plainSettings,
      providers: {
        'opencode-go': {
          baseUrl: nearUrl,
          credential,
          models: {
            'quartz-1': { wireFormat: format, context: 200_000 },
            'basalt-1': { wireFormat: 'openai-chat', context: 100_000 },
          },
        },
        elsewhere: {
          baseUrl: far.url,
          credential: 'none',
          wireFormat: 'anthropic-messages',
          models: { 'cobalt-1': { context: 400_000 } },
        },
      },
      scenarios: { default: { models: [A, B, C] } },
    },
  });
}

async function untilCalled(upstream: FaultsUpstream): Promise<void> {
  while (upstream.calls.length === 0) await nextTurn();
}

/** What the proxy tells of its health as soon as the request is over: even the shortest rest is still on then. */
async function healthReport({ clock, proxy }: Parts): Promise<ProxyReport | undefined> {
  for (let look = 0; look < 3; look += 1) {
    for (let turn = 0; turn < 3; turn += 1) await nextTurn();
    clock.advance(reportMs);
    if (proxy.reports.at(-1)?.activeRequests === 0) break;
  }
  return proxy.reports.at(-1);
}

/** Lets the proxy tidy up: timers due within a second, connections that it drains. */
async function settle({ clock, near, far, proxy }: Parts): Promise<void> {
  // The end of a rest is waited for by a timer; forgetting the rest ends that too.
  proxy.proxy.resetHealth();
  for (let turn = 0; turn < 200; turn += 1) {
    clock.advance(aftermathMs);
    await nextTurn();
    const isOpen = [...near.calls, ...far.calls].some((call) => call.isOpen);
    if (!isOpen && clock.pending() === 0) return;
  }
}

function checkCalls({ near, far }: Parts, expected: Expected['calls']): void {
  const asked = [...near.calls, ...far.calls].filter(({ method }) => method === 'POST');
  same(asked.map(whoOf), expected, 'the upstream calls');
}

interface Received {
  readonly status: number;
  readonly body: string;
  readonly isStream: boolean;
}

function checkClient(received: Received, expected: Expected, combination: Combination): void {
  const { status, body, isStream } = received;
  const { client } = expected;
  if (client.gets === 'status') {
    const { type } = status === 200 ? { type: body.slice(0, 400) } : readClientError(body);
    same([status, type], [client.status, client.errorType], 'the refusal');
    return;
  }
  assert.ok(status === 200, `status ${status}: ${body.slice(0, 200)}`);
  const answer = isStream ? readClientStream(body) : readClientMessage(body);
  if (client.gets === 'error event') {
    same([answer.end, answer.errorType], ['error', client.errorType], 'the ending');
    return;
  }
  same(answer.end, 'whole', `the ending (${answer.errorType})`);
  checkContent(answer, client.of, client.of === 'A' ? combination.content : undefined);
}

function checkContent(answer: ClientAnswer, who: Who, content: Combination['content']): void {
  const { tool, text, thinking } = contentOf(who);
  if (content === 'cut by the output limit') {
    // A client that streams has seen half of the tool call; it is told so.
    same(answer.stopReason, 'max_tokens', 'the stop reason');
    return;
  }
  if (content === 'without its tool call') {
    same([answer.stopReason, answer.tools], ['end_turn', []], 'the stop reason and the tools');
    same([answer.thinking, answer.text], [thinking, text], 'the words');
    return;
  }
  same(answer.stopReason, 'tool_use', 'the stop reason');
  same(
    answer.tools.map(({ name, json }) => [name, JSON.parse(json)]),
    [[tool.name, tool.input]],
    'the tool call',
  );
  if (content === 'altered') return;
  same([answer.thinking, answer.text], [thinking, text], 'the words');
}

function checkHealth(report: ProxyReport | undefined, expected: Expected, failedAt: number): void {
  const of = (who: Who) => report?.targets.find(({ name }) => name === targetNames[who]);
  const resting = (['A', 'B', 'C'] as const).filter((who) => of(who)?.state === 'resting');
  same(resting, expected.rests === 'nothing' ? [] : expected.rests.split(' and '), 'resting');
  if (expected.restSeconds !== undefined) {
    const seconds = ((of('A')?.restsUntil ?? failedAt) - failedAt) / 1000;
    same(Math.round(seconds), expected.restSeconds, 'the length of the rest in seconds');
  }
  const isHeld = of('A')?.lastFailure !== undefined;
  same(isHeld, expected.isHeldAgainstA, 'held against A');
  same(of('C')?.lastFailure, undefined, 'held against C');
}

function checkLeftovers({ clock, near, far, proxy }: Parts): void {
  same(clock.pending(), 0, 'the timers left');
  const open = [...near.calls, ...far.calls].filter((call) => call.isOpen);
  same(open.length, 0, 'the upstream calls still open');
  same(proxy.reports.at(-1)?.activeRequests, 0, 'the requests still active');
  same(
    proxy.logs.filter((line) => line.includes(' bug')),
    [],
    'the bugs in the log',
  );
}

/** On one line, since a broken rule shows in many combinations at once. */
function same(actual: unknown, expected: unknown, what: string): void {
  const isSame = isDeepStrictEqual(actual, expected);
  assert.ok(isSame, `${what}: ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`);
}
