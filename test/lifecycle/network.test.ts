// The real worker with its bundle behind a company proxy: what it gets of the environment, by message, and by itself.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseSettings } from '../../src/config/schema';
import { ProxyController } from '../../src/controller';
import type { NetworkSettings } from '../../src/proxy/network';
import { startWorkerThread, workerEnvironment } from '../../src/workerThread';
import { anthropicSse } from '../support/anthropicAnswers';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { scriptedThreshold } from '../support/logThreshold';
import { plainNetwork } from '../support/plainNetwork';
import { makePrivateCa } from '../support/privateCa';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { startWebProxy, type TestWebProxy } from '../support/webProxy';

const bundle = path.resolve(__dirname, '../../dist/proxy.js');
const accessToken = 'network-access-token-0123456789';

describe('the worker behind a company proxy', () => {
  let folder: string;
  let file: string;
  let upstream: ScriptedUpstream;
  let web: TestWebProxy;
  const log: string[] = [];
  const started: ProxyController[] = [];
  const certFileBefore = process.env['SSL_CERT_FILE'];

  before(async () => {
    const ca = makePrivateCa();
    folder = makeTemporaryFolder('network');
    file = path.join(folder, 'ca.pem');
    writeFileSync(file, ca.cert);
    const answer = { sse: anthropicSse([{ type: 'text', text: 'hello' }]) };
    upstream = await startScriptedUpstream(answer, 0, ca.issue('llm.example'));
    web = await startWebProxy({ upstreamPort: upstream.port, login: 'agent:sesame-77' });
  });
  after(async () => {
    if (certFileBefore === undefined) delete process.env['SSL_CERT_FILE'];
    else process.env['SSL_CERT_FILE'] = certFileBefore;
    await upstream.close();
    await web.close();
    await removeFolder(folder);
  });
  afterEach(async () => {
    for (const controller of started.splice(0)) {
      await controller.stop(0);
      controller.dispose();
    }
  });

  async function start(
    environment: Record<string, string>,
    network: () => NetworkSettings,
  ): Promise<ProxyController> {
    const { settings } = parseSettings({
      'switchyard.providers': {
        up: {
          baseUrl: 'https://llm.example/v1',
          wireFormat: 'anthropic-messages',
          credential: 'none',
        },
      },
      'switchyard.scenarios': { default: { models: ['up/m'] } },
    });
    const controller = new ProxyController({
      version: '1.2.3',
      startWorker: (listeners) =>
        startWorkerThread(bundle, workerEnvironment(environment), listeners),
      inputs: async () => ({ settings, keys: {}, keyOrigins: {} }),
      network,
      accessToken: async () => accessToken,
      ports: { remembered: () => [], remember: () => undefined },
      onStatus: () => undefined,
      onFailed: () => undefined,
      onNotice: () => undefined,
      onTrace: () => undefined,
      rests: { recall: () => [], keep: () => undefined },
      onLog: (level, message) => log.push(`${level} ${message}`),
      logThreshold: scriptedThreshold(),
      onCrash: () => undefined,
    });
    started.push(controller);
    await controller.start();
    return controller;
  }

  async function ask({ status }: ProxyController): Promise<number> {
    assert.equal(status.state, 'running');
    const port = status.state === 'running' ? status.port : 0;
    const response = await fetch(`http://127.0.0.1:${port}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': accessToken, 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'any',
        max_tokens: 50,
        messages: [{ role: 'user', content: 'hi' }],
      }),
    });
    await response.text();
    return response.status;
  }

  const withLogin = () => `http://agent:sesame-77@127.0.0.1:${web.port}`;

  it('takes proxy and authority from the environment', async () => {
    const environment = { HTTPS_PROXY: withLogin(), NODE_EXTRA_CA_CERTS: file };
    const tunnels = web.tunnels.length;
    assert.equal(await ask(await start(environment, () => plainNetwork)), 200);
    assert.equal(web.tunnels.length, tunnels + 1);
  });

  it('applies changed settings without a restart, and logs no password', async () => {
    let network = { ...plainNetwork, proxy: `http://127.0.0.1:${web.port}` };
    const controller = await start({ NODE_EXTRA_CA_CERTS: file }, () => network);
    const before = controller.status;
    assert.equal(await ask(controller), 424);
    network = { ...plainNetwork, proxy: withLogin() };
    await controller.configure();
    assert.equal(await ask(controller), 200);
    assert.ok(before.state === 'running' && controller.status.state === 'running');
    assert.equal(controller.status.port, before.port);
    assert.ok(!log.some((line) => line.includes('sesame')));
  });

  it('trusts the system’s certificates where http.systemCertificates says so', async function () {
    // Windows and macOS keep them in a store that no test should touch.
    if (process.platform !== 'linux') this.skip();
    // Node asks the real environment for it, which all threads share, our own reader that of the worker.
    process.env['SSL_CERT_FILE'] = file;
    const environment = { SSL_CERT_FILE: file };
    const network = { ...plainNetwork, proxy: withLogin() };
    assert.equal(await ask(await start(environment, () => network)), 424);
    const trusting = { ...network, trustsSystem: true };
    assert.equal(await ask(await start(environment, () => trusting)), 200);
  });
});
