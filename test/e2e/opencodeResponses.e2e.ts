// The real opencode in its Responses mode, through the built standalone proxy to an upstream that a test scripts.
import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { anthropicStream, anthropicText } from '../support/anthropicAnswers';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installOpencode } from '../support/installOpencode';
import { type RunResult, run } from '../support/processes';
import { settingsFor } from '../support/scriptedSettings';
import {
  type Answer,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../support/scriptedUpstream';
import { type Standalone, startStandalone } from '../support/standalone';

const KEY = 'test-key-1234567890';

describe('the real opencode in its Responses mode', () => {
  let upstream: ScriptedUpstream;
  let proxy: Standalone;
  let root: string;
  let folder: string;
  /** The answers to the conversation; titles are asked for beside it, at any time. */
  let answers: Answer[];

  before(async function () {
    // The agent is fetched on the first run of all.
    this.timeout(10 * 60_000);
    await installOpencode();
  });

  beforeEach(async () => {
    root = makeTemporaryFolder('opencode');
    folder = path.join(root, 'work');
    mkdirSync(folder);
    answers = [];
    upstream = await startScriptedUpstream(({ text }) => {
      const isTitle = text.includes('Generate a title');
      return (isTitle ? undefined : answers.shift()) ?? anthropicText('A title');
    });
    proxy = await startStandalone({
      keys: { scripted: KEY },
      settings: settingsFor({
        id: 'scripted',
        baseUrl: upstream.url,
        wireFormat: 'anthropic-messages',
        models: ['first', 'second'],
      }),
    });
  });

  afterEach(async () => {
    await proxy.stop();
    await upstream.close();
    await removeFolder(root);
  });

  it('edits a file with its own tool and sends the thinking back as it was minted', async () => {
    writeFileSync(path.join(folder, 'note.txt'), 'The fruit is a quince.\n');
    const command = 'sed -i s/quince/medlar/ note.txt';
    const thinking = {
      type: 'thinking',
      thinking: 'I edit it.',
      signature: 'c2lnbmF0dXJl',
    } as const;
    const call = { id: 'toolu_01scripted', name: 'bash', input: { command } };
    answers = [anthropicStream([thinking, { type: 'tool_use', ...call }]), anthropicText('Done.')];
    const result = await ask('Change the fruit.');
    assert.equal(result.code, 0, explain(result));
    assert.match(result.stdout, /Done\./, explain(result));
    assert.equal(readFileSync(path.join(folder, 'note.txt'), 'utf8'), 'The fruit is a medlar.\n');
    const last = upstream.requests.findLast(({ text }) => text.includes('toolu_01scripted'));
    assert.match(last?.text ?? '', /"thinking":"I edit it\.","signature":"c2lnbmF0dXJl"/);
  });

  it('shows our sentence on a bad key, after one upstream call', async () => {
    const error = { type: 'authentication_error', message: 'invalid x-api-key' };
    upstream.answerAlways({ status: 401, body: { type: 'error', error } });
    const result = await ask('Anybody there?');
    assert.match(result.stdout + result.stderr, /rejected the API key/, explain(result));
    // The title is asked for at the same time, and may leave before the first refusal is known.
    assert.ok(upstream.requests.length <= 2, explain(result));
  });

  async function ask(prompt: string): Promise<RunResult> {
    const provider = {
      npm: '@ai-sdk/openai',
      name: 'Switchyard',
      options: { baseURL: `${proxy.url}/v1`, apiKey: proxy.token },
      models: {
        auto: { name: 'auto', reasoning: true, limit: { context: 200_000, output: 8192 } },
      },
    };
    const config = { provider: { switchyard: provider }, share: 'disabled', autoupdate: false };
    return run(await installOpencode(), ['run', '-m', 'switchyard/auto', prompt], {
      cwd: folder,
      timeoutMs: 60_000,
      env: {
        HOME: root,
        TMPDIR: root,
        PATH: process.env['PATH'],
        TERM: 'dumb',
        LANG: 'C.UTF-8',
        NO_COLOR: '1',
        DO_NOT_TRACK: '1',
        NO_PROXY: '127.0.0.1,localhost,::1',
        OPENCODE_CONFIG_CONTENT: JSON.stringify(config),
        OPENCODE_DISABLE_AUTOUPDATE: '1',
        OPENCODE_DISABLE_MODELS_FETCH: '1',
        OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
        OPENCODE_DISABLE_DEFAULT_PLUGINS: '1',
      },
    });
  }

  function explain(result: RunResult): string {
    return [
      `opencode ended with ${result.code}`,
      result.stdout,
      result.stderr,
      proxy.log(),
      ...upstream.requests.map(({ text }) => text.slice(-1500)),
    ].join('\n');
  }
});
