import { strict as assert } from 'node:assert';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseSettings } from '../../src/config/schema';
import { ProxyController } from '../../src/controller';
import { phrase } from '../../src/proxy/phrase';
import type { FromWorker, ProxyReport, Question, ToWorker } from '../../src/proxy/protocol';
import type { RequestTrace } from '../../src/proxy/requestTrace';
import type { StoredRest } from '../../src/proxy/restMemory';
import type { ProxyStatus, StartFailure } from '../../src/proxyStatus';
import type { StartWorker, WorkerListeners } from '../../src/workerThread';
import { scriptedThreshold } from '../support/logThreshold';
import { plainNetwork } from '../support/plainNetwork';
import { servedTrace } from '../support/traces';

/** Asked to listen on this port, the fake worker says nothing to the point. */
const mutePort = 9;

/** A worker that answers as the real one does, but by the test's rules. */
class FakeWorker {
  readonly received: ToWorker[] = [];
  isTerminated = false;
  readonly #listeners: WorkerListeners;
  readonly #takenPorts: ReadonlySet<number>;
  readonly #freePort: number;
  readonly #isSlowToClose: boolean;

  constructor(listeners: WorkerListeners, world: World) {
    this.#listeners = listeners;
    this.#takenPorts = world.takenPorts;
    this.#freePort = world.freePort;
    this.#isSlowToClose = world.isSlowToClose;
  }

  post(message: ToWorker): void {
    this.received.push(message);
    if (message.type === 'listen') this.send(this.#listen(message.preferredPort));
    if (message.type === 'close' && !this.#isSlowToClose) this.send({ type: 'closed' });
    if (message.type === 'ask' && isQuick(message.question)) {
      const check = { outcome: 'accepted', message: phrase('yes') } as const;
      this.send({ type: 'answered', id: message.id, answer: { about: 'key', check } });
    }
  }

  async terminate(): Promise<void> {
    if (this.isTerminated) return;
    this.isTerminated = true;
    this.#listeners.ended('exit code 1');
  }

  /** Messages arrive later, never within the call that caused them. */
  send(message: FromWorker | { readonly type: 'nonsense' }): void {
    setImmediate(() => this.#listeners.message(message));
  }

  crash(): void {
    this.isTerminated = true;
    this.#listeners.ended('exit code 1');
  }

  types(): readonly string[] {
    return this.received.map(({ type }) => type);
  }

  #listen(preferredPort: number): FromWorker {
    if (preferredPort === mutePort) return { type: 'closed' };
    if (this.#takenPorts.has(preferredPort)) {
      return { type: 'listenFailed', code: 'EADDRINUSE', message: 'taken' };
    }
    return { type: 'listening', port: preferredPort === 0 ? this.#freePort : preferredPort };
  }
}

interface World {
  takenPorts: ReadonlySet<number>;
  freePort: number;
  isSlowToClose: boolean;
  port: number;
  rememberedPorts: number[];
}

function setUp(changes: Partial<World> = {}) {
  const world: World = {
    takenPorts: new Set(),
    freePort: 4141,
    isSlowToClose: false,
    port: 0,
    rememberedPorts: [],
    ...changes,
  };
  const workers: FakeWorker[] = [];
  const statuses: ProxyStatus[] = [];
  const log: string[] = [];
  const crashes: boolean[] = [];
  const traces: RequestTrace[] = [];
  const failures: StartFailure[] = [];
  const threshold = scriptedThreshold();
  let keys: Record<string, string> = {};
  let kept: readonly StoredRest[] = [];
  const startWorker: StartWorker = (listeners) => {
    const worker = new FakeWorker(listeners, world);
    workers.push(worker);
    return worker;
  };
  const controller = new ProxyController({
    startWorker,
    version: '1.2.3',
    network: () => plainNetwork,
    inputs: async () => ({
      settings: parseSettings({ 'switchyard.port': world.port }).settings,
      keys,
      keyOrigins: {},
    }),
    accessToken: async () => 'token',
    ports: {
      remembered: () => world.rememberedPorts,
      remember: (port) => void world.rememberedPorts.push(port),
    },
    onStatus: (status) => statuses.push(status),
    onFailed: (reason) => failures.push(reason),
    onNotice: () => undefined,
    onTrace: (trace) => traces.push(trace),
    rests: {
      recall: () => kept,
      keep: (rests) => {
        kept = rests;
      },
    },
    onLog: (level, message) => log.push(`${level} ${message}`),
    logThreshold: threshold,
    onCrash: ({ willRestart }) => crashes.push(willRestart),
    now: () => 0,
    timeouts: { startMs: 50, closeMarginMs: 10, askMs: 50 },
  });
  const latest = (): FakeWorker => workers.at(-1) ?? assert.fail('no worker was started');
  const states = (): readonly string[] => statuses.map(({ state }) => state);
  const setKeys = (next: Record<string, string>): void => {
    keys = next;
  };
  return {
    world,
    controller,
    workers,
    latest,
    statuses,
    states,
    log,
    crashes,
    failures,
    traces,
    threshold,
    setKeys,
  };
}

const report: ProxyReport = { activeRequests: 2, credentials: [], targets: [], usable: true };

function isQuick(question: Question): boolean {
  return question.about === 'key' && question.key !== 'slow';
}

describe('ProxyController', () => {
  it('configures the worker before it listens, and remembers the port', async () => {
    const { controller, latest, states, world } = setUp();
    await controller.start();
    assert.deepEqual(latest().types(), ['logFrom', 'configure', 'listen']);
    assert.deepEqual(states(), ['starting', 'running']);
    assert.deepEqual(controller.status, { state: 'running', port: 4141, report: undefined });
    assert.deepEqual(world.rememberedPorts, [4141]);
  });

  it('tells every worker first which log lines are wanted, and at once when that changes', async () => {
    const { controller, latest, threshold, workers } = setUp();
    threshold.choose('debug');
    await controller.start();
    assert.deepEqual(latest().received[0], { type: 'logFrom', threshold: 'debug' });
    threshold.choose('off');
    assert.deepEqual(latest().received.at(-1), { type: 'logFrom', threshold: 'off' });
    await controller.restart();
    assert.deepEqual(latest().received[0], { type: 'logFrom', threshold: 'off' });
    threshold.choose('trace');
    latest().crash();
    await controller.start();
    assert.equal(workers.length, 3);
    assert.deepEqual(latest().received[0], { type: 'logFrom', threshold: 'trace' });
    controller.dispose();
    assert.equal(threshold.listeners(), 0);
  });

  it('hands on the traces that the worker tells', async () => {
    const { controller, latest, traces } = setUp();
    await controller.start();
    latest().send({ type: 'trace', trace: servedTrace });
    await nextTurn();
    assert.deepEqual(traces, [servedTrace]);
  });

  it('tries the remembered ports exactly, then any', async () => {
    const taken = new Set([5001]);
    const { controller, latest, world } = setUp({
      takenPorts: taken,
      rememberedPorts: [5001, 5002],
    });
    await controller.start();
    assert.deepEqual(controller.status, { state: 'running', port: 5002, report: undefined });
    assert.deepEqual(listens(latest()), [
      [5001, true],
      [5002, true],
    ]);
    assert.deepEqual(world.rememberedPorts, [5001, 5002]);
  });

  it('takes a free port when the remembered one is taken, and remembers both', async () => {
    const { controller, latest, world } = setUp({
      takenPorts: new Set([5001]),
      rememberedPorts: [5001],
    });
    await controller.start();
    assert.deepEqual(listens(latest()), [
      [5001, true],
      [0, false],
    ]);
    assert.deepEqual(world.rememberedPorts, [5001, 4141]);
  });

  it('fails, and says so, when the fixed port is taken; a later start may work', async () => {
    const { controller, world, workers } = setUp({ takenPorts: new Set([80]), port: 80 });
    await controller.start();
    assert.deepEqual(controller.status, {
      state: 'failed',
      reason: { kind: 'portTaken', port: 80 },
    });
    assert.ok(workers[0]?.isTerminated);
    world.takenPorts = new Set();
    await controller.toggle();
    assert.equal(controller.status.state, 'running');
  });

  it('starts when the port that was taken is changed, and tells of each failure once', async () => {
    const { controller, world, workers, failures } = setUp({
      takenPorts: new Set([80, 81]),
      port: 80,
    });
    await controller.start();
    await controller.configure();
    assert.equal(workers.length, 1);
    world.port = 81;
    await controller.configure();
    assert.deepEqual(failures, [
      { kind: 'portTaken', port: 80 },
      { kind: 'portTaken', port: 81 },
    ]);
    world.port = 82;
    await controller.configure();
    assert.deepEqual(controller.status, { state: 'running', port: 82, report: undefined });
    assert.equal(failures.length, 2);
  });

  it('stays stopped when it was stopped after a failure, whatever the port becomes', async () => {
    const { controller, world } = setUp({ takenPorts: new Set([80]), port: 80 });
    await controller.start();
    await controller.stop();
    assert.deepEqual(controller.status, { state: 'stopped' });
    world.port = 82;
    await controller.configure();
    assert.deepEqual(controller.status, { state: 'stopped' });
  });

  it('starts no worker that gave no answer again just because a setting changed', async () => {
    const { controller, world } = setUp({ rememberedPorts: [mutePort] });
    await controller.start();
    world.port = 82;
    await controller.configure();
    assert.equal(controller.status.state, 'failed');
  });

  it('fails when the worker does not answer in time', async () => {
    const { controller, latest } = setUp({ rememberedPorts: [mutePort] });
    await controller.start();
    assert.deepEqual(controller.status, { state: 'failed', reason: { kind: 'noAnswer' } });
    assert.ok(latest().isTerminated);
  });

  it('starts one worker when it is started twice at a time', async () => {
    const { controller, workers } = setUp();
    await Promise.all([controller.start(), controller.start()]);
    await controller.start();
    assert.equal(workers.length, 1);
  });

  it('ends in the state that was asked for last', async () => {
    const { controller, states } = setUp();
    const starting = controller.start();
    const stopping = controller.stop();
    await Promise.all([starting, stopping]);
    assert.equal(controller.status.state, 'stopped');
    await Promise.all([controller.start(), controller.stop(), controller.start()]);
    assert.equal(controller.status.state, 'running');
    assert.ok(!states().includes('failed'));
  });

  it('stops: drains, ends the thread, and tells how many requests still run', async () => {
    const { controller, latest, statuses } = setUp();
    await controller.start();
    latest().send({ type: 'report', report });
    await settled();
    await controller.stop();
    assert.deepEqual(latest().received.at(-1), { type: 'close', graceMs: 60_000 });
    assert.deepEqual(statuses.slice(-2), [
      { state: 'stopping', activeRequests: 2 },
      { state: 'stopped' },
    ]);
    assert.ok(latest().isTerminated);
  });

  it('stops at once when it is told to stop a second time', async () => {
    const { controller, latest } = setUp({ isSlowToClose: true });
    await controller.start();
    const stopped = controller.stop();
    await settled();
    assert.equal(controller.status.state, 'stopping');
    void controller.stop();
    await stopped;
    assert.deepEqual(latest().received.slice(-2), [
      { type: 'close', graceMs: 60_000 },
      { type: 'close', graceMs: 0 },
    ]);
    assert.equal(controller.status.state, 'stopped');
  });

  it('ends a worker that does not close in the grace it was given', async () => {
    const { controller, latest } = setUp({ isSlowToClose: true });
    await controller.start();
    await controller.stop(0);
    assert.ok(latest().isTerminated);
  });

  it('hands over new settings and keys without a restart', async () => {
    const { controller, latest, workers, setKeys } = setUp();
    await controller.start();
    setKeys({ opencode: 'key' });
    await controller.configure();
    assert.equal(workers.length, 1);
    const last = latest().received.at(-1);
    assert.ok(last?.type === 'configure');
    assert.deepEqual(last.keys, { opencode: 'key' });
    assert.equal(last.version, '1.2.3');
  });

  it('tells that a key was confirmed, after the key itself', async () => {
    const { controller, latest } = setUp();
    await controller.start();
    await controller.keyConfirmed('opencode');
    assert.deepEqual(latest().types().slice(-2), ['configure', 'keyConfirmed']);
    assert.deepEqual(latest().received.at(-1), { type: 'keyConfirmed', credential: 'opencode' });
  });

  it('tells the next worker of a key that was confirmed while the proxy was stopped, once', async () => {
    const { controller, latest } = setUp();
    await controller.keyConfirmed('opencode');
    await controller.start();
    assert.deepEqual(latest().types(), ['logFrom', 'configure', 'keyConfirmed', 'listen']);
    await controller.restart();
    assert.ok(!latest().types().includes('keyConfirmed'));
  });

  it('keeps what should outlive a reload, and hands it to the next worker', async () => {
    const { controller, latest } = setUp();
    const rest = {
      scope: 'credential',
      key: 'opencode',
      keyHash: '00',
      providerId: 'opencode-go',
      kind: 'keyRejected',
      detail: 'no',
      untilAt: 1,
    } as const;
    await controller.start();
    latest().send({ type: 'rests', rests: [rest] });
    await settled();
    await controller.restart();
    const configured = latest().received.find(({ type }) => type === 'configure');
    assert.ok(configured?.type === 'configure');
    assert.deepEqual(configured.rests, [rest]);
  });

  it('listens anew when the port changes, without ever showing "stopping"', async () => {
    const { controller, world, states } = setUp();
    await controller.start();
    world.port = 4999;
    await controller.configure();
    assert.deepEqual(controller.status, { state: 'running', port: 4999, report: undefined });
    assert.ok(!states().includes('stopping'));
  });

  it('keeps its port over a restart', async () => {
    const { controller, latest } = setUp();
    await controller.start();
    await controller.restart();
    assert.deepEqual(listens(latest()), [[4141, true]]);
  });

  it('starts a worker that died again, on the same port, and tells of it', async () => {
    const { controller, latest, workers, crashes, log } = setUp();
    await controller.start();
    latest().crash();
    await controller.start();
    assert.equal(workers.length, 2);
    assert.deepEqual(listens(latest()), [[4141, true]]);
    assert.equal(controller.status.state, 'running');
    assert.deepEqual(crashes, [true]);
    assert.ok(log.some((line) => line.startsWith('error ') && line.includes('exit code 1')));
  });

  it('gives up after too many deaths, until it is started again', async () => {
    const { controller, latest, crashes } = setUp();
    for (let count = 0; count < 4; count++) {
      await controller.start();
      latest().crash();
    }
    await settled();
    assert.deepEqual(crashes, [true, true, true, false]);
    assert.deepEqual(controller.status, {
      state: 'failed',
      reason: { kind: 'crashed', message: 'exit code 1' },
    });
    await controller.start();
    assert.equal(controller.status.state, 'running');
  });

  it('keeps a report that comes before the answer to listen', async () => {
    const { controller, latest } = setUp();
    const started = controller.start();
    while (controller.status.state !== 'starting') await Promise.resolve();
    latest().send({ type: 'report', report });
    await started;
    assert.deepEqual(controller.status, { state: 'running', port: 4141, report });
  });

  it('checks a key with the running proxy', async () => {
    const { controller } = setUp();
    const question = { about: 'key', providerId: 'opencode-go', key: 'key' } as const;
    assert.equal(await controller.ask(question), undefined);
    await controller.start();
    const answer = await controller.ask(question);
    assert.equal(answer?.check.outcome, 'accepted');
  });

  it('gives up a check that takes too long, is cancelled, or whose worker died', async () => {
    const { controller, latest } = setUp();
    await controller.start();
    const slow = { about: 'key', providerId: 'a', key: 'slow' } as const;
    assert.equal(await controller.ask(slow), undefined);
    const cancel = new AbortController();
    const cancelled = controller.ask(slow, cancel.signal);
    cancel.abort();
    assert.equal(await cancelled, undefined);
    const orphaned = controller.ask(slow);
    latest().crash();
    assert.equal(await orphaned, undefined);
  });

  it('runs chats, takes what comes, and says nothing after a cancel', async () => {
    const { controller, workers } = setUp();
    const heard: string[] = [];
    const listener = {
      text: (lines: string) => heard.push(lines),
      ended: (how: string) => heard.push(how),
    };
    assert.equal(controller.chat('{}', listener), undefined);
    await controller.start();
    const worker = workers.at(-1);
    controller.chat('{"a":1}', listener);
    const cancel = controller.chat('{"b":2}', listener);
    const ids =
      worker?.received.flatMap((message) => (message.type === 'chat' ? message.id : [])) ?? [];
    const [first = 0, second = 0] = ids;
    worker?.send({ type: 'chatText', id: first, text: 'one' });
    cancel?.();
    worker?.send({ type: 'chatText', id: second, text: 'late' });
    worker?.send({ type: 'chatEnded', id: second });
    worker?.send({ type: 'chatEnded', id: first });
    await nextTurn();
    await nextTurn();
    assert.deepEqual(heard, ['one', 'answered']);
    const told = worker?.received.filter(
      ({ type }) => type === 'chatTaken' || type === 'cancelChat',
    );
    assert.deepEqual(told, [
      { type: 'cancelChat', id: second },
      { type: 'chatTaken', id: first, letters: 3 },
      { type: 'chatTaken', id: second, letters: 4 },
    ]);
  });

  it('tells a chat that its worker died', async () => {
    const { controller, workers } = setUp();
    await controller.start();
    const heard: string[] = [];
    controller.chat('{}', { text: () => {}, ended: (how) => heard.push(how) });
    workers.at(-1)?.crash();
    assert.deepEqual(heard, ['died']);
  });

  it('logs a message that it does not know, and goes on', async () => {
    const { controller, latest, log } = setUp();
    await controller.start();
    latest().send({ type: 'nonsense' });
    await settled();
    assert.ok(log.some((line) => line.startsWith('error ')));
    assert.equal(controller.status.state, 'running');
  });

  it('may be disposed at any time, twice', async () => {
    const { controller, workers } = setUp();
    const starting = controller.start();
    controller.dispose();
    await starting;
    controller.dispose();
    await controller.stop();
    assert.ok(workers.every(({ isTerminated }) => isTerminated));
  });
});

function listens(worker: FakeWorker): readonly (readonly [port: number, isExact: boolean])[] {
  return worker.received.flatMap((message) =>
    message.type === 'listen' ? [[message.preferredPort, message.exactPort] as const] : [],
  );
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
