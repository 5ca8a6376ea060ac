// The real pi with the file that Set Up pi writes, through the proxy to an upstream that a test scripts.
import { strict as assert } from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { changePiModels } from '../../src/ui/piModels';
import { anthropicStream, anthropicText } from '../support/anthropicAnswers';
import { makeTemporaryFolder, removeFolder } from '../support/folders';
import { installPi } from '../support/installPi';
import { type RunResult, run } from '../support/processes';
import { type ScriptedUpstream, startScriptedUpstream, valueAt } from '../support/scriptedUpstream';
import { startTestProxy, type TestProxy, testToken } from '../support/testProxy';

describe('the real pi, set up by its models.json', () => {
  let root: string;
  let work: string;
  let pi: string;
  let upstream: ScriptedUpstream;
  let proxy: TestProxy;

  before(async function () {
    // The agent is fetched on the first run of all.
    this.timeout(10 * 60_000);
    pi = await installPi();
  });

  beforeEach(async () => {
    root = makeTemporaryFolder('pi');
    work = path.join(root, 'work');
    mkdirSync(work);
    mkdirSync(path.join(root, '.pi/agent'), { recursive: true });
    upstream = await startScriptedUpstream();
    proxy = await startTestProxy({
      keys: { own: 'test-key-1234567890' },
      settings: {
        providers: {
          scripted: { baseUrl: upstream.url, credential: 'own', wireFormat: 'anthropic-messages' },
        },
        scenarios: {
          default: { models: ['scripted/first'] },
          think: { models: ['scripted/thinker'] },
        },
      },
    });
    const port = Number(new URL(proxy.url).port);
    const present = '{"providers":{"other":{"baseUrl":"http://127.0.0.1:9"}}}';
    const change = changePiModels(present, { port, context: 200_000, scenarios: [] });
    assert.ok(change.kind === 'write');
    writeFileSync(path.join(root, '.pi/agent/models.json'), change.text);
  });

  afterEach(async () => {
    await proxy.close();
    await upstream.close();
    await removeFolder(root);
  });

  const ask = (prompt: string, model = 'auto'): Promise<RunResult> =>
    run(process.execPath, [pi, '--model', `switchyard/${model}`, '-p', prompt], {
      cwd: work,
      timeoutMs: 60_000,
      env: {
        HOME: root,
        TMPDIR: root,
        PATH: process.env['PATH'],
        TERM: 'dumb',
        LANG: 'C.UTF-8',
        DO_NOT_TRACK: '1',
        PI_OFFLINE: '1',
        PI_TELEMETRY: '0',
        NO_PROXY: '127.0.0.1,localhost,::1',
        no_proxy: '127.0.0.1,localhost,::1',
        ANTHROPIC_AUTH_TOKEN: testToken,
      },
    });

  it('answers with the upstream’s text', async () => {
    upstream.answer(anthropicText('The answer is plum, and that is all.'));
    const result = await ask('What is the answer?');
    assert.equal(result.stdout.trim(), 'The answer is plum, and that is all.', explain(result));
    assert.equal(result.code, 0);
    assert.equal(upstream.requests.length, 1);
    assert.equal(valueAt(upstream.requests[0]?.body, 'model'), 'first');
  });

  it('reaches a scenario by its name', async () => {
    upstream.answer(anthropicText('Thought over.'));
    const result = await ask('What is the answer?', 'scenario:think');
    assert.equal(result.stdout.trim(), 'Thought over.', explain(result));
    assert.equal(valueAt(upstream.requests[0]?.body, 'model'), 'thinker');
  });

  it('edits a file with its own tool and returns the thinking with its signature', async () => {
    const file = path.join(work, 'note.txt');
    writeFileSync(file, 'The secret fruit is a quince.\n');
    const signature = 'c2lnbmVkIGJ5IHRoZSB1cHN0cmVhbQ==';
    const edits = [{ oldText: 'quince', newText: 'medlar' }];
    const call = { id: 'toolu_01scripted', name: 'edit', input: { path: file, edits } };
    upstream.answer(
      anthropicStream([
        { type: 'thinking', thinking: 'I edit it.', signature },
        { type: 'tool_use', ...call },
      ]),
      anthropicText('It is a medlar now.'),
    );
    const result = await ask('Change the fruit in note.txt.');
    assert.equal(result.stdout.trim(), 'It is a medlar now.', explain(result));
    assert.equal(readFileSync(file, 'utf8'), 'The secret fruit is a medlar.\n');
    assert.equal(upstream.requests.length, 2, explain(result));
    const returned = valueAt(upstream.requests[1]?.body, 'messages', 1, 'content');
    assert.deepEqual(valueAt(returned, 0), { type: 'thinking', thinking: 'I edit it.', signature });
    assert.deepEqual(valueAt(returned, 1, 'input'), call.input);
  });

  it('stops dead on a bad key, with one upstream call and our sentence', async () => {
    upstream.answerAlways({
      status: 401,
      body: {
        type: 'error',
        error: { type: 'authentication_error', message: 'invalid x-api-key' },
      },
    });
    const result = await ask('What is the answer?');
    assert.match(result.stdout + result.stderr, /rejected the API key/, explain(result));
    assert.equal(result.code, 1);
    assert.equal(upstream.requests.length, 1);
  });

  function explain(result: RunResult): string {
    const { code, durationMs, stdout, stderr } = result;
    const outcome = `pi ended with ${code} after ${durationMs} ms`;
    return [outcome, stdout, stderr, ...proxy.logs].join('\n');
  }
});
