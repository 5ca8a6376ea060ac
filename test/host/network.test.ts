// VS Code's settings for HTTP reach the proxy at once; the network of other extensions stays what it was.
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import * as vscode from 'vscode';
import { anthropicText } from '../support/anthropicAnswers';
import { startScriptedUpstream } from '../support/scriptedUpstream';
import { startWebProxy } from '../support/webProxy';

/** What every extension of a window shares, each by its identity or text. */
function sharedNetwork(): Readonly<Record<string, unknown>> {
  return {
    fetch: globalThis.fetch,
    dispatcher1: Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.1')),
    dispatcher2: Reflect.get(globalThis, Symbol.for('undici.globalDispatcher.2')),
    httpAgent: http.globalAgent,
    httpsAgent: https.globalAgent,
    httpRequest: http.request,
    httpsRequest: https.request,
    tlsConnect: tls.connect,
    createSecureContext: tls.createSecureContext,
    authorities: createHash('sha256')
      .update((tls.getCACertificates?.('default') ?? tls.rootCertificates).join())
      .digest('hex'),
    variables: JSON.stringify(
      Object.entries(process.env).filter(([name]) => /proxy|_ca_certs$|^node_|^ssl_/i.test(name)),
    ),
  };
}

// Before the extension is activated, where VS Code loads this file that early.
const atLoad = sharedNetwork();

describe('the network of the window', () => {
  const answers = anthropicText('hello');
  const settings = vscode.workspace.getConfiguration('http');
  const stop: (() => Promise<unknown>)[] = [];

  before(async () => {
    await vscode.extensions.getExtension('switchyard.switchyard')?.activate();
  });

  after(async () => {
    await settings.update('proxy', undefined, vscode.ConfigurationTarget.Global);
    for (const end of stop) await end();
  });

  it('follows http.proxy as soon as it is set', async () => {
    const upstream = await startScriptedUpstream(answers);
    const web = await startWebProxy({ upstreamPort: upstream.port });
    stop.push(upstream.close, web.close);
    await settings.update(
      'proxy',
      `http://127.0.0.1:${web.port}`,
      vscode.ConfigurationTarget.Global,
    );
    while ((await ask()) !== 200) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(web.forwarded, ['http://llm.company.invalid/v1/messages']);
  });

  it('is for other extensions what it was before the extension and each start of the proxy', async () => {
    // Node makes its dispatcher at the first fetch of anybody.
    await (await fetch('data:,hello')).text();
    const beforeStart = sharedNetwork();
    await vscode.commands.executeCommand('switchyard.stop');
    await vscode.commands.executeCommand('switchyard.start');
    const now = sharedNetwork();
    for (const [name, value] of Object.entries(beforeStart)) assert.equal(now[name], value, name);
    for (const [name, value] of Object.entries(atLoad)) {
      if (value !== undefined) assert.equal(now[name], value, name);
    }
  });
});

async function ask(): Promise<number> {
  await vscode.env.clipboard.writeText('');
  await vscode.commands.executeCommand('switchyard.copyEnvironment');
  const lines = await vscode.env.clipboard.readText();
  const url = /ANTHROPIC_BASE_URL='?(http:\/\/127\.0\.0\.1:\d+)/.exec(lines)?.[1];
  const token = /ANTHROPIC_AUTH_TOKEN='?([\w-]+)/.exec(lines)?.[1];
  if (url === undefined || token === undefined) return 0;
  const response = await fetch(`${url}/v1/messages`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'company/m',
      max_tokens: 64,
      messages: [{ role: 'user', content: 'hello' }],
    }),
  });
  await response.text();
  return response.status;
}
