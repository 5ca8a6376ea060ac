// A person behind a company's proxy, in a real window: settings of VS Code, an authority by NODE_EXTRA_CA_CERTS, and a
// repository that would like the requests to go through a proxy of its own.

import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { anthropicText } from '../support/anthropicAnswers';
import { ASK_SCRIPT } from '../support/askScript';
import { settingsFile } from '../support/codeServer';
import { makePrivateCa } from '../support/privateCa';
import type { Place } from '../support/realWindow';
import { type ScriptedUpstream, startScriptedUpstream } from '../support/scriptedUpstream';
import { startWebProxy, type TestWebProxy } from '../support/webProxy';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const PASSWORD = 'sesame-street-77';

describe('a person behind a company proxy', function () {
  this.bail(true);

  let upstream: ScriptedUpstream;
  let web: TestWebProxy;
  let foreign: TestWebProxy;
  let place: Place;
  let window: Window;

  useRealWindow('company-proxy', async (suite) => {
    ({ place } = suite);
    const ca = makePrivateCa();
    const caFile = path.join(place.root, 'company-ca.pem');
    writeFileSync(caFile, ca.cert);
    upstream = suite.closeAfter(
      await startScriptedUpstream(
        anthropicText('served behind the proxy'),
        0,
        ca.issue('llm.example'),
      ),
    );
    web = suite.closeAfter(
      await startWebProxy({ upstreamPort: upstream.port, login: `agent:${PASSWORD}` }),
    );
    foreign = suite.closeAfter(await startWebProxy({ upstreamPort: upstream.port }));
    mkdirSync(path.join(place.workspace, '.vscode'), { recursive: true });
    writeFileSync(path.join(place.workspace, 'ask.mjs'), ASK_SCRIPT);
    writeFileSync(
      path.join(place.workspace, '.vscode', 'settings.json'),
      JSON.stringify({
        'http.proxy': `http://127.0.0.1:${foreign.port}`,
        'http.proxyStrictSSL': false,
        'http.noProxy': ['llm.example'],
      }),
    );
    const settings = {
      'http.proxy': `http://127.0.0.1:${web.port}`,
      'switchyard.providers': {
        company: {
          baseUrl: 'https://llm.example/v1',
          wireFormat: 'anthropic-messages',
          credential: 'none',
        },
      },
      'switchyard.scenarios': { default: { models: ['company/m'] } },
    };
    const env = { NODE_EXTRA_CA_CERTS: caFile };
    ({ window } = await suite.open({ settings, env }));
    await window.waitForStatus(/running/);
  });

  it('reads in the terminal and in a notification that the proxy asks for credentials', async () => {
    await window.openTerminal();
    const said = await window.captureFromTerminal('node ask.mjs');
    assert.match(said, /^424 .*HTTP proxy http:\/\/127\.0\.0\.1:\d+ asks for credentials/);
    await window.toast(/asks for credentials/).waitFor();
    await window.screenshot('company-proxy');
  });

  it('is served once http.proxy holds them', async () => {
    const file = settingsFile(place.root, 'User');
    const settings: object = JSON.parse(readFileSync(file, 'utf8'));
    const proxy = `http://agent:${PASSWORD}@127.0.0.1:${web.port}`;
    writeFileSync(file, JSON.stringify({ ...settings, 'http.proxy': proxy }));
    // A window in a browser does not watch the person's settings file.
    await window.reload();
    await window.waitForStatus(/running/);
    await window.openTerminal();
    assert.match(await window.captureFromTerminal('node ask.mjs'), /^200 .*behind the proxy/m);
    assert.ok(web.tunnels.includes('llm.example:443'));
  });

  it('shows no password in the log, and lets no repository choose the proxy', async () => {
    await window.runCommand('Switchyard: Show Log');
    await waitUntil(
      async () => /served by company\/m/.test(await window.outputText()),
      'the log shows the request',
    );
    assert.ok(!(await window.outputText()).includes(PASSWORD));
    assert.deepEqual(foreign.attempts, []);
  });
});
