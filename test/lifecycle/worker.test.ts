import assert from 'node:assert/strict';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseSettings } from '../../src/config/schema';
import { ProxyController } from '../../src/controller';
import type { RequestTrace } from '../../src/proxy/requestTrace';
import type { ProxyStatus } from '../../src/proxyStatus';
import { startWorkerThread, type WorkerHandle } from '../../src/workerThread';
import { anthropicSse } from '../support/anthropicAnswers';
import { scriptedThreshold } from '../support/logThreshold';
import { plainNetwork } from '../support/plainNetwork';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';

// The real controller with the real worker thread and its bundle, without VS Code around them. Needs dist/.

const bundle = path.resolve(__dirname, '../../dist/proxy.js');
const accessToken = 'lifecycle-access-token-0123456789';

function setUp(upstreamUrl: string, fixedPort = 0) {
  const statuses: ProxyStatus[] = [];
  const workers: WorkerHandle[] = [];
  const log: string[] = [];
  const threshold = scriptedThreshold();
  const remembered: number[] = [];
  const traces: RequestTrace[] = [];
  const { settings } = parseSettings({
    'switchyard.port': fixedPort,
    'switchyard.providers': {
      up: { baseUrl: upstreamUrl, wireFormat: 'anthropic-messages', credential: 'none' },
    },
    'switchyard.scenarios': { default: { models: ['up/m'] } },
  });
  const controller = new ProxyController({
    version: '1.2.3',
    startWorker: (listeners) => {
      const worker = startWorkerThread(bundle, {}, listeners);
      workers.push(worker);
      return worker;
    },
    inputs: async () => ({ settings, keys: {}, keyOrigins: {} }),
    network: () => plainNetwork,
    accessToken: async () => accessToken,
    ports: { remembered: () => remembered, remember: (port) => void remembered.push(port) },
    onStatus: (status) => statuses.push(status),
    onFailed: () => undefined,
    onNotice: () => undefined,
    onTrace: (trace) => traces.push(trace),
    rests: { recall: () => [], keep: () => undefined },
    onLog: (level, message) => log.push(`${level} ${message}`),
    logThreshold: threshold,
    onCrash: () => undefined,
  });
  return { controller, statuses, workers, log, threshold, remembered, traces };
}

function portOf(controller: ProxyController): number {
  const { status } = controller;
  assert.equal(status.state, 'running');
  return status.state === 'running' ? status.port : 0;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

function ask(port: number): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}/v1/messages`, {
    method: 'POST',
    headers: { 'x-api-key': accessToken, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'any',
      max_tokens: 50,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    }),
  });
}

describe('the proxy in its worker thread', () => {
  let upstream: ScriptedUpstream;
  const started: ProxyController[] = [];
  const answer = { sse: anthropicSse([{ type: 'text', text: 'hello there' }]) };

  function start(fixedPort?: number) {
    const parts = setUp(upstream.url, fixedPort);
    started.push(parts.controller);
    return parts;
  }

  before(async () => {
    upstream = await startScriptedUpstream(answer);
  });
  after(() => upstream.close());
  afterEach(async () => {
    for (const controller of started.splice(0)) {
      await controller.stop(0);
      controller.dispose();
    }
  });

  it('leaves one listener or none after a hundred toggles in a row', async () => {
    const { controller, statuses } = start();
    await controller.start();
    const port = portOf(controller);
    for (let index = 0; index < 100; index += 1) void controller.toggle();
    await controller.toggle();
    assert.equal(controller.status.state, 'stopped');
    assert.equal(await isListening(port), false);
    for (let index = 0; index < 100; index += 1) void controller.toggle();
    await controller.toggle();
    assert.equal(portOf(controller), port);
    assert.match(await (await ask(port)).text(), /message_stop/);
    assert.ok(statuses.length < 30, `${statuses.length} states`);
  });

  it('tells the trace of a request, whole and as the extension knows it', async () => {
    const { controller, traces } = start();
    await controller.start();
    await (await ask(portOf(controller))).text();
    while (traces.at(-1)?.outcome === undefined) await nextTurn();
    assert.equal(traces.at(-1)?.outcome, 'served');
    assert.deepEqual(
      traces.at(-1)?.attempts.map(({ target }) => target),
      ['up/m'],
    );
    const answered = await controller.ask({ about: 'planUsage' });
    assert.deepEqual(answered, { about: 'planUsage', plans: [] });
  });

  it('sends the log lines that are wanted, and no others, from one request to the next', async () => {
    const { controller, log, threshold, traces } = start();
    await controller.start();
    const linesOfRequest = async () => {
      log.length = 0;
      traces.length = 0;
      await (await ask(portOf(controller))).text();
      // Told after the lines of the same request.
      while (traces.at(-1)?.outcome === undefined) await nextTurn();
      return log.map((line) => line.replace(/^(\w+) request \w+ (\w+).*$/, '$1 $2'));
    };
    const always = ['info routing', 'info attempt', 'info served'];
    assert.deepEqual(await linesOfRequest(), always);
    threshold.choose('debug');
    assert.deepEqual(await linesOfRequest(), [
      'info routing',
      'debug measured',
      'debug attempt',
      'info attempt',
      'info served',
    ]);
    threshold.choose('off');
    assert.deepEqual(await linesOfRequest(), []);
    threshold.choose('info');
    assert.deepEqual(await linesOfRequest(), always);
  });

  it('ends within the grace of a deactivation although a stream is running, and tells the client', async () => {
    const { controller } = start();
    await controller.start();
    const port = portOf(controller);
    upstream.answer({ sse: answer.sse.slice(0, 4), thenHang: true });
    const response = await ask(port);
    const reader = response.body?.getReader();
    await reader?.read();
    const startedAt = performance.now();
    await controller.stop(200);
    const tookMs = performance.now() - startedAt;
    // The grace itself and the margin after it; the bound of VS Code is in the controller, not here.
    assert.ok(tookMs < 2_000, `stopping took ${Math.round(tookMs)} ms`);
    assert.equal(await isListening(port), false);
    await assert.rejects(async () => {
      for (let next = await reader?.read(); next?.done === false; ) next = await reader?.read();
    });
  });

  it('gives running requests the time to finish, and answers new ones that it is stopping', async () => {
    const { controller } = start();
    await controller.start();
    const port = portOf(controller);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    upstream.answer(async () => {
      await held;
      return answer;
    });
    const calls = upstream.requests.length;
    const running = ask(port);
    await upstream.waitForRequests(calls + 1);
    const stopped = controller.stop(10_000);
    let refusal = await ask(port);
    // The order to close may still be on its way to the thread.
    while (refusal.status === 200) refusal = await ask(port);
    assert.equal(refusal.status, 503);
    release();
    assert.match(await (await running).text(), /message_stop/);
    await stopped;
    assert.equal(await isListening(port), false);
  });

  it('takes another port in a second window, and its own again after a reload', async () => {
    const first = start();
    await first.controller.start();
    const second = start();
    second.remembered.push(...first.remembered);
    await second.controller.start();
    assert.notEqual(portOf(second.controller), portOf(first.controller));
    assert.match(await (await ask(portOf(second.controller))).text(), /message_stop/);
    const port = portOf(first.controller);
    await first.controller.stop(0);
    const reloaded = start();
    reloaded.remembered.push(...first.remembered);
    await reloaded.controller.start();
    assert.equal(portOf(reloaded.controller), port);
  });

  it('says when somebody else holds the fixed port, and starts once it is free', async () => {
    const squatter: Server = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const address = squatter.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { controller } = start(port);
    await controller.start();
    assert.deepEqual(controller.status, { state: 'failed', reason: { kind: 'portTaken', port } });
    await new Promise((resolve) => squatter.close(resolve));
    await controller.start();
    assert.equal(portOf(controller), port);
  });

  it('is there again on the same port after its thread died, and the next request works', async () => {
    const { controller, workers, statuses } = start();
    await controller.start();
    const port = portOf(controller);
    const running = new Promise<void>((resolve) => {
      const poll = setInterval(() => {
        const states = statuses.map(({ state }) => state);
        if (workers.length < 2 || states.at(-1) !== 'running') return;
        clearInterval(poll);
        resolve();
      }, 5);
    });
    await workers[0]?.terminate();
    await running;
    assert.equal(portOf(controller), port);
    assert.match(await (await ask(port)).text(), /message_stop/);
  });
});
