// The extension in a real host, through VS Code's own API. What a person sees is tested in test/e2e.
import { strict as assert } from 'node:assert';
import * as vscode from 'vscode';
import { valueAt } from '../support/scriptedUpstream';

const EXTENSION_ID = 'switchyard.switchyard';

interface Address {
  readonly url: string;
  readonly token: string;
}

describe('the extension', () => {
  let address: Address;

  before(async () => {
    const extension = vscode.extensions.getExtension(EXTENSION_ID);
    assert.ok(extension !== undefined, 'the extension is not installed');
    await extension.activate();
    address = await untilReachable();
  });

  after(() => writeSetting('scenarios', undefined));

  it('runs in the VS Code that the run chose', () => {
    const expected = process.env['SWITCHYARD_TEST_VSCODE'];
    if (expected !== undefined) assert.equal(vscode.version, expected);
    assert.match(vscode.version, /^1\.\d+\.\d+/);
  });

  it('registers every command that it declares', async () => {
    const manifest: unknown = vscode.extensions.getExtension(EXTENSION_ID)?.packageJSON;
    const declared = valueAt(manifest, 'contributes', 'commands');
    assert.ok(Array.isArray(declared) && declared.length >= 10);
    const registered = await vscode.commands.getCommands(true);
    for (const command of declared) {
      const id = String(valueAt(command, 'command'));
      assert.ok(registered.includes(id), `${id} is not registered`);
    }
  });

  it('answers health without the access token, and nothing else', async () => {
    assert.equal((await fetch(`${address.url}/health`)).status, 200);
    const models = await fetch(`${address.url}/v1/models`);
    assert.equal(models.status, 401);
  });

  it('answers a request to a demonstration model without any key', async () => {
    const { status, text } = await ask(address, 'demo/hello');
    assert.equal(status, 200, text);
  });

  it('says which key is missing, once and for all', async () => {
    const { status, text, shouldRetry } = await ask(address, 'opencode-go/glm-5.3');
    assert.equal(status, 424, text);
    assert.match(text, /OpenCode/);
    assert.match(text, /Set API Key/);
    assert.equal(shouldRetry, 'false');
  });

  it('applies a changed setting without a restart', async () => {
    await writeSetting('scenarios', { mine: { models: ['demo/busy', 'demo/hello'] } });
    const { status, text } = await untilStatus(200, () => ask(address, 'scenario:mine'));
    assert.equal(status, 200, text);
  });

  it('keeps the last good settings when new ones are wrong', async () => {
    await writeSetting('scenarios', { mine: { models: 'not a list' } });
    const { status, text } = await ask(address, 'scenario:mine');
    assert.equal(status, 200, text);
    await writeSetting('scenarios', undefined);
  });

  it('frees its port when it is stopped, and binds it again when it is started', async () => {
    await vscode.commands.executeCommand('switchyard.stop');
    await assert.rejects(fetch(`${address.url}/health`));
    await vscode.commands.executeCommand('switchyard.start');
    assert.deepEqual(await untilReachable(), address);
  });
});

/** The shell lines of Copy Environment hold the address and the token. */
async function untilReachable(): Promise<Address> {
  for (;;) {
    await vscode.env.clipboard.writeText('');
    // While the proxy starts, the command asks whether to start it and ends with the answer.
    await Promise.race([vscode.commands.executeCommand('switchyard.copyEnvironment'), pause(300)]);
    const lines = await vscode.env.clipboard.readText();
    const url = /ANTHROPIC_BASE_URL='?(http:\/\/127\.0\.0\.1:\d+)/.exec(lines)?.[1];
    const token = /ANTHROPIC_AUTH_TOKEN='?([\w-]+)/.exec(lines)?.[1];
    if (url !== undefined && token !== undefined) return { url, token };
    await pause();
  }
}

interface Reply {
  readonly status: number;
  readonly text: string;
  readonly shouldRetry: string | null;
}

async function ask(address: Address, model: string): Promise<Reply> {
  const response = await fetch(`${address.url}/v1/messages`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${address.token}`,
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify({
      model,
      max_tokens: 64,
      messages: [{ role: 'user', content: 'hello' }],
    }),
  });
  const shouldRetry = response.headers.get('x-should-retry');
  return { status: response.status, text: await response.text(), shouldRetry };
}

/** Settings reach the proxy a moment after they are written; mocha's limit ends the wait. */
async function untilStatus(status: number, request: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    const reply = await request();
    if (reply.status === status) return reply;
    await pause();
  }
}

function pause(durationMs = 50): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

async function writeSetting(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('switchyard');
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
}
