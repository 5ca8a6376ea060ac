// Sessions of the real Claude Code whose requests go to one model per scenario: each to the one that is meant for it.
import { strict as assert } from 'node:assert';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ScenarioSettings } from '../../src/proxy/types';
import { agentEnvironment } from '../../src/terminal/agentEnvironment';
import { type AnthropicBlock, anthropicStream } from '../support/anthropicAnswers';
import { runClaude } from '../support/claude';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installClaude } from '../support/installClaude';
import type { RunResult } from '../support/processes';
import { SCENARIOS } from '../support/scriptedSettings';
import { type ScriptedUpstream, startScriptedUpstream, valueAt } from '../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../support/testProxy';

/** The smallest of all chains that take conversations. */
const smallestWindow = 150_000;
const aPixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

describe('where the requests of the real claude go', () => {
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;
  let folder: string;
  let home: string;

  before(async function () {
    // The agent is fetched on the first run of all.
    this.timeout(10 * 60_000);
    await installClaude();
  });

  beforeEach(async () => {
    folder = makeTemporaryFolder('work');
    home = path.join(folder, 'home');
    upstream = await startScriptedUpstream(() => text('All done.'));
    proxy = await startTestProxy({ settings: settingsOf(upstream.url) });
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
    await removeFolder(folder);
  });

  /** With the variables of an integrated terminal. */
  async function ask(
    prompt: string,
    more: { readonly flags?: readonly string[]; readonly messages?: readonly string[] } = {},
  ): Promise<RunResult> {
    while (proxy.reports.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    const report = proxy.reports.at(-1);
    const environment = agentEnvironment({
      port: Number(new URL(proxy.url).port),
      accessToken: testToken,
      smallestContext: report?.smallestContext,
      modelTiers: report?.modelTiers ?? [],
      agents: ['claude'],
      scenarios: [],
    });
    const from = { baseUrl: proxy.url, token: testToken, cwd: folder, home, maxRetries: 1 };
    const result = await runClaude({ ...from, ...more, prompt, environment });
    assert.equal(result.code, 0, `${result.stdout}\n${result.stderr}\n${proxy.logs.join('\n')}`);
    return result;
  }

  const asked = () => upstream.requests.map((request) => valueAt(request.body, 'model'));

  it('sends an ordinary turn to default, and the name of the session to background', async () => {
    await ask('', { messages: ['fix the parser', '/rename'] });
    assert.deepEqual(asked(), ['for-default', 'for-background']);
    const [, name] = upstream.requests;
    assert.equal(valueAt(name?.body, 'tools'), undefined);
  });

  it('sends the haiku family to fast', async () => {
    await ask('hello', { flags: ['--model', 'haiku'] });
    assert.deepEqual(asked(), ['for-fast']);
  });

  it('sends a turn that is to be thought about to think', async () => {
    await ask('hello', { flags: ['--effort', 'max'] });
    assert.deepEqual(asked(), ['for-think']);
  });

  it('sends a conversation to vision from the moment that it holds an image', async () => {
    const file = path.join(folder, 'pixel.png');
    writeFileSync(file, Buffer.from(aPixel, 'base64'));
    upstream.answer(call('Read', { file_path: file }), call('Read', { file_path: file }));
    await ask('What colour is pixel.png?');
    assert.deepEqual(asked(), ['for-default', 'for-vision', 'for-vision']);
  });

  it('sends a long conversation to longContext', async () => {
    await ask(`Summarize this: ${'lorem ipsum dolor sit amet '.repeat(4_000)}`);
    assert.deepEqual(asked(), ['for-longContext']);
  });

  it('sends all requests of one prompt by the words that a person typed in it', async () => {
    upstream.answer(call('Bash', { command: 'echo refactor', description: 'Says a word' }));
    await ask('请重构这个函数');
    upstream.answer(call('Bash', { command: 'echo 重构 refactor', description: 'Says a word' }));
    await ask('Look around');
    assert.deepEqual(asked(), ['for-refactor', 'for-refactor', 'for-default', 'for-default']);
  });

  it('offers the scenarios and models in its picker, and sends what is picked where it says', async () => {
    const id = 'claude-switchyard/scenario:refactor';
    await ask('hello', { flags: ['--model', id] });
    await ask('hello', { flags: ['--model', 'claude-switchyard/up/for-think'] });
    assert.deepEqual(asked(), ['for-refactor', 'for-think']);
    const file = path.join(home, '.claude/cache/gateway-models.json');
    assert.ok(existsSync(file), 'no list of models was kept');
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const models = valueAt(kept, 'models');
    assert.ok(Array.isArray(models));
    const listed: unknown = await (
      await proxy.fetch('/v1/models', { headers: { 'user-agent': 'claude-code/2.1.330' } })
    ).json();
    const offered = valueAt(listed, 'data');
    assert.ok(Array.isArray(offered));
    // It keeps every row that is offered, and of each what it shows.
    assert.deepEqual(
      models.map((model: unknown) => valueAt(model, 'id')),
      offered.map((model: unknown) => valueAt(model, 'id')),
    );
    assert.deepEqual(
      models.find((model: unknown) => valueAt(model, 'id') === id),
      { id, display_name: 'Switchyard scenario refactor', description: 'up/for-refactor' },
    );
  });

  it('takes the smallest window of the chains for its own, not a million tokens', async () => {
    const flags = ['--model', 'claude-switchyard/scenario:refactor', '--output-format', 'json'];
    const { stdout } = await ask('hello', { flags });
    assert.match(stdout, new RegExp(`"contextWindow":${smallestWindow},`));
  });

  it('tells its model in words when no model of the chain can search', async () => {
    upstream.answer(
      call('ToolSearch', { query: 'select:WebSearch' }),
      call('WebSearch', { query: 'the latest node' }),
    );
    await ask('Which is the latest node?');
    const [, , last] = upstream.requests;
    // The search itself called nobody.
    assert.equal(upstream.requests.length, 3);
    assert.match(last?.text ?? '', /Not available: web_search_20250305/);
    assert.doesNotMatch(last?.text ?? '', /"is_error":true/);
  });
});

/** One model for each scenario, so that who was asked tells which one was chosen. */
function settingsOf(baseUrl: string) {
  const facts = { context: smallestWindow, maxOutput: 64_000, images: true };
  const rules: Readonly<Record<string, Partial<ScenarioSettings>>> = {
    longContext: { when: { inputTokensAbove: 30_000 } },
    refactor: { when: { lastUserMessageContains: ['refactor', '重构'] } },
  };
  const names = [...SCENARIOS, 'refactor'];
  return {
    providers: {
      up: {
        baseUrl,
        wireFormat: 'anthropic-messages' as const,
        credential: 'none',
        models: Object.fromEntries(names.map((name) => [`for-${name}`, facts])),
      },
    },
    scenarios: Object.fromEntries(
      names.map((name) => [name, { ...rules[name], models: [`up/for-${name}`] }]),
    ),
  };
}

function text(words: string) {
  return anthropicStream([{ type: 'text', text: words }]);
}

function call(name: string, input: unknown) {
  const id = `toolu_${name}_${Math.random().toString(36).slice(2)}`;
  const block: AnthropicBlock = { type: 'tool_use', id, name, input };
  return anthropicStream([block]);
}
