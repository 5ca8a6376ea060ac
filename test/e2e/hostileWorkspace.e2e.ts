// A repository that wants the key, opened in a real VS Code: in Restricted Mode, then trusted. And a key that is looked
// for everywhere afterwards. The steps build on one another.

import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { settingsFile } from '../support/codeServer';
import { chosenByRepository, writeHostileRepository } from '../support/hostileRepository';
import { installClaude } from '../support/installClaude';
import {
  type OpencodeUpstream,
  opencodeReply,
  startOpencodeUpstream,
} from '../support/opencodeUpstream';
import type { Place, RealWindow } from '../support/realWindow';
import { SCENARIOS } from '../support/scriptedSettings';
import { type ScriptedUpstream, startScriptedUpstream, valueAt } from '../support/scriptedUpstream';
import { type Window, waitUntil } from '../support/window';
import { useRealWindow } from '../support/windowSuite';

const KEY = 'canary+key/0123456789=abcdefZ';
const MODEL = 'kimi-k2.7-code';
const HELD_BACK = /Use the stored API key of OpenCode there/;

describe('a hostile repository in a real window', function () {
  this.bail(true);

  let repository: string;
  let marker: string;
  let upstream: OpencodeUpstream;
  let evil: ScriptedUpstream;
  let place: Place;
  let opened: RealWindow;
  let window: Window;
  let claude: string;
  let lines: string | undefined;

  useRealWindow('hostile', async (suite) => {
    ({ place } = suite);
    repository = path.join(place.root, 'repository');
    marker = path.join(place.root, 'a-command-of-the-repository-ran');
    upstream = suite.closeAfter(await startOpencodeUpstream(KEY));
    evil = suite.closeAfter(await startScriptedUpstream());
    writeHostileRepository(repository, { evilUrl: evil.url, marker, hostility: 'everything' });
    claude = await installClaude();
    opened = await suite.open({
      settings: settingsWith(upstream.url),
      hasWorkspaceTrust: true,
      folder: repository,
      // What is logged at the most talkative level is searched for the key, too.
      payload: [['logLevel', 'trace']],
    });
    window = opened.window;
  });

  afterEach(function () {
    if (this.currentTest?.state === 'failed') return;
    assert.equal(evil.acceptedSockets(), 0, 'nobody has connected to the repository’s server');
  });

  it('is in Restricted Mode, and does not stop the proxy', async () => {
    await window.page.locator('.statusbar-item').filter({ hasText: 'Restricted Mode' }).waitFor();
    await window.waitForStatus(/set API key/);
  });

  it('has no say in where a key is checked', async () => {
    await window.status.click();
    await window.pickRow('OpenCode').click();
    await window.waitForInputBox(`The key is sent to ${upstream.url}, https://opencode.ai only`);
    await window.fillInputBox(KEY);
    await window.toast('OpenCode accepted the API key').waitFor();
    await window.waitForStatus(/running/);
    assert.equal(upstream.requests[0]?.headers.authorization, `Bearer ${KEY}`);
  });

  it('has no say in routing, parameters and timeouts while it is not trusted', async () => {
    const { status, text } = await ask('claude-sonnet-5-5');
    assert.deepEqual([status, text], [200, opencodeReply(MODEL)]);
    const sent = upstream.modelRequests().at(-1);
    assert.equal(valueAt(sent?.body, 'model'), MODEL);
    assert.equal(valueAt(sent?.body, 'temperature'), undefined);
    assert.equal(sent?.headers.authorization, `Bearer ${KEY}`);
    // A provider that only the repository knows is none.
    await ask('evil/m');
    assert.equal(valueAt(upstream.modelRequests().at(-1)?.body, 'model'), MODEL);
    assert.doesNotMatch(await environmentLines(), /OPENAI_|OPENCODE_/);
    await noProxyLeadsElsewhere();
  });

  it('does not get the key into answers, log or window when an upstream repeats it', async () => {
    upstream.acceptKey('sk-other-0123456789abcdef');
    for (const echo of [KEY, encodeURIComponent(KEY), Buffer.from(KEY).toString('base64')]) {
      const message = `Invalid API key: ${echo}`;
      upstream.answer({ status: 401, body: { error: { type: 'AuthError', message } } });
      const { status, text } = await ask('claude-sonnet-5-5');
      assert.equal(status, 424);
      assert.doesNotMatch(text, /canary/);
      await window.waitForStatus(/key rejected/);
      // What is remembered would answer the next request without asking the upstream.
      await window.runCommand('Switchyard: Reset Health');
      await window.waitForStatus(/running/);
    }
    await window.runCommand('Switchyard: Show Log');
    await waitUntil(
      async () => /\[debug\].*upstream said/.test(await window.outputText()),
      'the log shows what the upstream said',
    );
    await window.runCommand('Switchyard: Show Status');
    await window.screenshot('hostile-log');
    for (const frame of window.page.frames()) assertNoKey(await frame.content(), frame.url());
    upstream.acceptKey(KEY);
  });

  it('ran no command', () => {
    assert.equal(existsSync(marker), false);
  });

  it('is trusted: it may choose models now, but the key goes to its own provider only', async () => {
    writeHostileRepository(repository, {
      evilUrl: evil.url,
      marker,
      hostility: 'without stopping the proxy',
    });
    await window.runCommand('Workspaces: Manage Workspace Trust');
    await window.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .click();
    await window.page
      .locator('.statusbar-item')
      .filter({ hasText: 'Restricted Mode' })
      .waitFor({ state: 'detached' });
    await window.runCommand('View: Close All Editors');
    await window.page.locator('.workspace-trust-editor').waitFor({ state: 'hidden' });
    await waitUntil(async () => {
      // Nobody listens while the proxy is started anew for another http.proxy, should VS Code tell of one.
      await ask('claude-sonnet-5-5').catch(() => undefined);
      return modelAsked() === chosenByRepository.split('/')[1];
    }, 'the scenario of the trusted repository is in force');
    const sent = upstream.modelRequests().at(-1);
    assert.equal(sent?.headers.authorization, `Bearer ${KEY}`);
    await ask('evil/m');
    assert.equal(modelAsked(), chosenByRepository.split('/')[1]);
    await noProxyLeadsElsewhere();
  });

  it('does not lead terminals, nor the real claude in them, elsewhere', async () => {
    await window.openTerminal();
    const environment = await window.captureFromTerminal('env');
    assert.match(environment, /^ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    assert.ok(!environment.includes(`ANTHROPIC_BASE_URL=${evil.url}`));
    assert.match(environment, /^CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST=1$/m);
    assert.match(environment, /^NO_PROXY=.*127\.0\.0\.1/m);
    assertNoKey(environment, 'the environment of a terminal');
    const quiet =
      'IS_SANDBOX=1 DISABLE_TELEMETRY=1 DISABLE_ERROR_REPORTING=1 DISABLE_AUTOUPDATER=1 CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1';
    const said = await window.captureFromTerminal(
      `${quiet} ${claude} -p hello < /dev/null`,
      60_000,
    );
    assert.match(said, /Greetings from chosen-by-repository/);
    await noProxyLeadsElsewhere();
  });

  it('a setting of the person’s own that moves the key asks first; until then nobody is called', async () => {
    writeFileSync(settingsFile(place.root, 'Machine'), JSON.stringify(settingsWith(evil.url)));
    await window.toast(HELD_BACK).waitFor();
    await window.waitForStatus(/key held back/);
    await window.screenshot('hostile-held-back');
    const { status, text, shouldRetry } = await ask('claude-sonnet-5-5');
    assert.equal(status, 424);
    assert.ok(text.includes(`now sends it to ${evil.url}`), text);
    assert.equal(shouldRetry, 'false');
  });

  it('asks again from the status bar after the question was put aside, and goes where the person agrees', async () => {
    await window.clearToasts();
    const second = await startOpencodeUpstream(KEY);
    try {
      writeFileSync(settingsFile(place.root, 'Machine'), JSON.stringify(settingsWith(second.url)));
      await window.toast(second.url).waitFor();
      await window.clearToasts();
      await window.runCommand('Switchyard: Confirm Key Address');
      await window.toast(HELD_BACK).waitFor();
      await window.clearToasts();
      await window.status.click();
      await window.clickToastButton(HELD_BACK, 'Use Key There');
      await window.waitForStatus(/running/);
      assert.equal((await ask('claude-sonnet-5-5')).status, 200);
      assert.equal(second.requests.at(-1)?.headers.authorization, `Bearer ${KEY}`);
    } finally {
      await second.close();
    }
  });

  it('has the key in no file, in any form, whatever was logged', async function () {
    this.timeout(60_000);
    await opened.context.close();
    await opened.server.stop();
    const files = readdirSync(place.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
    const logs = files.filter((file) => /Switchyard.*\.log$/.test(file));
    const logged = logs.map((file) => readFileSync(file, 'utf8')).join('');
    assert.match(logged, /\[debug\] request \w{4} upstream said/);
    assert.ok(files.some((file) => file.endsWith('state.vscdb') || file.includes('leveldb')));
    for (const file of files) assertNoKey(readFileSync(file).toString('latin1'), file);
  });

  interface Reply {
    readonly status: number;
    readonly text: string;
    readonly shouldRetry: string | null;
  }

  /** Asks the proxy of the window, as a program outside its terminals can. */
  async function ask(model: string): Promise<Reply> {
    // Kept: while the proxy is started anew the command is not there, but address and token stay.
    lines ??= await environmentLines();
    const url = /ANTHROPIC_BASE_URL='(http[^']+)'/.exec(lines)?.[1];
    const token = /ANTHROPIC_AUTH_TOKEN='([^']+)'/.exec(lines)?.[1];
    const response = await fetch(`${url}/v1/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        max_tokens: 100,
        messages: [{ role: 'user', content: 'hello' }],
      }),
    });
    const answer: unknown = await response.json();
    const said = valueAt(answer, 'content', 0, 'text') ?? valueAt(answer, 'error', 'message');
    const shouldRetry = response.headers.get('x-should-retry');
    return { status: response.status, text: String(said), shouldRetry };
  }

  /** `http.proxy` of the repository is not in force: its server would be connected to. */
  async function noProxyLeadsElsewhere(): Promise<void> {
    const { status, text } = await ask('far/m');
    assert.equal(status, 503);
    assert.match(text, /^Cannot reach far\.invalid \(far\): (there is no host|its name cannot be)/);
  }

  function modelAsked(): unknown {
    return valueAt(upstream.modelRequests().at(-1)?.body, 'model');
  }

  /** The lines of Copy Environment. */
  async function environmentLines(): Promise<string> {
    const clipboard = () => window.page.evaluate<string>('navigator.clipboard.readText()');
    await window.page.evaluate("navigator.clipboard.writeText('')");
    await window.runCommand('Switchyard: Copy Environment');
    await waitUntil(async () => (await clipboard()) !== '', 'the environment is copied');
    return clipboard();
  }
});

/** The built-in provider with another address: what OpenCode would be, on loopback. */
function settingsWith(url: string): Readonly<Record<string, unknown>> {
  const chain = [`opencode-go/${MODEL}`];
  return {
    // Zen stays at its own address, which no test may call.
    'switchyard.catalogue.refresh': 'off',
    'switchyard.providers': {
      'opencode-go': { baseUrl: url },
      // Not on this machine: what goes there would go through an HTTP proxy, were there one.
      far: { baseUrl: 'https://far.invalid/v1', credential: 'none' },
    },
    'switchyard.scenarios': Object.fromEntries(SCENARIOS.map((name) => [name, { models: chain }])),
  };
}

function assertNoKey(text: string, where: string): void {
  const forms = [
    KEY,
    encodeURIComponent(KEY),
    Buffer.from(KEY).toString('base64').replace(/=+$/, ''),
    Buffer.from(KEY, 'utf16le').toString('latin1'),
  ];
  for (const form of forms) assert.ok(!text.includes(form), `the key is in ${where}`);
}
