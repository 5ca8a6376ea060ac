// What the extension does to new terminals, seen from a real one.
import { strict as assert } from 'node:assert';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import { valueAt } from '../support/scriptedUpstream';

describe('the environment of new terminals', function () {
  this.timeout(60_000);

  before(async () => {
    await vscode.extensions.getExtension('switchyard.switchyard')?.activate();
    await until(() => state() === 'running');
    // The demonstration needs no key, and a chain that can be tried is what injection waits for.
    await writeSetting('scenarios', { default: { models: ['demo/hello'] } });
    await until(() => variables().length > 0);
  });

  after(async () => {
    await writeSetting('terminal.injectEnvironment', undefined);
    await writeSetting('terminal.agents', undefined);
    await writeSetting('scenarios', undefined);
    await writeSetting('port', undefined);
    await vscode.commands.executeCommand('switchyard.start');
  });

  it('points to the proxy, with an empty ANTHROPIC_API_KEY', async () => {
    const environment = await terminalEnvironment();
    const port = String(valueAt(status(), 'port'));
    assert.equal(environment['ANTHROPIC_BASE_URL'], `http://127.0.0.1:${port}`);
    assert.match(environment['ANTHROPIC_AUTH_TOKEN'] ?? '', /^[\w-]{43}$/);
    assert.equal(environment['ANTHROPIC_API_KEY'], '');
    assert.equal(environment['CLAUDE_CODE_PROVIDER_MANAGED_BY_HOST'], '1');
    assert.match(environment['NO_PROXY'] ?? '', /127\.0\.0\.1/);
    assert.deepEqual(
      variables().filter((name) => environment[name] === undefined),
      [],
    );
  });

  it('adds to the NO_PROXY of a shell profile, and wins over its ANTHROPIC_API_KEY', async () => {
    const home = mkdtempSync(path.join(tmpdir(), 'switchyard-home-'));
    try {
      const profile = 'export NO_PROXY=corp.example ANTHROPIC_API_KEY=own\n';
      writeFileSync(path.join(home, '.bashrc'), profile);
      const environment = await terminalEnvironment({
        shellPath: '/bin/bash',
        env: { HOME: home },
      });
      assert.equal(environment['NO_PROXY'], 'corp.example,127.0.0.1,localhost,::1');
      assert.equal(environment['ANTHROPIC_API_KEY'], '');
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });

  it('is clean while the setting is off, and the same again when it is on', async () => {
    const before = await terminalEnvironment();
    await writeSetting('terminal.injectEnvironment', false);
    await until(() => variables().length === 0);
    assert.equal((await terminalEnvironment())['ANTHROPIC_AUTH_TOKEN'], undefined);
    await writeSetting('terminal.injectEnvironment', undefined);
    await until(() => variables().length > 0);
    const after = await terminalEnvironment();
    assert.equal(after['ANTHROPIC_AUTH_TOKEN'], before['ANTHROPIC_AUTH_TOKEN']);
    assert.equal(after['ANTHROPIC_BASE_URL'], before['ANTHROPIC_BASE_URL']);
  });

  it('is clean while the proxy is stopped, and the same again when it runs', async () => {
    const before = await terminalEnvironment();
    await vscode.commands.executeCommand('switchyard.toggle');
    assert.equal(state(), 'stopped');
    assert.deepEqual(variables(), []);
    await vscode.commands.executeCommand('switchyard.toggle');
    await until(() => variables().length > 0);
    const after = await terminalEnvironment();
    assert.equal(after['ANTHROPIC_AUTH_TOKEN'], before['ANTHROPIC_AUTH_TOKEN']);
    assert.equal(after['ANTHROPIC_BASE_URL'], before['ANTHROPIC_BASE_URL']);
  });

  it('is clean without a key for the default chain', async () => {
    await writeSetting('scenarios', { default: { models: ['openai/gpt-5.5'] } });
    await until(() => variables().length === 0);
    assert.equal(state(), 'running');
    await writeSetting('scenarios', { default: { models: ['demo/hello'] } });
    await until(() => variables().length > 0);
  });

  it('tells Claude Code where its model tiers go, and follows the chains', async () => {
    const name = 'ANTHROPIC_DEFAULT_OPUS_MODEL_NAME';
    assert.equal((await terminalEnvironment())[name], 'Opus: hello');
    await writeSetting('scenarios', { default: { models: ['demo/busy', 'demo/hello'] } });
    while ((await terminalEnvironment())[name] !== 'Opus: busy');
    await writeSetting('scenarios', { default: { models: ['demo/hello'] } });
    while ((await terminalEnvironment())[name] !== 'Opus: hello');
  });

  it('is for the agents of the setting, with and without shell integration', async () => {
    const claude = await terminalEnvironment();
    await writeSetting('terminal.agents', ['opencode', 'openai']);
    await until(() => variables().includes('OPENAI_MODEL'));
    for (const options of [{}, { shellPath: '/bin/bash' }]) {
      const environment = await terminalEnvironment(options);
      assert.equal(environment['ANTHROPIC_BASE_URL'], undefined);
      assert.equal(environment['OPENAI_BASE_URL'], `${claude['ANTHROPIC_BASE_URL']}/v1`);
      assert.equal(environment['OPENAI_API_KEY'], claude['ANTHROPIC_AUTH_TOKEN']);
      const config: unknown = JSON.parse(environment['OPENCODE_CONFIG_CONTENT'] ?? '');
      assert.equal(valueAt(config, 'model'), 'switchyard/auto');
      assert.deepEqual(valueAt(config, 'provider', 'switchyard', 'options'), {
        baseURL: environment['OPENAI_BASE_URL'],
        apiKey: environment['OPENAI_API_KEY'],
      });
    }
    await vscode.commands.executeCommand('switchyard.copyEnvironment');
    const copied = await vscode.env.clipboard.readText();
    assert.match(copied, /OPENCODE_CONFIG_CONTENT.*\n.*OPENAI_BASE_URL/);
    assert.doesNotMatch(copied, /ANTHROPIC/);
    await vscode.env.clipboard.writeText('');
    await writeSetting('terminal.agents', undefined);
    await until(() => variables().includes('ANTHROPIC_BASE_URL'));
    assert.equal((await terminalEnvironment())['OPENAI_API_KEY'], undefined);
  });

  it('follows the proxy to another port', async () => {
    const first = Number(valueAt(status(), 'port'));
    const other = first === 47_321 ? 47_322 : 47_321;
    await writeSetting('port', other);
    // The variables follow the first report of the proxy, a quarter of a second after it listens.
    await until(() => valueAt(status(), 'port') === other && usable() === true);
    assert.equal((await terminalEnvironment())['ANTHROPIC_BASE_URL'], `http://127.0.0.1:${other}`);
    await writeSetting('port', undefined);
    await until(() => state() === 'running');
  });
});

describe('secrets', () => {
  it('are in no setting, and not in what the extension exports', async () => {
    const extension = vscode.extensions.getExtension('switchyard.switchyard');
    await extension?.activate();
    const settings = JSON.stringify(vscode.workspace.getConfiguration('switchyard'));
    assert.doesNotMatch(settings, /apiKey|token":|secret/i);
    const exported: unknown = extension?.exports;
    assert.ok(typeof exported === 'object' && exported !== null);
    assert.deepEqual(Object.keys(exported).sort(), ['status', 'terminalVariables']);
    assert.doesNotMatch(JSON.stringify(status()), /[\w-]{43}/);
  });
});

/** Every variable of a terminal that is opened now, as a program in it sees them. */
async function terminalEnvironment(
  options: vscode.TerminalOptions = {},
): Promise<Readonly<Record<string, string>>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'switchyard-terminal-'));
  const file = path.join(folder, 'environment');
  const terminal = vscode.window.createTerminal({ name: 'environment', ...options });
  try {
    terminal.sendText(`env -0 > ${file}.part && mv ${file}.part ${file}`);
    await until(() => existsSync(file));
    const lines = readFileSync(file, 'utf8').split('\0');
    return Object.fromEntries(
      lines.map((line): [string, string] => {
        const at = line.indexOf('=');
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
  } finally {
    terminal.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

function status(): unknown {
  return call('status');
}

function state(): unknown {
  return valueAt(status(), 'state');
}

function usable(): unknown {
  return valueAt(status(), 'report', 'usable');
}

function variables(): readonly string[] {
  const names = call('terminalVariables');
  return Array.isArray(names) ? names.map(String) : [];
}

/** Asks the extension's exports, which are not typed here. */
function call(name: string): unknown {
  const exported: unknown = vscode.extensions.getExtension('switchyard.switchyard')?.exports;
  const ask = valueAt(exported, name);
  return typeof ask === 'function' ? ask() : undefined;
}

/** Polls; mocha's limit ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

async function writeSetting(name: string, value: unknown): Promise<void> {
  const settings = vscode.workspace.getConfiguration('switchyard');
  await settings.update(name, value, vscode.ConfigurationTarget.Global);
}
